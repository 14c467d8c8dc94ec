"""Drawings in shards as training takes them: counted from the manifest, read only as they are used.

The three splits stand in a `SketchDataset` in place of those that are held in memory.
"""

import dataclasses
import os
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from data_tools.shards import manifest as manifests
from data_tools.shards import placement, reader, record_batches, selection
from data_tools.shards.manifest import Manifest
from data_tools.shards.shard_split import ShardSplit
from data_tools.sketch_dataset import SketchDataset, SketchSplit
from data_tools.stroke_files import SPLITS


def is_there(folder: str | os.PathLike) -> bool:
  """Whether a folder holds a data set of shards, or part of one."""
  folder = pathlib.Path(folder)
  return folder.is_dir() and any(path.name == manifests.NAME or placement.is_shard_name(path.name)
                                 for path in folder.iterdir())


def load(folder: str | os.PathLike, categories: Sequence[str], *, png_width: int | None = 48,
         num_per_category: int = 70000, max_seq_len: int = -1, scale_factor: float | None = None,
         host: int = 0, hosts: int = 1) -> SketchDataset:
  """Finds out what of a data set of shards is used; no drawing is read unless some are too long.

  Args:
    folder: with manifest.json.
    categories: names; their order gives the labels.
    png_width: W, width of the pictures in pixels. None: no pictures.
    num_per_category: at most this many of each category in each split; see `selection`.
    max_seq_len: longer drawings are left out. Then the shards are read once, to count, and how
      many is said on stderr. -1: all fit.
    scale_factor: that of the data a model was trained on. None: the manifest's of these
      categories, over all their training drawings.
    host, hosts: this host is to train on the shards host, host + hosts, ... of train.

  Returns:
    A data set whose splits are `ShardSplit`.

  Raises:
    UserError: the data set is not whole, damaged, of another version or width, lacks a category or
      has fewer shards than hosts, or every training drawing is too long.
  """
  known = _known(folder, categories, png_width)
  find = lambda split: _find(known, split, num_per_category, max_seq_len, scale_factor)
  splits = {split: dataclasses.replace(find(split), host=host, hosts=hosts) for split in SPLITS}
  _check_train(splits["train"])
  return _dataset(splits)


def load_split(folder: str | os.PathLike, categories: Sequence[str], split: str, *,
               png_width: int | None = 48, num_per_category: int = 70000, max_seq_len: int = -1,
               scale_factor: float | None = None) -> SketchDataset:
  """Reads one split into memory, for work that looks at all of it; the others are left empty.

  Args:
    split: one of SPLITS.
    folder, categories, png_width, num_per_category, max_seq_len, scale_factor: see `load`.

  Raises:
    UserError: see `load`.
  """
  known = _known(folder, categories, png_width)
  found = _find(known, split, num_per_category, max_seq_len, scale_factor)
  dataset = _dataset({name: found for name in SPLITS})
  none = {name: in_memory(found, 0) for name in SPLITS}
  return dataclasses.replace(dataset, **{**none, split: in_memory(found)})


class _Known(NamedTuple):
  """What is asked for, and what the manifest tells."""

  folder: pathlib.Path
  manifest: Manifest
  categories: tuple[str, ...]
  pictures: bool


def _known(folder: str | os.PathLike, categories: Sequence[str], png_width: int | None) -> _Known:
  manifest = manifests.read(folder)
  manifests.check_categories(manifest, categories, folder)
  _check_width(manifest, png_width, folder)
  return _Known(pathlib.Path(folder), manifest, tuple(categories), png_width is not None)


def _find(known: _Known, split: str, num_per_category: int, max_seq_len: int,
          scale_factor: float | None) -> ShardSplit:
  """One split: which files, and how many drawings of each."""
  folder, manifest, categories, pictures = known
  limit = max_seq_len if max_seq_len > 0 else manifest.longest(categories)
  chosen = selection.select(folder, manifest, split, categories, num_per_category, limit)
  names = {os.path.basename(path) for path in chosen.paths}
  reader.verify(folder, [one for one in manifest.shards if one.name in names], "size")
  with record_batches.damage_told(folder):
    counts = selection.count(chosen, split)
  left = int(chosen.quotas.sum() - counts.sum())
  if left:
    cli.say(f"Left out {left} of {chosen.quotas.sum()} drawings in {split}, longer than "
            f"max_seq_len={limit} points.")
  return ShardSplit(str(folder), manifest, chosen, counts,
                    scale_factor or manifest.scale_factor(categories), pictures)


def _dataset(splits: dict[str, ShardSplit]) -> SketchDataset:
  chosen = splits["train"].selection
  return SketchDataset(**splits, categories=chosen.categories, max_seq_len=chosen.max_seq_len,
                       scale_factor=splits["train"].scale_factor, style_names=())


def _check_width(manifest: Manifest, width: int | None, folder: str | os.PathLike) -> None:
  own = manifest.settings["png_width"]
  if width is not None and width != own:
    raise UserError(f"{folder} holds pictures of {own} x {own} pixels where png_width is {width}; "
                    f"build it again with --png_width={width} --overwrite, or set png_width.")


def _check_train(split: ShardSplit) -> None:
  shards = len(split.selection.paths)
  if shards < split.hosts:
    raise UserError(f"{split.folder} has {shards} shards of train for {split.hosts} hosts, where "
                    "each needs at least one; build it with more --train_shards.")
  if not len(split):
    raise UserError(f"Every training drawing of {', '.join(split.selection.categories)} in "
                    f"{split.folder} is longer than max_seq_len={split.selection.max_seq_len} "
                    "points; raise max_seq_len, or use -1 for no limit.")


def in_memory(split: ShardSplit, count: int | None = None) -> SketchSplit:
  """Drawings in memory, category after category.

  Args:
    split: N drawings.
    count: only the first ones of the files, whose order is that of a hash. None: all.

  Raises:
    UserError: a shard is damaged.
  """
  count = len(split) if count is None else min(count, len(split))
  with record_batches.damage_told(split.folder):
    parts = list(record_batches.first(split, count)) if count else []
  if not parts:
    return _empty(split)
  labels, lengths, images = (np.concatenate([getattr(part, name) for part in parts])
                             for name in ("labels", "lengths", "images"))
  drawings = [drawing.copy() for part in parts for drawing in part.drawings()]
  order = np.argsort(labels, kind="stable")
  return SketchSplit([drawings[row] for row in order], lengths[order], images[order],
                     labels[order], None)


def _empty(split: ShardSplit) -> SketchSplit:
  width = split.manifest.settings["png_width"] if split.pictures else 0
  none = np.zeros(0, np.int32)
  return SketchSplit([], none, np.zeros([0, width, width], np.uint8), none, None)
