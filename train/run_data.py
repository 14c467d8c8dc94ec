"""The drawings of a training run."""

import contextlib
from typing import Any

from data_tools import builtin_drawings, cli, input_pipeline, sketch_dataset
from data_tools.errors import UserError
from data_tools.shards import record_batches, shard_dataset
from data_tools.shards.shard_split import ShardSplit
from data_tools.sketch_dataset import SketchDataset, SketchSplit
from data_tools.stroke_files import SPLITS
from train import cluster


def load(config: Any, data_dir: str | None, png_width: int | None) -> SketchDataset:
  """Reads the drawings that a config names, or finds them in shards.

  Args:
    config: hyperparameters: categories, num_per_category, max_seq_len and batch_size.
    data_dir: with CATEGORY.npz files, or a data set of shards (docs/shards.md), of which each host
      trains on its own. None for the built-in drawings.
    png_width: width of the images beside them; None: no images.

  Raises:
    UserError: see `sketch_dataset.load` and `shard_dataset.load`; also an empty validation split,
      or fewer training drawings than a batch.
  """
  if data_dir is None:
    data_dir = builtin_drawings.ensure(config.categories)
    cli.say(f"No --data_dir is given: training on the built-in drawings in {data_dir}.")
  limits = {"png_width": png_width, "num_per_category": config.num_per_category,
            "max_seq_len": config.max_seq_len}
  if shard_dataset.is_there(data_dir):
    host, hosts = cluster.place()
    dataset = shard_dataset.load(data_dir, config.categories, host=host, hosts=hosts, **limits)
  else:
    dataset = sketch_dataset.load(data_dir, config.categories, **limits)
  if not len(dataset.valid):
    raise UserError(f"The drawings of {', '.join(config.categories)} in {data_dir} have an empty "
                    "valid split, but training needs one to choose the best checkpoint by.")
  input_pipeline.steps_per_epoch(dataset.train, config)  # refuses less than a batch, early
  return dataset


def in_memory(split: SketchSplit | ShardSplit, count: int) -> SketchSplit:
  """Drawings to show a few of: all where they are in memory, else `count` of those in shards."""
  return shard_dataset.in_memory(split, count) if isinstance(split, ShardSplit) else split


def reading(dataset: SketchDataset) -> contextlib.AbstractContextManager[None]:
  """Inside, shards that turn out to be damaged raise a UserError."""
  if isinstance(dataset.train, ShardSplit):
    return record_batches.damage_told(dataset.train.folder)
  return contextlib.nullcontext()


def info(dataset: SketchDataset) -> dict[str, Any]:
  """What a user of the trained weights has to know of their data, for config.json."""
  return {"categories": list(dataset.categories), "scale_factor": dataset.scale_factor,
          "drawings": {split: len(getattr(dataset, split)) for split in SPLITS}}
