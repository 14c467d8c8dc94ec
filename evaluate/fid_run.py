"""FID and KID of a folder of generated images against a folder of true ones."""

import dataclasses
from typing import Any

from data_tools import cli
from evaluate import feature_statistics, metric_report
from evaluate.fid_evaluator import FidEvaluator


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/fid.py; see its flags."""

  reference_dir: str
  generated_dir: str
  mode: str = "pytorch-fid"
  inception_weights: str | None = None
  allow_other_weights: bool = False
  batch_size: int = 50
  kid: bool = True
  allow_mixed_sizes: bool = False
  save_statistics: str | None = None
  cache: bool = True
  jit_compile: bool = False


def run(options: Options) -> dict[str, Any]:
  """Scores, prints a table and returns the report.

  Raises:
    UserError: images, statistics or weights that can't be used.
  """
  metric_report.check_output(options.save_statistics, feature_statistics.ENDING)
  evaluator = FidEvaluator(
      options.reference_dir, mode=options.mode, weights=options.inception_weights,
      allow_other_weights=options.allow_other_weights, batch_size=options.batch_size,
      kid=options.kid, allow_mixed_sizes=options.allow_mixed_sizes, cache=options.cache,
      jit_compile=options.jit_compile)
  report = evaluator.score(options.generated_dir)
  if options.save_statistics:
    feature_statistics.save(options.save_statistics, evaluator.reference)
    cli.say(f"Statistics of the reference written to {options.save_statistics}")
  for sentence in report["warnings"]:
    cli.say(f"Warning: {sentence}.")
  _show(report)
  return report | {"reference_dir": str(options.reference_dir),
                   "generated_dir": str(options.generated_dir)}


def _show(report: dict[str, Any]) -> None:
  """The table on stdout."""
  rows = [["fid", f"{report['fid']:.4f}", ""]]
  if report["kid"] is not None:
    std = report["kid_std"]
    rows.append(["kid", f"{report['kid']:.6f}", "" if std is None else f"{std:.6f}"])
  metric_report.show_table(["metric", "value", "std"], rows)
  print()
  unknown = lambda value: "unknown" if value is None else value
  metric_report.show_table(
      ["set", "images", "format", "mode", "weights"],
      [[name, unknown(report[count]), "/".join(report[kind]) or "unknown",
        unknown(report["mode"]), unknown(report["weights"])[:16]]
       for name, count, kind in (("generated", "count", "format"),
                                 ("reference", "reference_count", "reference_format"))])
  print(flush=True)
