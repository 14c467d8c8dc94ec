"""The figures of completed joint images: how near the generated part is to the true one."""

import dataclasses
from typing import Any

import numpy as np

from data_tools import cli
from evaluate.metrics.psnr import psnr
from evaluate.metrics.ssim import ssim
from evaluate.metrics.verification import Verification

SSIM, PSNR, LOSS, ACCURACY = "ssim", "psnr", "contextual_loss", "verification_accuracy"
HIGHER_IS_BETTER = {SSIM: True, PSNR: True, LOSS: False, ACCURACY: True}


@dataclasses.dataclass(frozen=True)
class Scores:
  """Figures of N generated pictures.

  Attributes:
    values: SSIM, PSNR and LOSS -> N numbers; None where there is no truth, or no PSNR as both
      pictures are equal.
    verification: of the pictures with a truth; None if it was not asked for.
  """

  values: dict[str, list[float | None]]
  verification: Verification | None = None

  def means(self) -> dict[str, float | None]:
    """Figure -> mean over the numbers that there are; ACCURACY only if it was asked for."""
    known = {figure: [value for value in values if value is not None]
             for figure, values in self.values.items()}
    found = {figure: float(np.mean(values)) if values else None
             for figure, values in known.items()}
    return found | ({ACCURACY: self.verification.accuracy} if self.verification else {})


def score(made: np.ndarray, truth: np.ndarray, has_truth: np.ndarray, loss: np.ndarray,
          desc: str = "") -> Scores:
  """SSIM (Gaussian window; of colour the mean over the channels) and PSNR of each picture.

  Args:
    made: uint8 [N, H, W] or [N, H, W, 3], generated.
    truth: alike, what it should be.
    has_truth: bool [N].
    loss: float [N], contextual losses.
    desc: of a progress bar on stderr; empty: none.
  """
  values: dict[str, list[float | None]] = {SSIM: [], PSNR: [], LOSS: [float(one) for one in loss]}
  for row in cli.progress(range(len(made)), desc=desc, unit="picture", shown=bool(desc)):
    pair = truth[row], made[row]
    values[SSIM].append(ssim(*pair) if has_truth[row] else None)
    values[PSNR].append(psnr(*pair) if has_truth[row] else None)
  return Scores(values)


def as_json(scores: Scores) -> dict[str, Any]:
  """The means, and what there is to say of the verification."""
  about = scores.verification
  return {**scores.means(), **({"verification": about._asdict()} if about else {})}
