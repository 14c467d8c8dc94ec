"""Trains SC-Lmser: face photo <-> sketch.

  python train/sc_lmser.py --preset=demo --log_root=runs/faces            # built-in faces
  python train/sc_lmser.py --data_dir=faces --data_type=CUFS --log_root=runs --sub_node=cufs
  python train/sc_lmser.py --data_dir=faces --log_root=runs --sub_node=cufs --resume_training

Every hyperparameter has a flag of its own, under the original's names where it had one.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from models.sc_lmser.config import ScLmserConfig
from models.sc_lmser.presets import PRESETS
from train import (devices, face_flags, hyperparameter_flags, ignored_flags, run_flags,
                   sc_lmser_run)

run_flags.define(sc_lmser_run.NAME, PRESETS, "each pass through a network", face_flags.DATA_DIR)
hyperparameter_flags.define(ScLmserConfig)
face_flags.define()
ignored_flags.define("lr", "min_learning_rate", "steps_per_epoch", "start_decay_epochs",
                     "decay_epochs", "alpha", "beta2", "moving_decay", "lambda1", "lambda2", "ld",
                     "share", "is_training", "separate")


def main() -> None:
  ignored_flags.say("as in the original (the learning rates are generator_learning_rate and "
                    "discriminator_learning_rate)")
  devices.prefer_gpus(flags.FLAGS.gpu)
  sc_lmser_run.run(face_flags.options(hyperparameter_flags.given(ScLmserConfig)))


if __name__ == "__main__":
  cli.run(main)
