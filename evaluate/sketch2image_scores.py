"""The figures of Sketch-to-Image on folders of pictures: or why there are none."""

import pathlib
from collections.abc import Callable, Mapping, Sequence

from data_tools.errors import UserError
from evaluate import lpips_run, metric_report, ssim_run
from evaluate.face_scores import HIGHER_IS_BETTER, How, Outcome
from evaluate.fid_evaluator import FidEvaluator

# Metric -> its figures. FID and KID are of sets of pictures, the others of pairs.
METRICS = {"fid": ("fid", "kid"), "lpips": ("lpips",), "ssim": ("ssim",)}
MATCHED, MISMATCHED = "matched", "mismatched"
PHOTOS = "photos"
_WORDS = {MATCHED: "its own photo's", MISMATCHED: "another photo's"}
_LPIPS_SIZE = 256  # larger pictures are averaged down to it, as in training


def check_metrics(how: How) -> None:
  """Raises UserError if a metric of faces is asked for that is none of METRICS."""
  others = [name for name in how.metrics if name not in METRICS]
  if others:
    raise UserError(f"The metrics {', '.join(others)} were asked for, but Sketch-to-Image is "
                    f"judged by {', '.join(METRICS)}; give one or more of these.")


def score(folder: pathlib.Path, size: int, how: How, missing: Mapping[str, str]
          ) -> dict[str, dict[str, Outcome]]:
  """All figures; what can't be computed is told in its outcome, so that the others go on.

  Args:
    folder: holds folders of pictures of equal names: PHOTOS, MATCHED and MISMATCHED.
    size: of the pictures.
    how: settings.
    missing: metric -> why its weights can't be had.

  Returns:
    MATCHED and MISMATCHED -> metric -> outcome. Pictures in another photo's style have no photo
    that they should be, and so no figures of pairs.
  """
  photos, matched = folder / PHOTOS, folder / MATCHED
  pairs = {"lpips": lambda: _lpips(photos, matched, size, how),
           "ssim": lambda: _ssim(photos, matched)}
  outcomes: dict[str, dict[str, Outcome]] = {MATCHED: {}, MISMATCHED: {}}
  if "fid" in how.metrics:
    evaluator = _attempt("fid", missing, lambda: FidEvaluator(
        photos, weights=how.inception_weights, allow_other_weights=how.allow_other_weights))
    for side in outcomes:
      outcomes[side]["fid"] = evaluator if isinstance(evaluator, Outcome) else _attempt(
          "fid", missing, lambda side=side: _fid(evaluator, folder / side))
  for metric in how.metrics:
    if metric in pairs:
      outcomes[MATCHED][metric] = _attempt(metric, missing, pairs[metric])
  return outcomes


def show(title: str, outcomes: Mapping[str, Mapping[str, Outcome]], notes: Sequence[str]) -> None:
  """Prints all figures and the notes to stdout.

  Args:
    title: of which model, on which data.
    outcomes: from `score`.
    notes: sentences.
  """
  reasons = list(dict.fromkeys(outcome.remark for by_metric in outcomes.values()
                               for outcome in by_metric.values() if outcome.is_missing))
  missing = lambda outcome: f"not computed [{reasons.index(outcome.remark) + 1}]"
  rows = [[_WORDS[side], figure, "none" if value is None else f"{value:.4f}",
           "higher" if HIGHER_IS_BETTER[figure] else "lower",
           missing(outcome) if outcome.is_missing else outcome.remark]
          for side, by_metric in outcomes.items() for outcome in by_metric.values()
          for figure, value in outcome.figures.items()]
  print(title)
  metric_report.show_table(["style", "figure", "value", "better", "how"], rows)
  print()
  for number, reason in enumerate(reasons, start=1):
    print(f"not computed [{number}] {reason}")
  for note in notes:
    print(f"- {note}")
  print(flush=True)


def _attempt(metric: str, missing: Mapping[str, str], measure: Callable):
  """What is measured, or the outcome that tells why not."""
  if metric in missing:
    return Outcome(dict.fromkeys(METRICS[metric]), missing[metric])
  try:
    return measure()
  except UserError as error:
    return Outcome(dict.fromkeys(METRICS[metric]), str(error))


def _fid(evaluator: FidEvaluator, made: pathlib.Path) -> Outcome:
  report = evaluator.score(made)
  figures = {figure: report.pop(figure) for figure in METRICS["fid"]}
  return Outcome(figures, f"{report['count']} pictures, mode {report['mode']}", report)


def _lpips(photos: pathlib.Path, made: pathlib.Path, size: int, how: How) -> Outcome:
  shrunk = _LPIPS_SIZE if size > _LPIPS_SIZE else None
  scores, weights = lpips_run.measure(lpips_run.Options(
      str(photos), str(made), how.lpips_net, shrunk, how.backbone_weights, how.heads_weights,
      how.allow_other_weights))
  return Outcome(scores.means(), f"net {how.lpips_net}, at {shrunk or size} pixels",
                 {"net": how.lpips_net, "size": shrunk or size, "weights": weights,
                  "count": len(scores.names)})


def _ssim(photos: pathlib.Path, made: pathlib.Path) -> Outcome:
  options = ssim_run.Options(str(photos), str(made), "photo")
  scores = ssim_run.measure(options)
  return Outcome(scores.means(), f"{options.variant} window, RGB",
                 {"variant": options.variant, "mode": options.mode, "count": len(scores.names)})
