"""Floating-point operations of RPCL-pix2seq's training step, counted by hand."""

from models.rpcl_pix2seq.config import RpclPix2SeqConfig


def flops(config: RpclPix2SeqConfig) -> float:
  """Of the products and convolutions of one step with the hyper cell.

  Forward, and twice that backward; a multiply-add counts two. The cell's products meet the code at
  every step, as in the original.

  Args:
    config: `batch_size`, `max_seq_len`, `dec_rnn_size` and `z_size` count, for 48-pixel images.
  """
  n, z, hyper, rows = config.dec_rnn_size, config.z_size, 256, config.batch_size
  cell = ((5 + z) * 4 * n + n * 4 * n + (5 + z + n) * 4 * hyper + hyper * 4 * hyper
          + 12 * hyper * 32 + 12 * 32 * n + n * 123)
  convolutions = (48 * 48 * 9 * 3 * 32 + 24 * 24 * 9 * (32 * 32 + 3 * 32 * 64)
                  + 12 * 12 * 9 * 64 * 64 + 6 * 6 * 9 * 64 * 128 + 3 * 3 * 9 * 128 * 256 * 2
                  + 6 * 6 * 9 * 128 * 64 + 12 * 12 * 9 * 64 * 32 + 24 * 24 * 9 * 32)
  dense = 2304 * 2 * z + z * 2304 + z * 2 * (n + hyper)
  return 3 * 2 * rows * (config.max_seq_len * cell + convolutions + dense)
