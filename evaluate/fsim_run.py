"""FSIM and FSIMc of two sets of image files."""

import dataclasses
import math
from typing import Any

import numpy as np

from data_tools.errors import UserError
from data_tools.image_files import Pair, pair_images
from evaluate import metric_report
from evaluate.metrics import fsim
from evaluate.metrics.phase_congruency import SMALLEST_SIDE
from evaluate.paired_scores import MODE_WORDS, read_pair, score_pairs


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/fsim.py; see its flags."""

  reference_dir: str
  generated_dir: str
  mode: str = "sketch"
  per_image: bool = False
  output: str | None = None
  workers: int | None = None


def run(options: Options) -> dict[str, Any]:
  """Scores the pairs, prints a table and returns the report.

  Raises:
    UserError: images that don't pair, can't be read, differ in size or are flat.
  """
  metric_report.check_output(options.output, ".csv")
  scores = measure(options)
  metric_report.show_scores(scores, options.per_image, f"FSIM, {MODE_WORDS[options.mode]}")
  if options.output:
    metric_report.save_csv(options.output, scores)
  means = scores.means()
  return {"fsim": means["fsim"], "fsimc": means["fsimc"], "count": len(scores.names),
          "mode": options.mode, "reference_dir": str(options.reference_dir),
          "generated_dir": str(options.generated_dir)}


def measure(options: Options) -> metric_report.Scores:
  """FSIMc and FSIM of each pair, without a word on stdout.

  Raises:
    UserError: see `run`.
  """
  pairs = pair_images(options.reference_dir, options.generated_dir)
  values = score_pairs(pairs, lambda pair: _score(pair, options.mode), "FSIM", options.workers)
  return metric_report.Scores([pair.name for pair in pairs],
                              {"fsimc": values[:, 1], "fsim": values[:, 0]})


def _score(pair: Pair, mode: str) -> fsim.Fsim:
  features = [fsim.features(image) for image in read_pair(pair, mode, SMALLEST_SIDE)]
  for path, one in zip((pair.reference, pair.generated), features):
    if np.isnan(one.phase).any():
      raise UserError(f"FSIM is undefined for {path}: its pixels all have the same gray value, so "
                      "its phase congruency is 0 / 0; leave the pair out.")
  score = fsim.compare(*features)
  if math.isnan(score.fsimc):
    raise UserError(f"FSIM is undefined for {pair.reference} and {pair.generated}: neither has any "
                    "structure above its noise; leave the pair out.")
  return score
