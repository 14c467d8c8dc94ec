"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

from models.sc_lmser.config import ScLmserConfig

PRESETS = {
    # The original's defaults: for GPUs.
    "full": ScLmserConfig(),
    # The full size at an eighth of the width (a 64th of the parameters), with Adams that settle
    # sooner: learns the built-in faces in minutes on two CPU cores. Half the size would blur lines,
    # since the finest shortcut works at half the resolution.
    "demo": ScLmserConfig(
        generator_width=8, discriminator_width=16, num_epochs=5, beta1=0.5,
        generator_learning_rate=0.001, discriminator_learning_rate=0.0002, select_by="fsim"),
}
