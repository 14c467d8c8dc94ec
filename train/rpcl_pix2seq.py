"""Trains RPCL-pix2seq.

  python train/rpcl_pix2seq.py --preset=demo --log_root=runs/demo
  python train/rpcl_pix2seq.py --data_dir=quickdraw --log_root=runs/bee_bus \\
      --hparams="categories=[bee,bus], dec_model=hyper, batch_size=128"
  python train/rpcl_pix2seq.py --data_dir=quickdraw --log_root=runs/bee_bus --resume_training
"""

import dataclasses

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.presets import PRESETS
from train import hyperparameter_flags, rpcl_pix2seq_run, run_flags

_SPEED = ("trim_padding", "length_buckets", "accumulate_gradients")
run_flags.define(rpcl_pix2seq_run.NAME, PRESETS, "the recurrent decoder")
hyperparameter_flags.define(RpclPix2SeqConfig, _SPEED)


def main() -> None:
  options = run_flags.options()
  texts = [options.hparams, hyperparameter_flags.given(RpclPix2SeqConfig, _SPEED)]
  hparams = ", ".join(text for text in texts if text.strip())
  rpcl_pix2seq_run.run(dataclasses.replace(options, hparams=hparams))


if __name__ == "__main__":
  cli.run(main)
