"""The photos and sketches of a training run of Sketch-to-Image, and what it compares them with."""

import dataclasses
from typing import Any

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from data_tools.sketch_sets import builtin_sets, paired_folders
from data_tools.sketch_sets.paired_folders import SketchSets
from data_tools.sketch_sets.pictures import Pictures
from models import saving
from models.sketch2image.config import SHOE, Sketch2ImageConfig
from pretrained import perceptual_weights
from pretrained.lpips_weights import Files
from train import run_start
from train.sketch2image_options import Sketch2ImageOptions

_LPIPS = "lpips"  # in config.json
_NO_LPIPS = "none"
_FEWEST_HELD_OUT = 2  # of which there is a FID


@dataclasses.dataclass(frozen=True)
class RunSets:
  """The data of a run.

  Attributes:
    train: photos with their sketches.
    held_out: those that are not trained on; None: there are none.
    words: where they come from.
    lpips: which weights LPIPS has.
    lpips_files: where they are read from; None: they are random, or none are needed.
  """

  train: Pictures
  held_out: Pictures | None
  words: str
  lpips: str
  lpips_files: Files | None

  def info(self) -> dict[str, Any]:
    """What a user of the trained weights has to know of their data, for config.json."""
    return {"pictures": self.words, "photos": len(self.train), "sketch_sets": self.train.sets,
            "held_out": len(self.held_out or ()), _LPIPS: self.lpips}

  def compile(self, model) -> None:
    """Compiles a model of either stage with the LPIPS that it needs."""
    perceptual = None
    if self.lpips != _NO_LPIPS:
      perceptual = perceptual_weights.load(model.config.lpips_net, self.lpips_files)
    model.compile(perceptual=perceptual)


def load(config: Sketch2ImageConfig, options: Sketch2ImageOptions
         ) -> tuple[RunSets, Sketch2ImageConfig]:
  """Reads all pictures, and finds the weights of LPIPS.

  Returns:
    The data, and the config that fits them: as many classes and sketches per photo as there are.

  Raises:
    UserError: folders don't match or a picture can't be used; the weights can't be had; or the run
      that is gone on with had other data.
  """
  label, files = _NO_LPIPS, None
  if config.data_name != SHOE:
    files = perceptual_weights.locate(config.lpips_net, options.backbone_weights,
                                      options.heads_weights)
    label = perceptual_weights.label(config.lpips_net, files)
  train, held_out, words = _sets(config, options)
  if len(train) < 2:
    raise UserError(f"{words} leave {len(train)} photo to train on, but pictures are compared with "
                    "others of a batch, so that two are needed at least; give more, or a smaller "
                    "held_out.")
  sets = RunSets(Pictures(train), Pictures(held_out) if held_out else None, words, label, files)
  if run_start.is_resumed(options):
    _refuse_other_data(sets, options.log_root)
  return sets, _fitting(config, sets)


def _sets(config, options) -> tuple[SketchSets, SketchSets | None, str]:
  """To train on, held out, and their name."""
  if options.photo_dir is None and not options.sketch_dirs:
    train = builtin_sets.find("train")
    words = f"the built-in faces in {train.photos[0].parents[1]}"
    cli.say("Neither --photo_dir nor --sketch_dirs is given: training on "
            f"{words}, a demonstration.")
    return train, builtin_sets.find("valid") if config.held_out else None, words
  if options.photo_dir is None:
    raise UserError("--sketch_dirs is given without --photo_dir; give the folder of their photos.")
  found = paired_folders.find(options.photo_dir, options.sketch_dirs)
  return *_split(found, config.held_out, options.seed), f"the photos of {options.photo_dir}"


def _split(found: SketchSets, share: float, seed: int) -> tuple[SketchSets, SketchSets | None]:
  """What is trained on and what is not; the latter are chosen by the seed."""
  count = round(share * len(found))
  if count < _FEWEST_HELD_OUT:
    return found, None
  held_out = set(np.random.default_rng(seed).permutation(len(found))[:count].tolist())
  rows = range(len(found))
  return (_rows_of(found, [row for row in rows if row not in held_out]),
          _rows_of(found, sorted(held_out)))


def _rows_of(found: SketchSets, rows: list[int]) -> SketchSets:
  pick = lambda paths: tuple(paths[row] for row in rows)
  return SketchSets(pick(found.photos), tuple(pick(one) for one in found.sketches))


def _refuse_other_data(sets: RunSets, log_root: str) -> None:
  """A run that would go on with other photos or another LPIPS, by an oversight."""
  before, now = saving.read_config(log_root)["data"], sets.info()
  for name in ("photos", "sketch_sets", _LPIPS):
    if before.get(name, now[name]) != now[name]:
      raise UserError(f"The run in {log_root} began with {name} = {before[name]} "
                      f"({before.get('pictures')}), but {sets.words} and the flags give "
                      f"{now[name]}; give it the same folders and weights.")


def _fitting(config: Sketch2ImageConfig, sets: RunSets) -> Sketch2ImageConfig:
  if config.nbr_cls > len(sets.train):
    cli.say(f"nbr_cls is {config.nbr_cls}, but there are {len(sets.train)} photos to train on: "
            "each of them is a class.")
  return dataclasses.replace(config, nbr_cls=min(config.nbr_cls, len(sets.train)),
                             sketches_per_photo=sets.train.sets)
