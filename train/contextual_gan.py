"""Trains Contextual GAN, which learns joint images: a sketch beside its photo.

  python train/contextual_gan.py --preset=demo --log_root=runs/joint            # built-in faces
  python train/contextual_gan.py --data_dir=JOINT --log_root=runs/celeba        # of make_joint.py
  python train/contextual_gan.py --data_dir=JOINT --log_root=runs/celeba --resume_training
  python train/contextual_gan.py --data_dir=JOINT --styles=photocopy --adapt_from=runs/celeba \\
      --log_root=runs/celeba_photocopy --hparams="num_epochs=10"

The trained model completes: see evaluate/complete.py.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from models.contextual_gan.presets import PRESETS
from train import contextual_gan_options, contextual_gan_run, run_flags

run_flags.define(contextual_gan_run.NAME, PRESETS, "the search that completes previews",
                 contextual_gan_options.DATA_DIR)
contextual_gan_options.define()


def main() -> None:
  contextual_gan_run.run(contextual_gan_options.options())


if __name__ == "__main__":
  cli.run(main)
