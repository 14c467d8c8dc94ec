"""SSIM of two sets of image files."""

import dataclasses
from typing import Any

from data_tools.image_files import Pair, pair_images
from evaluate import metric_report
from evaluate.metrics.ssim import Variant, ssim
from evaluate.paired_scores import MODE_WORDS, read_pair, score_pairs


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/ssim.py; see its flags."""

  reference_dir: str
  generated_dir: str
  mode: str = "sketch"
  variant: str = "gaussian"
  downsample: bool = False
  per_image: bool = False
  output: str | None = None
  workers: int | None = None


def run(options: Options) -> dict[str, Any]:
  """Scores the pairs, prints a table and returns the report.

  Raises:
    UserError: images that don't pair, can't be read, differ in size or are too small.
  """
  metric_report.check_output(options.output, ".csv")
  variant = Variant(options.variant)
  scores = measure(options)
  metric_report.show_scores(
      scores, options.per_image, f"SSIM, {variant.value} window, {MODE_WORDS[options.mode]}"
      + (", downsampled automatically" if options.downsample else ""))
  if options.output:
    metric_report.save_csv(options.output, scores)
  return {**scores.means(), "variant": variant.value, "downsampling": options.downsample,
          "count": len(scores.names), "mode": options.mode,
          "reference_dir": str(options.reference_dir),
          "generated_dir": str(options.generated_dir)}


def measure(options: Options) -> metric_report.Scores:
  """SSIM of each pair, without a word on stdout.

  Raises:
    UserError: see `run`.
  """
  variant = Variant(options.variant)
  pairs = pair_images(options.reference_dir, options.generated_dir)

  def score(pair: Pair) -> tuple[float]:
    images = read_pair(pair, options.mode, variant.window)
    return (ssim(*images, variant, options.downsample),)

  values = score_pairs(pairs, score, f"SSIM ({variant.value})", options.workers)
  return metric_report.Scores([pair.name for pair in pairs], {"ssim": values[:, 0]})
