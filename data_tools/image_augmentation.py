"""Random changes of the training images, for a whole batch at once: shrink, turn, shift.

The amounts are arguments, so that the same amounts give what the original program (RPCL-pix2seq,
CMACH508) gave. It calls OpenCV 4.5: resize with INTER_AREA, and warpAffine, which places every
source point on a grid of 1/32 pixel; both are reproduced here to a few 1e-7 (OpenCV keeps
its weights in float32). Paper is +1, also outside the image, so all sums run over image - 1, where
the outside is 0 and need not be stored.
"""

import functools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

_GRID = 32  # source positions per pixel
_FINE = 1024  # OpenCV first rounds positions to this fraction of a pixel
_TAPS = 8  # Lanczos-4 reaches four pixels to each side
_SLIVER = 1e-3  # overlaps with a smaller part of a pixel are ignored, as in OpenCV


def augment(images: np.ndarray, ratios: np.ndarray, angles: np.ndarray, shifts: np.ndarray
            ) -> np.ndarray:
  """Shrinks, then turns, then shifts each image by its own amounts.

  Args:
    images: float [B, W, W], paper +1.
    ratios: [B] in (0, 1].
    angles: [B] degrees, counter-clockwise.
    shifts: [B, 2] pixels, right and down.

  Returns:
    [B, W, W] of the same dtype. Turning may leave [-1, 1] (Lanczos overshoot), as in the original.
  """
  return translate(rotate(shrink(images, ratios), angles), shifts)


def shrink(images: np.ndarray, ratios: np.ndarray) -> np.ndarray:
  """Area-resizes each image to int(W * ratio) pixels, in the middle of a +1 canvas.

  Args:
    images: float [B, W, W].
    ratios: [B] in (0, 1].

  Returns:
    [B, W, W] of the same dtype.
  """
  width = images.shape[1]
  sizes = (width * np.asarray(ratios)).astype(int)
  if (sizes == width).all():
    return images
  result = images.copy()
  for size in np.unique(sizes[sizes < width]):
    chosen = np.flatnonzero(sizes == size)
    result[chosen] = _on_both_axes(images[chosen], _centred_area_weights(width, int(size)))
  return result


def rotate(images: np.ndarray, angles: np.ndarray) -> np.ndarray:
  """Turns each image on a canvas that holds all of it, area-resized back to W pixels.

  Costs about half a millisecond an image of 48 px: 64 products for each pixel of the canvas.

  Args:
    images: float [B, W, W].
    angles: [B] degrees, counter-clockwise.

  Returns:
    [B, W, W] of the same dtype.
  """
  if not np.any(angles):
    return images
  result = images.copy()
  for index in np.flatnonzero(angles):
    turned = _turned(images[index], float(angles[index]))
    result[index] = _on_both_axes(turned, area_weights(len(turned), images.shape[1]))
  return result


def translate(images: np.ndarray, shifts: np.ndarray) -> np.ndarray:
  """Shifts each image, bilinear between pixels.

  Args:
    images: float [B, W, W].
    shifts: [B, 2] pixels, right and down.

  Returns:
    [B, W, W] of the same dtype.
  """
  if not np.any(shifts):
    return images
  width = images.shape[1]
  right = _shift_weights(np.asarray(shifts)[:, 0], width).astype(images.dtype)  # [B, W, W]
  down = _shift_weights(np.asarray(shifts)[:, 1], width).astype(images.dtype)
  return down @ (images - 1) @ right.transpose(0, 2, 1) + 1


@functools.lru_cache(maxsize=256)
def area_weights(source: int, target: int) -> np.ndarray:
  """Which part of each source pixel goes into each pixel of a smaller row.

  Args:
    source: pixels before.
    target: pixels after, at most `source`.

  Returns:
    float64 [target, source].
  """
  scale = source / target
  starts = np.arange(target)[:, None] * scale
  pixels = np.arange(source)
  overlaps = np.minimum(pixels + 1, starts + scale) - np.maximum(pixels, starts)
  overlaps[overlaps <= _SLIVER] = 0
  return overlaps / np.minimum(scale, source - starts)


