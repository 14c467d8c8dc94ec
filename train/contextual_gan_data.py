"""The joint images of a training run."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from data_tools.joint import builtin_joint, joint_dataset, joint_pipeline, layout
from data_tools.joint.joint_dataset import JointPictures
from data_tools.styles import STYLES
from models import saving
from models.contextual_gan.config import ContextualGanConfig
from train import run_start
from train.contextual_gan_options import ContextualGanOptions

_SHOWN = 8


@dataclasses.dataclass(frozen=True)
class RunJoint:
  """What a run trains on, and what its previews complete.

  Attributes:
    train: joint images.
    shown: some that are not trained on; where there are none, some that are.
    words: what they are and where.
  """

  train: JointPictures
  shown: JointPictures
  words: str

  def info(self) -> dict[str, Any]:
    """What a user of the trained weights has to know of their data, for config.json."""
    return {"joint": self.words, "pictures": {"train": len(self.train)},
            "styles": sorted(set(self.train.styles))}


def load(config: ContextualGanConfig, options: ContextualGanOptions
         ) -> tuple[RunJoint, ContextualGanConfig]:
  """Reads the joint images, and the config as it is.

  Raises:
    UserError: there are none of the model's size, fewer than a batch, or one can't be read.
  """
  folder, words = options.data_dir, options.data_dir
  if folder is None:
    styles = options.styles or tuple(STYLES)
    folder = builtin_joint.ensure(styles, config.image_size)
    words = "the built-in faces"
    cli.say(f"No --data_dir is given: training on the built-in faces' joint images in {folder}.")
  else:
    styles = options.styles
  train = joint_dataset.load(folder, "train", styles, config.image_size)
  joint_pipeline.steps_per_epoch(train, config.batch_size)  # refuses less than a batch, early
  data = RunJoint(train, _shown(folder, styles, config.image_size), words)
  if run_start.is_resumed(options):
    _check_same(data, options.log_root)
  return data, config


def _shown(folder, styles: Sequence[str], size: int) -> JointPictures:
  """Some images evenly over their order, one style after the other."""
  held_out = [split for split in ("valid", "test") if (pathlib.Path(folder) / split).is_dir()]
  found = layout.pictures(folder, held_out[0] if held_out else "train")
  styles = [style for style in styles if style in found] or list(found)
  rows = [int(row) for row in np.linspace(0, len(found[styles[0]]) - 1, _SHOWN)]
  chosen = [(found[style][min(row, len(found[style]) - 1)], style)
            for row, style in zip(rows, styles * _SHOWN)]
  return JointPictures(*zip(*dict.fromkeys(chosen)), size)


def _check_same(data: RunJoint, log_root: str) -> None:
  """A run that goes on elsewhere, or on the built-in faces by an oversight, is refused."""
  before, found = saving.read_config(log_root)["data"], data.info()
  if any(before.get(name, found[name]) != found[name] for name in ("pictures", "styles")):
    raise UserError(f"The run in {log_root} began with {before['pictures']['train']} joint images "
                    f"of {before.get('joint')} ({', '.join(before['styles'])}), but {data.words} "
                    f"are {len(data.train)} ({', '.join(found['styles'])}); give it the same ones "
                    "with --data_dir and --styles.")
