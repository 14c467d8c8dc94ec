"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

from models.tom.config import TomConfig

PRESETS = {
    # The original's defaults: for GPUs.
    "full": TomConfig(),
    # Small enough for minutes on two CPU cores. The Gram term weighs more because the matrices of
    # a VGG-16 with random weights, which the demonstration has, differ less.
    "demo": TomConfig(im_size=64, generator_width=32, total_iter=400, save_every=50, lr=0.0005,
                      gram_weight=50.0),
}
