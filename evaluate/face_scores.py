"""Every metric of face synthesis on two folders of files: figures, or why there are none."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from data_tools.errors import UserError
from data_tools.image_files import pair_images
from evaluate import fsim_run, lpips_run, nlda_run, ssim_run
from evaluate.fid_evaluator import FidEvaluator
from pretrained import inception_weights, lpips_weights

FEWEST_TESTED = 2  # persons; a single one is always recognised
# Figure -> whether more is better.
HIGHER_IS_BETTER = {"fid": False, "kid": False, "fsimc": True, "ssim": True, "nlda": True,
                    "lpips": False}


@dataclasses.dataclass(frozen=True)
class How:
  """Settings of the metrics; see the flags of evaluate/face_report.py."""

  metrics: tuple[str, ...] = ("fid", "fsim", "ssim", "nlda", "lpips")
  inception_weights: str | None = None
  lpips_net: str = "alex"
  backbone_weights: str | None = None
  heads_weights: str | None = None
  allow_other_weights: bool = False
  seed: int = 0

  def __post_init__(self):
    unknown = [name for name in self.metrics if name not in METRICS]
    if unknown or not self.metrics:
      raise UserError(f"The metrics {', '.join(self.metrics) or '(none)'} were asked for, but they "
                      f"are {', '.join(METRICS)}; give one or more of these.")
    if self.seed < 0:
      raise UserError(f"The seed is {self.seed}, but a seed may not be below 0.")


@dataclasses.dataclass(frozen=True)
class Judged:
  """Two folders of files with equal names.

  Attributes:
    true: folder of the true pictures.
    made: folder of the model's.
    kind: "photo" or "sketch", what the pictures are.
    persons: the name of one pair of each person.
    protocol: "CUFS" or "CUFSF": in which proportion NLDA splits the persons.
  """

  true: str
  made: str
  kind: str
  persons: Collection[str]
  protocol: str


@dataclasses.dataclass(frozen=True)
class Outcome:
  """What a metric says.

  Attributes:
    figures: name -> value; None where it can't be had.
    remark: how they were made; or why there are none, a sentence.
    about: further JSON values.
    names: of the pictures, where there are values for each.
    values: figure -> float64 [N].
  """

  figures: dict[str, float | None]
  remark: str
  about: dict[str, Any] = dataclasses.field(default_factory=dict)
  names: tuple[str, ...] = ()
  values: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)

  @property
  def is_missing(self) -> bool:
    """Whether there is no figure at all."""
    return all(value is None for value in self.figures.values())

  def as_json(self) -> dict[str, Any]:
    """The figures, `missing` (None or a sentence) and the settings."""
    return {**self.figures, "missing": self.remark if self.is_missing else None, **self.about}


def missing_weights(how: How) -> dict[str, str]:
  """Finds the weight files once, fetching them if need be.

  Returns:
    Metric -> why its weights can't be had, a sentence; of those that lack them.

  Raises:
    UserError: a file that was given can't be used.
  """
  finders = {"fid": lambda: inception_weights.find(how.inception_weights, how.allow_other_weights),
             "lpips": lambda: lpips_weights.locate(how.lpips_net, how.backbone_weights,
                                                   how.heads_weights, how.allow_other_weights)}
  given = {"fid": how.inception_weights, "lpips": how.backbone_weights or how.heads_weights}
  missing = {}
  for metric, find in finders.items():
    try:
      if metric in how.metrics:
        find()
    except UserError as error:
      if given[metric]:
        raise
      missing[metric] = str(error)
  return missing


def score(metric: str, judged: Judged, how: How, missing: Mapping[str, str]) -> Outcome:
  """One metric; what can't be computed is told in the outcome, so that the others go on.

  Args:
    metric: a key of METRICS.
    judged: the pictures.
    how: settings.
    missing: from `missing_weights`.
  """
  figures, measure = METRICS[metric]
  if metric in missing:
    return Outcome(dict.fromkeys(figures), missing[metric])
  try:
    return measure(judged, how)
  except UserError as error:
    return Outcome(dict.fromkeys(figures), str(error))


def _fid(judged: Judged, how: How) -> Outcome:
  evaluator = FidEvaluator(judged.true, weights=how.inception_weights,
                           allow_other_weights=how.allow_other_weights)
  report = evaluator.score(judged.made)
  figures = {"fid": report.pop("fid"), "kid": report.pop("kid")}
  return Outcome(figures, f"{report['count']} pictures, {'/'.join(report['format'])}, mode "
                 f"{report['mode']}", report)


def _fsim(judged: Judged, how: How) -> Outcome:
  del how
  scores = fsim_run.measure(fsim_run.Options(judged.true, judged.made, judged.kind))
  means = scores.means()
  return Outcome({"fsimc": means["fsimc"]}, _in_colour(judged.kind),
                 {"fsim": means["fsim"], "mode": judged.kind, "count": len(scores.names)},
                 tuple(scores.names), scores.values)


def _ssim(judged: Judged, how: How) -> Outcome:
  del how
  options = ssim_run.Options(judged.true, judged.made, judged.kind)
  scores = ssim_run.measure(options)
  return Outcome(scores.means(), f"{options.variant} window, {_in_colour(judged.kind)}",
                 {"variant": options.variant, "mode": judged.kind, "count": len(scores.names)},
                 tuple(scores.names), scores.values)


def _in_colour(kind: str) -> str:
  return "RGB" if kind == "photo" else "gray"


def _nlda(judged: Judged, how: How) -> Outcome:
  pairs = [pair for pair in pair_images(judged.true, judged.made) if pair.name in judged.persons]
  train = persons_to_train(len(pairs), judged.protocol)
  options = nlda_run.Options(judged.true, judged.made)
  result = nlda_run.recognise(pairs, train, options.repetitions, how.seed,
                              f"{judged.true} and {judged.made}")
  tested = len(pairs) - train
  official = (train, len(pairs)) == nlda_run.PROTOCOLS[judged.protocol]
  protocol = judged.protocol if official else f"{judged.protocol} in proportion"
  return Outcome(
      {"nlda": float(result.accuracy.mean())},
      f"{protocol}: {train} persons to train on, {tested} to test, {options.repetitions} splits; "
      f"by chance {1 / tested:.4f}",
      {"nlda_full_dimension": float(result.full.mean()), "std": float(result.accuracy.std()),
       "count": len(pairs), "train": train, "test": tested, "repetitions": options.repetitions,
       "seed": how.seed, "protocol": protocol, "by_chance": 1 / tested})


def persons_to_train(count: int, protocol: str) -> int:
  """Persons that NLDA trains on: the protocol's, or the same share of another number.

  Args:
    count: persons.
    protocol: a key of `nlda_run.PROTOCOLS`.

  Raises:
    UserError: there are too few.
  """
  if count < nlda_run.FEWEST + FEWEST_TESTED:
    raise UserError(f"There are {count} test persons, but NLDA needs {nlda_run.FEWEST} to train on "
                    f"and {FEWEST_TESTED} to test at least; give more.")
  train, published = nlda_run.PROTOCOLS[protocol]
  return min(max(round(count * train / published), nlda_run.FEWEST), count - FEWEST_TESTED)


def _lpips(judged: Judged, how: How) -> Outcome:
  scores, weights = lpips_run.measure(lpips_run.Options(
      judged.true, judged.made, how.lpips_net, backbone_weights=how.backbone_weights,
      heads_weights=how.heads_weights, allow_other_weights=how.allow_other_weights))
  return Outcome(scores.means(), f"net {how.lpips_net}, pictures as they are",
                 {"net": how.lpips_net, "weights": weights, "count": len(scores.names)},
                 tuple(scores.names), scores.values)


# Metric -> its figures and what measures them.
METRICS: dict[str, tuple[tuple[str, ...], Callable[[Judged, How], Outcome]]] = {
    "fid": (("fid", "kid"), _fid), "fsim": (("fsimc",), _fsim), "ssim": (("ssim",), _ssim),
    "nlda": (("nlda",), _nlda), "lpips": (("lpips",), _lpips)}
