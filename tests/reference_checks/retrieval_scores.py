"""retrieval.npz: rankings of codes and Ret@1, 10, 50."""

import pathlib
import re
from collections.abc import Iterator

import numpy as np

from evaluate.metrics import retrieval
from tests.reference_checks.finding import Finding, different


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Every case: the ranking index by index, and the scores."""
  arrays = dict(np.load(path))
  for case in sorted({re.match(r"in/(case\d+)/", key)[1] for key in arrays if key[:3] == "in/"}):
    real, generated = arrays[f"in/{case}/real"], arrays[f"in/{case}/generated"]
    ranks = retrieval.rank(generated, real)
    # [50, 10 * floor(n / 10)]; with fewer than 50 codes the rest repeats index 0.
    reference = arrays[f"out/{case}/ranking"][:ranks.shape[1]]
    wrong = different(ranks.T[:, :reference.shape[1]], reference)
    yield Finding(f"{case}: ranking", wrong, 0)
    scores = list(retrieval.original_scores(ranks).values())
    worst = np.abs(np.array(scores) - arrays[f"out/{case}/top1_top10_top50"]).max()
    yield Finding(f"{case}: scores", worst, 1e-12)
