"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

from models.ia_cyclegan.config import IaCycleGanConfig

PRESETS = {
    # The paper's: for GPUs, and with recognisers that have VGGFace's weights.
    "full": IaCycleGanConfig(),
    # A third of the size, an eighth of the width, five epochs in two: learns the built-in faces in
    # minutes on two CPU cores, with small recognisers.
    "demo": IaCycleGanConfig(
        in_size=(64, 80), pad_size=(96, 96), out_size=(88, 88), generator_width=16,
        residual_blocks=4, discriminator_width=16, num_epochs=5, decay_epochs=5,
        identity_perception_weight=0.02, recogniser="small", recogniser_feature_layer="embedding",
        recogniser_input_size=64, recogniser_width=16, learning_rate=0.001),
}
