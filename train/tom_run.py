"""What a training run of TOM is made of."""

import dataclasses
import pathlib
from typing import Any

from data_tools import cli
from data_tools.errors import UserError
from data_tools.unpaired import folders, pipeline
from data_tools.unpaired.folders import Sides
from data_tools.unpaired.store import SquarePictures
from models import frozen_weights, saving
from models.tom.config import TomConfig
from models.tom.model import Tom
from models.tom.presets import PRESETS
from pretrained import vgg_weights
from train import cluster, fitting, run_start, training_run
from train.keep_all import KeepAll
from train.progress import RunCheckpoints
from train.reporting import EpochReport
from train.tom_options import TomOptions
from train.tom_pictures import TomPictures
from train.training_run import Recipe

NAME = "tom"
_VGG = "vgg"  # in config.json
_LOSS = "loss_G"


@dataclasses.dataclass(frozen=True)
class RunPictures:
  """The data of a run, and what the model sees with.

  Attributes:
    photos, sketches: to train on.
    words: what they are and where.
    vgg: which weights VGG-16 has.
    vgg_path: where they are still to be read from; None where they are random or come with the
      model that is gone on with.
  """

  photos: SquarePictures
  sketches: SquarePictures
  words: str
  vgg: str
  vgg_path: pathlib.Path | None

  def info(self) -> dict[str, Any]:
    """What a user of the trained weights has to know of their data, for config.json."""
    return {"pictures": self.words, "photos": len(self.photos), "sketches": len(self.sketches),
            _VGG: self.vgg}


def run(options: TomOptions) -> None:
  """Trains, or prints the hyperparameters: see `training_run.run`."""
  training_run.run(options, RECIPE)


def load_data(config: TomConfig, options: TomOptions) -> tuple[RunPictures, TomConfig]:
  """Looks at all pictures, and finds the weights of VGG-16.

  Raises:
    UserError: a folder or a picture can't be used, or the weights can't be had.
  """
  sides = folders.find(options.path_a, options.path_b)
  if _is_resumed(options):
    _check_same_pictures(sides, options.log_root)
  vgg, path = _vgg(options)
  side = config.im_size + pipeline.MARGIN
  return RunPictures(SquarePictures(sides.photos, side, "Looking at the photos"),
                     SquarePictures(sides.sketches, side, "Looking at the sketches"),
                     sides.words, vgg, path), config


def _check_same_pictures(sides: Sides, log_root: str) -> None:
  """A run that goes on elsewhere, or on the built-in faces by an oversight, is refused."""
  before = saving.read_config(log_root)["data"]
  found = {"photos": len(sides.photos), "sketches": len(sides.sketches)}
  if any(before.get(name, count) != count for name, count in found.items()):
    raise UserError(f"The run in {log_root} began with {before['photos']} photos and "
                    f"{before['sketches']} sketches ({before.get('pictures')}), but {sides.words} "
                    f"are {found['photos']} and {found['sketches']}; give it the same ones with "
                    "--path_a and --path_b.")


def _vgg(options) -> tuple[str, pathlib.Path | None]:
  """Which weights VGG-16 has, and the file that they are still to be read from."""
  inherited = options.log_root if _is_resumed(options) else options.init_from
  if inherited:
    if options.vgg is not None:
      raise UserError(f"{vgg_weights.FLAG} is given, but training goes on with {inherited}, which "
                      f"has its own weights of VGG-16; leave {vgg_weights.FLAG} away.")
    return str(saving.read_config(inherited)["data"].get(_VGG, "unknown")), None
  path = vgg_weights.locate(options.vgg)
  return vgg_weights.label(path), path


def _is_resumed(options) -> bool:
  return run_start.is_resumed(options)


def fit(model: Tom, pictures: RunPictures, checkpoints: RunCheckpoints, options: TomOptions
        ) -> None:
  """Runs `model.fit` for total_iter steps; an epoch of Keras's is save_every of them.

  Args:
    model: compiled.
    pictures: to train on.
    checkpoints: of the run, resumed if it is.
    options: of the command line.

  Raises:
    UserError: VGG-16's weights do not fit, or training diverges.
  """
  config = model.config
  report_pictures = TomPictures(model, pictures.photos.paths, options.log_root)
  report = EpochReport(options.log_root, dict, lambda: report_pictures(int(model.step.numpy())))
  if checkpoints.resumed:
    frozen_weights.restore(model, options.log_root)
  else:
    _begin(model, pictures, checkpoints, options)
    report_pictures(0)
  batches = lambda _: pipeline.train_batches(pictures.photos, pictures.sketches, config.im_size,
                                             config.batch_size, model.seed,
                                             first_batch=int(model.step.numpy()))
  fitting.fit(checkpoints, batches, config.save_every, config.total_iter,
              [KeepAll(checkpoints, _LOSS, config.total_iter, config.save_every), report])


def _begin(model, pictures, checkpoints, options):
  """Reads VGG-16's weights, and keeps what a run that is killed at once goes on from."""
  if pictures.vgg_path is not None:
    vgg_weights.load(model.vgg, pictures.vgg_path)
  cli.say(f"Training on {len(pictures.photos)} photos and {len(pictures.sketches)} sketches of "
          f"{pictures.words}; VGG-16: {pictures.vgg}.")
  if cluster.is_chief():
    frozen_weights.write(model, options.log_root)
  checkpoints.save_last()


def is_over(checkpoints: RunCheckpoints) -> bool:
  """Whether a resumed run had already come to its end."""
  return int(checkpoints.model.step.numpy()) >= checkpoints.model.config.total_iter


RECIPE = Recipe(NAME, PRESETS, load_data, RunPictures.info, Tom, fit, is_over, length="total_iter",
                keep_best=None)
