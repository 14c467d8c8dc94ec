"""Trained face models by their name or folder."""

import os
from typing import Any

import tensorflow as tf

from data_tools.errors import UserError
from evaluate.translating import DIRECTIONS
from models import registry, saving
from pretrained import pretrained_registry


def kinds() -> list[str]:
  """Names of the models that translate faces, in models/registry.py."""
  return sorted(name for name, entry in registry.MODELS.items()
                if all(hasattr(entry.build, direction) for direction in DIRECTIONS))


def load(name_or_dir: str | os.PathLike) -> tuple[tf.keras.Model, dict[str, Any]]:
  """A face model, and the content of its config.json.

  Args:
    name_or_dir: what `--model` gives: a registered name, a model folder or a run folder.

  Raises:
    UserError: there is no such model, its files are broken, or it is of another kind.
  """
  folder = pretrained_registry.resolve(name_or_dir)
  kind = saving.read_config(folder)["model"]
  if kind not in kinds():
    raise UserError(f"{name_or_dir} is a model of the kind {kind}, but faces are translated by "
                    f"{' or '.join(kinds())}; give one of those, such as train/{kinds()[0]}.py "
                    "makes.")
  return saving.load_model(folder)
