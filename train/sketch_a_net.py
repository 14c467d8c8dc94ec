"""Trains Sketch-a-Net, the recogniser that Rec is measured with.

  python train/sketch_a_net.py --preset=demo --log_root=runs/recogniser
  python train/sketch_a_net.py --data_dir=quickdraw --log_root=runs/recogniser \\
      --preset=plain --hparams="categories=[bee,bus], num_steps=20000"
  python train/sketch_a_net.py --data_dir=quickdraw --log_root=runs/recogniser --resume_training
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from models.sketch_a_net.presets import PRESETS
from train import run_flags, sketch_a_net_run

run_flags.define(sketch_a_net_run.NAME, PRESETS, "the network")


def main() -> None:
  sketch_a_net_run.run(run_flags.options())


if __name__ == "__main__":
  cli.run(main)
