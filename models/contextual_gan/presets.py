"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

from models.contextual_gan.config import ContextualGanConfig

PRESETS = {
    # The paper's: for GPUs.
    "full": ContextualGanConfig(),
    # A quarter of the width: learns the built-in faces in minutes on two CPU cores.
    "demo": ContextualGanConfig(width=16, batch_size=32, num_epochs=30, save_every=5),
}