@functools.lru_cache(maxsize=256)
def _centred_area_weights(width: int, size: int) -> np.ndarray:
  """`area_weights` to `size` pixels in the middle of `width`: float64 [width, width]."""
  weights = np.zeros((width, width))
  start = (width - size) // 2
  weights[start:start + size] = area_weights(width, size)
  return weights


def _on_both_axes(images: np.ndarray, weights: np.ndarray) -> np.ndarray:
  """Applies weights [m, n] to rows and columns of images [..., n, n] over paper: [..., m, m]."""
  weights = weights.astype(images.dtype)
  return weights @ ((images - 1) @ weights.T) + 1


def _shift_weights(shifts: np.ndarray, width: int) -> np.ndarray:
  """Bilinear weights of each image's shift along one axis [B]: float64 [B, width, width]."""
  places = _on_grid(np.rint(-shifts * _FINE))
  whole, part = np.divmod(places, _GRID)
  weight = (part / _GRID)[:, None, None]
  pixels = np.arange(width)
  distance = pixels - pixels[:, None] - whole[:, None, None]  # [B, target, source]
  return (distance == 0) * (1 - weight) + (distance == 1) * weight


def _on_grid(fine: np.ndarray) -> np.ndarray:
  """Positions in 1/1024 pixel to the nearest 1/32 pixel, halves upward."""
  return (fine.astype(np.int64) + _FINE // _GRID // 2) // (_FINE // _GRID)


def _turned(image: np.ndarray, angle: float) -> np.ndarray:
  """Turns one image [W, W] about its middle: [n, n], n the width that holds all of it."""
  width = len(image)
  cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
  needed = width * abs(sin) + width * abs(cos)
  size = int(np.ceil(needed))
  middle, shift = width // 2, (needed - width) / 2
  forward = np.array([
      [cos, sin, (1 - cos) * middle - sin * middle + shift],
      [-sin, cos, sin * middle + (1 - cos) * middle + shift]])
  return _warp(image, _inverse(forward), size)


def _inverse(matrix: np.ndarray) -> np.ndarray:
  """The inverse of an affine map [2, 3] of the plane."""
  (a, b, x), (c, d, y) = matrix
  one_over = 1 / (a * d - b * c)
  a, b, c, d = d * one_over, -b * one_over, -c * one_over, a * one_over
  return np.array([[a, b, -a * x - b * y], [c, d, -c * x - d * y]])


def _warp(image: np.ndarray, inverse: np.ndarray, size: int) -> np.ndarray:
  """Lanczos-4 look-up of each target pixel in the source: [W, W] -> [size, size]."""
  width = len(image)
  steps = np.arange(size)
  # OpenCV rounds the two summands one by one; so must we, or pixels land on other grid points.
  places = _on_grid(np.rint((inverse[:, 1:2] * steps + inverse[:, 2:]) * _FINE)[:, :, None]
                    + np.rint(inverse[:, :1] * steps * _FINE)[:, None, :])  # [2, size, size]
  whole, part = np.divmod(places, _GRID)
  # Windows of 8 x 8 that touch nothing of the image are all the same: clip to the nearest.
  starts = np.clip(whole - (_TAPS // 2 - 1), -_TAPS, width) + _TAPS
  windows = sliding_window_view(np.pad(image - 1, _TAPS), (_TAPS, _TAPS))
  taps = _lanczos_taps().astype(image.dtype)
  found = windows[starts[1], starts[0]]  # [size, size, 8 down, 8 right]
  rows = np.einsum("yxij,yxj->yxi", found, taps[part[0]])
  return np.einsum("yxi,yxi->yx", rows, taps[part[1]]) + 1


@functools.cache
def _lanczos_taps() -> np.ndarray:
  """Lanczos-4 weights of the 8 pixels around each of 32 positions, summing to 1: [32, 8]."""
  distance = np.arange(_GRID)[:, None] / _GRID + (_TAPS // 2 - 1) - np.arange(_TAPS)
  weights = np.sinc(distance) * np.sinc(distance / (_TAPS // 2))
  return weights / weights.sum(axis=1, keepdims=True)
