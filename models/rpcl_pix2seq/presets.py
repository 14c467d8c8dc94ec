"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

from models.rpcl_pix2seq.config import RpclPix2SeqConfig

PRESETS = {
    # The original's defaults: for GPUs, and QuickDraw's 70,000 drawings a category.
    "full": RpclPix2SeqConfig(),
    # A small decoder that learns the built-in drawings in minutes on two CPU cores.
    "demo": RpclPix2SeqConfig(
        categories=("bee", "bus"), dec_rnn_size=256, z_size=32, batch_size=64, num_steps=700,
        use_recurrent_dropout=False, decay_rate=0.995),
}
