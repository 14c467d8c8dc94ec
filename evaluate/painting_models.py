"""Trained models of Sketch-to-Image by their name or folder."""

import os
from typing import Any

from data_tools.errors import UserError
from models import registry, saving
from models.sketch2image.gan_model import SketchGan
from pretrained import pretrained_registry

KIND, FIRST_STAGE = "sketch2image", "sketch2image_ae"
STAGES = (KIND, FIRST_STAGE)


def load(name_or_dir: str | os.PathLike) -> tuple[SketchGan, dict[str, Any]]:
  """A model of the second stage, and the content of its config.json.

  Args:
    name_or_dir: what `--model` gives: a registered name, a model folder or a run folder.

  Raises:
    UserError: there is no such model, its files are broken, or it is of another kind.
  """
  folder = pretrained_registry.resolve(name_or_dir)
  kind = saving.read_config(folder)["model"]
  if kind == FIRST_STAGE:
    raise UserError(f"{name_or_dir} is an auto-encoder, the first stage of Sketch-to-Image, but "
                    "pictures are painted by the second; give a run of train/sketch2image.py "
                    "--stage=gan.")
  if kind != KIND:
    raise UserError(f"{name_or_dir} is a model of the kind {kind}, but sketches are painted by "
                    f"{KIND}; give one that {registry.command(KIND)} made.")
  return saving.load_model(folder)
