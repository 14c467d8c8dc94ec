"""Trains TOM, which learns to make sketches of photos without any pair of the two.

  python train/tom.py --path_a=photos --path_b=sketches --log_root=runs/tom
  python train/tom.py --path_a=photos --path_b=sketches --log_root=runs/tom --resume_training
  python train/tom.py --preset=demo --vgg=random --log_root=runs/tom_demo     # built-in faces

Every hyperparameter has a flag of its own, under the original's names where it had one. A
checkpoint of every --save_every steps stays: several of them make several sets of sketches, see
evaluate/tom.py.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from models.tom.config import TomConfig
from models.tom.presets import PRESETS
from train import devices, hyperparameter_flags, run_flags, tom_options, tom_run

run_flags.define(tom_run.NAME, PRESETS, "the passes through VGG-16", data_dir=None)
hyperparameter_flags.define(TomConfig)
tom_options.define()


def main() -> None:
  devices.prefer_gpus(flags.FLAGS.gpu_id)
  tom_run.run(tom_options.options(hyperparameter_flags.given(TomConfig)))


if __name__ == "__main__":
  cli.run(main)
