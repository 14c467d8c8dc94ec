"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

from models.sc_lmser.config import ScLmserConfig

PRESETS = {
    # The original's defaults: for GPUs.
    "full": ScLmserConfig(),
    # Half the resolution and a quarter of the width (a sixteenth of the parameters), which learns
    # the built-in faces in minutes on two CPU cores.
    "demo": ScLmserConfig(
        in_size=(100, 125), pad_size=(144, 144), out_size=(128, 128), generator_width=16,
        discriminator_width=16, num_epochs=10, generator_learning_rate=0.0004,
        discriminator_learning_rate=0.0004, select_by="fsim"),
}
