"""Ways through the space of codes: straight, and along the sphere.

Pure functions. Source of the spherical one: Shoemake, "Animating rotation with quaternion curves"
(1985); White, "Sampling generative networks" (2016).
"""

from collections.abc import Callable

import numpy as np

Path = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

_PARALLEL = 1e-6  # radians below which an arc is a straight line


def linear(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
  """(1 - t) a + t b.

  Args:
    a: [..., Z].
    b: [..., Z].
    share: t, [...], 0 gives a and 1 gives b.
  """
  t = np.asarray(share)[..., None]
  return (1.0 - t) * a + t * b


def spherical(a: np.ndarray, b: np.ndarray, share: np.ndarray) -> np.ndarray:
  """sin((1 - t) w) / sin(w) a + sin(t w) / sin(w) b, w the angle between a and b at the origin.

  Codes on the way are about as far from the origin as the ends, where straight ways pass nearer.
  Parallel and opposite codes have no arc of their own: the way is straight.

  Args:
    a: [..., Z].
    b: [..., Z].
    share: t, [...].
  """
  a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
  t = np.asarray(share, np.float64)[..., None]
  norms = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
  cosine = np.sum(a * b, axis=-1) / np.maximum(norms, np.finfo(np.float64).tiny)
  angle = np.arccos(np.clip(cosine, -1.0, 1.0))[..., None]
  has_arc = (np.sin(angle) > _PARALLEL) & (norms[..., None] > 0)
  angle = np.where(has_arc, angle, 1.0)
  arc = (np.sin((1.0 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
  return np.where(has_arc, arc, linear(a, b, t[..., 0]))


PATHS: dict[str, Path] = {"spherical": spherical, "linear": linear}


def between(ends: np.ndarray, steps: int, path: Path) -> np.ndarray:
  """Codes from one end to the other, both included: [2, Z] -> float32 [steps, Z]."""
  shares = np.linspace(0.0, 1.0, steps)
  return path(ends[0], ends[1], shares).astype(np.float32)


def among(corners: np.ndarray, steps: int, path: Path) -> np.ndarray:
  """A grid of codes among four: first along the rows' ends, then along each row.

  Args:
    corners: [4, Z]: upper left, upper right, lower left, lower right.
    steps: codes along each side, corners included.
    path: one of PATHS.

  Returns:
    float32 [steps, steps, Z].
  """
  shares = np.linspace(0.0, 1.0, steps)
  left = path(corners[0], corners[2], shares)  # [steps, Z]
  right = path(corners[1], corners[3], shares)
  return path(left[:, None], right[:, None], shares[None, :]).astype(np.float32)
