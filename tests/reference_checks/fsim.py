"""fsim.npz: FSIM and FSIMc of picture pairs, and two phase-congruency maps."""

import pathlib
from collections.abc import Iterator

import numpy as np

from evaluate.metrics.fsim import fsim
from evaluate.metrics.phase_congruency import phase_congruency
from tests.reference_checks.finding import Finding

TOLERANCE = 1e-6


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Every pair, then the maps."""
  with np.load(path, allow_pickle=False) as file:
    arrays = dict(file)
  for pair, label in enumerate(arrays["in/labels"]):
    ours = fsim(*pictures(arrays, pair))
    for name, value in ours._asdict().items():
      yield Finding(f"{label}: {name}", absolute(value, arrays[f"out/{name}"][pair]), TOLERANCE)
  for place, pair in enumerate(arrays["out/phasecong_pair"]):
    ours = phase_congruency(pictures(arrays, pair)[0])
    yield Finding(f"phase congruency {place}", absolute(ours, arrays[f"out/phasecong_{place}"]),
                  TOLERANCE)


def pictures(arrays: dict[str, np.ndarray], pair: int) -> tuple[np.ndarray, np.ndarray]:
  """The true and the distorted picture of a pair, uint8."""
  return arrays[f"in/ref_{arrays['in/ref_index'][pair]:02}"], arrays[f"in/dis_{pair:02}"]


def absolute(ours, reference) -> float:
  """Largest difference; NaN counts as equal to NaN, and to nothing else."""
  ours, reference = np.atleast_1d(ours), np.atleast_1d(reference)
  if ours.shape != reference.shape or (np.isnan(ours) != np.isnan(reference)).any():
    return float("inf")
  known = ~np.isnan(ours)
  return float(np.abs(ours[known] - reference[known]).max(initial=0.0))
