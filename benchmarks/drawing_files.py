"""The same made-up drawings as npz files and as shards, for benchmarks of reading."""

import collections
import pathlib

import numpy as np

from data_tools import raster, stroke_files
from data_tools.shards import sources, stages
from data_tools.shards.stages import Settings
from data_tools.stroke_files import SPLITS

CATEGORY = "scribble"
_EVALUATED = 100  # drawings of valid, and of test


def make(folder: pathlib.Path, count: int, shards: int = 16) -> None:
  """Writes folder/npz, drawings and pictures, and folder/shards.

  Args:
    folder: gets both.
    count: training drawings, of some 45 points each.
    shards: files of train.
  """
  random = np.random.default_rng(0)
  splits = {split: [_drawing(random) for _ in range(count if split == "train" else _EVALUATED)]
            for split in SPLITS}
  stroke_files.write_drawings(folder / f"npz/{CATEGORY}.npz", splits)
  np.savez(folder / f"npz/{CATEGORY}_png.npz",
           **{split: raster.rasterize(drawings) for split, drawings in splits.items()})
  settings, groups = Settings(train_shards=shards, eval_shards=1), collections.defaultdict(list)
  source, = sources.find(folder / "npz", "npz", [CATEGORY])
  for chunk in stages.read(source, settings):
    for key, entry in stages.make_entries(chunk, settings, raster.choose_renderer("auto")):
      groups[key].append(entry)
  (folder / "shards").mkdir()
  parts = [stages.write_group(group, str(folder / "shards"), settings)
           for group in groups.items()]
  stages.write_manifest(parts, str(folder / "shards"), settings, [sources.describe(source)])


def _drawing(random: np.random.Generator) -> np.ndarray:
  """A walk of 20 to 70 points whose direction changes slowly: int16 [n, 3]."""
  count = int(random.integers(20, 71))
  heading = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(0, 0.5, count))
  steps = random.gamma(2.0, 6.0, count)
  lifted = random.random(count) < 0.1
  lifted[-1] = True
  return np.column_stack([np.rint(steps * np.cos(heading)), np.rint(steps * np.sin(heading)),
                          lifted]).astype(np.int16)
