"""Trains RPCL-pix2seq.

  python train/rpcl_pix2seq.py --preset=demo --log_root=runs/demo
  python train/rpcl_pix2seq.py --data_dir=quickdraw --log_root=runs/bee_bus \\
      --hparams="categories=[bee,bus], dec_model=hyper, batch_size=128"
  python train/rpcl_pix2seq.py --data_dir=quickdraw --log_root=runs/bee_bus --resume_training
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from models.rpcl_pix2seq.presets import PRESETS
from train import rpcl_pix2seq_run, run_flags

run_flags.define(rpcl_pix2seq_run.NAME, PRESETS, "the recurrent decoder")


def main() -> None:
  rpcl_pix2seq_run.run(run_flags.options())


if __name__ == "__main__":
  cli.run(main)
