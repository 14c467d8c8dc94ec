"""The drawings of a training run."""

from typing import Any

from data_tools import builtin_drawings, cli, input_pipeline, sketch_dataset
from data_tools.errors import UserError
from data_tools.sketch_dataset import SketchDataset
from data_tools.stroke_files import SPLITS


def load(config: Any, data_dir: str | None, png_width: int | None) -> SketchDataset:
  """Reads the drawings that a config names.

  Args:
    config: hyperparameters: categories, num_per_category, max_seq_len and batch_size.
    data_dir: None for the built-in drawings.
    png_width: width of the images beside them; None: no images.

  Raises:
    UserError: see `sketch_dataset.load`; also an empty validation split, or fewer training
      drawings than a batch.
  """
  if data_dir is None:
    data_dir = builtin_drawings.ensure(config.categories)
    cli.say(f"No --data_dir is given: training on the built-in drawings in {data_dir}.")
  dataset = sketch_dataset.load(
      data_dir, config.categories, png_width=png_width,
      num_per_category=config.num_per_category, max_seq_len=config.max_seq_len)
  if not len(dataset.valid):
    raise UserError(f"The drawings of {', '.join(config.categories)} in {data_dir} have an empty "
                    "valid split, but training needs one to choose the best checkpoint by.")
  input_pipeline.steps_per_epoch(dataset.train, config)  # refuses less than a batch, early
  return dataset


def info(dataset: SketchDataset) -> dict[str, Any]:
  """What a user of the trained weights has to know of their data, for config.json."""
  return {"categories": list(dataset.categories), "scale_factor": dataset.scale_factor,
          "drawings": {split: len(getattr(dataset, split)) for split in SPLITS}}
