"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

from models.rpcl_pix2seq.config import RpclPix2SeqConfig

PRESETS = {
    # The original's defaults: for GPUs, and QuickDraw's 70,000 drawings a category.
    "full": RpclPix2SeqConfig(),
    # A small decoder that learns the built-in drawings in minutes on two CPU cores. The mixture
    # first splits under EM alone, then RPCL alone prunes it: docs/mixture.md.
    "demo": RpclPix2SeqConfig(
        categories=("bee", "bus"), dec_rnn_size=256, z_size=32, batch_size=32, num_steps=1092,
        use_recurrent_dropout=False, learning_rate=0.002, decay_rate=0.997, rpcl_start=240,
        rpcl_period=1, min_variance=0.02),
}
