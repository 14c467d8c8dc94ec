"""Trains Sketch-to-Image: an auto-encoder by self-supervision, then a GAN that refines it.

  python train/sketch2image.py --preset=demo --backbone_weights=random --nofid \\
      --log_root=runs/sketch2image                                          # built-in faces
  python train/sketch2image.py --preset=art --photo_dir=photos \\
      --sketch_dirs=sketch_1,sketch_2,sketch_3 --log_root=runs/art
  python train/sketch2image.py --stage=gan --preset=art --photo_dir=photos \\
      --sketch_dirs=sketch_1,sketch_2,sketch_3 --log_root=runs/art --resume_training

The stages' runs are LOG_ROOT/ae and LOG_ROOT/gan; each can be trained and resumed by itself. Every
hyperparameter has a flag of its own, under the original's names.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from models.sketch2image.config import Sketch2ImageConfig
from models.sketch2image.presets import PRESETS
from train import (hyperparameter_flags, ignored_flags, run_flags, sketch2image_ae_run,
                   sketch2image_gan_run, sketch2image_options, training_run)

_RECIPES = {sketch2image_options.AE: sketch2image_ae_run.RECIPE,
            sketch2image_options.GAN: sketch2image_gan_run.RECIPE}

run_flags.define("sketch2image", PRESETS, "nothing; refused", data_dir=None, preset="art")
hyperparameter_flags.define(Sketch2ImageConfig)
sketch2image_options.define()


def main() -> None:
  ignored_flags.say("as all visible GPUs and all processors are used; CUDA_VISIBLE_DEVICES chooses "
                    "GPUs")
  options = sketch2image_options.options(hyperparameter_flags.given(Sketch2ImageConfig))
  for stage in sketch2image_options.stages():
    training_run.run(sketch2image_options.of_stage(options, stage), _RECIPES[stage])


if __name__ == "__main__":
  cli.run(main)
