"""A trained model, and the drawings that it is to be judged on."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import builtin_drawings, cli, sketch_dataset, stroke_files
from data_tools.errors import UserError
from data_tools.shards import manifest, shard_dataset
from data_tools.sketch_dataset import SketchDataset, SketchSplit
from data_tools.stroke_files import SPLITS
from pretrained import pretrained_registry


def load(name_or_dir: str | os.PathLike, jit_compile: bool = False) -> tuple[
    tf.keras.Model, dict[str, Any]]:
  """The model of a registered name, a model folder or a run folder, and its config.json.

  Args:
    name_or_dir: what `--model` gives.
    jit_compile: draw sketches with XLA; pays from some hundreds of sketches on.

  Raises:
    UserError: there is no such model, or its files are broken.
  """
  return pretrained_registry.load(name_or_dir, jit_compile_decoder=jit_compile)


def load_drawings(content: dict[str, Any], data_dir: str | os.PathLike | None,
                  split: str = "test") -> tuple[SketchDataset, SketchSplit]:
  """The drawings of a model's categories, prepared as its training data were.

  Args:
    content: of the model's config.json, from `load`.
    data_dir: folder of CATEGORY.npz files or of shards; None for the built-in drawings.
    split: "train", "valid" or "test".

  Returns:
    The data set and the split, which is not empty.

  Raises:
    UserError: the folder lacks a category of the model, or a file of it can't be used, or the
      split is unknown or empty.
  """
  config = content["hparams"]
  if split not in SPLITS:
    raise UserError(f"There is no split {split!r}; give one of {', '.join(SPLITS)}.")
  folder = data_dir if data_dir is not None else _builtin(config.categories)
  _check_categories(config.categories, folder)
  dataset = read(
      folder, config.categories, split, png_width=config.png_width,
      num_per_category=config.num_per_category, max_seq_len=config.max_seq_len,
      scale_factor=content["data"].get("scale_factor"))
  chosen = getattr(dataset, split)
  if not len(chosen):
    raise UserError(f"The {split} split of the drawings in {folder} is empty; give another --split "
                    "or another --data_dir.")
  return dataset, chosen


def read(folder: str | os.PathLike, categories: Sequence[str], split: str, **limits: Any
         ) -> SketchDataset:
  """Drawings in memory, of npz files or of shards; of shards only those of one split.

  Args:
    folder: holds them.
    categories: names; their order gives the labels.
    split: one of SPLITS.
    **limits: see `sketch_dataset.load`.

  Raises:
    UserError: see `sketch_dataset.load` and `shard_dataset.load`.
  """
  if shard_dataset.is_there(folder):
    return shard_dataset.load_split(folder, categories, split, **limits)
  return sketch_dataset.load(folder, categories, **limits)


def index_in_category(labels: np.ndarray) -> np.ndarray:
  """The position of each drawing among those of its own category: int64 [N].

  Args:
    labels: int [N], the category of each drawing.
  """
  labels = np.asarray(labels)
  positions = np.empty(len(labels), np.int64)
  for label in np.unique(labels):
    own = np.flatnonzero(labels == label)
    positions[own] = np.arange(len(own))
  return positions


def _builtin(categories):
  """The folder of the built-in drawings of these categories."""
  lacking = [name for name in categories if name not in builtin_drawings.CATEGORIES]
  if lacking:
    raise UserError(f"The model was trained on {', '.join(categories)}, but there are no built-in "
                    f"drawings of {', '.join(lacking)}; give the folder that holds the "
                    "CATEGORY.npz files with --data_dir.")
  folder = builtin_drawings.ensure(categories)
  cli.say(f"No --data_dir is given: using the built-in drawings in {folder}.")
  return folder


def _check_categories(categories, folder):
  found = (manifest.read(folder).categories if shard_dataset.is_there(folder)
           else stroke_files.list_categories(folder))
  lacking = [name for name in categories if name not in found]
  if lacking:
    raise UserError(f"The model was trained on {', '.join(categories)}, but {folder} has no "
                    f"drawings of {', '.join(lacking)} (it has {', '.join(found[:10])}"
                    f"{', ...' if len(found) > 10 else ''}); give the folder with the model's "
                    "own categories.")
