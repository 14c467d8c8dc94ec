"""Small building blocks of pictures: soft edges, bumps, noise, blending."""

import numpy as np
from scipy import ndimage


def soft(distance: np.ndarray, width: float = 1.0) -> np.ndarray:
  """0 to 1 as a signed distance goes from -width to width (smoothstep)."""
  x = np.clip(distance / (2 * width) + 0.5, 0, 1)
  return x * x * (3 - 2 * x)


def bump(u: np.ndarray, v: np.ndarray, place: tuple[float, float],
         size: tuple[float, float]) -> np.ndarray:
  """A Gaussian of height 1 at `place` with standard deviations `size`."""
  a, b = (u - place[0]) / size[0], (v - place[1]) / size[1]
  return np.exp(-0.5 * (a * a + b * b))


def noise(random: np.random.Generator, shape: tuple[int, ...], sigma: float) -> np.ndarray:
  """Smooth noise of unit standard deviation.

  Args:
    random: where it comes from.
    shape: of the result.
    sigma: of the Gaussian filter in pixels; a coarse field is made small and enlarged.

  Returns:
    float32 [*shape].
  """
  step = max(int(sigma / 1.5), 1)
  small = random.standard_normal([-(-size // step) + 2 for size in shape], dtype=np.float32)
  field = ndimage.gaussian_filter(small, sigma / step, mode="wrap")
  if step > 1:
    field = ndimage.zoom(field, step, order=1)
  field = field[tuple(slice(size) for size in shape)]
  return field / (field.std() + 1e-6)


def blend(image: np.ndarray, mask: np.ndarray, colour: np.ndarray) -> None:
  """Lays a colour over an image in place.

  Args:
    image: float [h, w, 3].
    mask: float [h, w], 0 to 1.
    colour: float [3] or [h, w, 3].
  """
  image += mask[..., None] * (np.asarray(colour, np.float32) - image)
