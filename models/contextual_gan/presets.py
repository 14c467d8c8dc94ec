"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

from models.contextual_gan.config import ContextualGanConfig

PRESETS = {
    # The paper's: for GPUs.
    "full": ContextualGanConfig(),
    # A quarter of the width: learns the built-in faces in minutes on two CPU cores. At five times
    # the rate a search settles after about 100 steps.
    "demo": ContextualGanConfig(width=16, batch_size=16, num_epochs=50, save_every=10,
                                learning_rate=0.0005, generator_steps=2, iterations=200,
                                search_rate=0.05),
}
