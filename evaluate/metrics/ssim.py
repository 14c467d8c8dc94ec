"""SSIM, the structural similarity index, in its two common variants.

Source: Wang, Bovik, Sheikh & Simoncelli, "Image quality assessment: from error visibility to
structural similarity", IEEE TIP 13(4), 2004. L = 255, K1 = 0.01, K2 = 0.03; only windows that lie
wholly in the image count. All in float64.
"""

import enum

import numpy as np
import scipy.ndimage

from evaluate.metrics.downsampling import automatic_factor, downsample

_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_SIGMA = 1.5


class Variant(enum.Enum):
  """The window and the estimate of the variance. State it with the number.

  Attributes:
    GAUSSIAN: 11 x 11 Gaussian window of sigma 1.5, weighted (biased) variances: the paper and its
      program; scikit-image with gaussian_weights, sigma 1.5, use_sample_covariance False.
    UNIFORM: 7 x 7 window of equal weights, variances divided by n - 1: scikit-image's default.
  """

  GAUSSIAN = "gaussian"
  UNIFORM = "uniform"

  @property
  def window(self) -> int:
    """Pixels along each side of the window."""
    return 11 if self is Variant.GAUSSIAN else 7


def ssim(reference: np.ndarray, generated: np.ndarray, variant: Variant = Variant.GAUSSIAN,
         downsampling: bool = False) -> float:
  """Mean of the SSIM map; of a colour image, the mean over the channels.

  Args:
    reference: [H, W] or [H, W, C], any number type, 0..255.
    generated: the same shape.
    variant: which SSIM.
    downsampling: first shrink by max(1, round(smaller side / 256)), averaging and with the border
      mirrored, as the authors' later program does.

  Returns:
    At most 1, which equal images have.

  Raises:
    ValueError: the shapes differ, are not those of images, or are smaller than the window.
  """
  return float(ssim_map(reference, generated, variant, downsampling).mean())


def ssim_map(reference: np.ndarray, generated: np.ndarray, variant: Variant = Variant.GAUSSIAN,
             downsampling: bool = False) -> np.ndarray:
  """SSIM of every window (equation 13 of the paper). Arguments as of `ssim`.

  Returns:
    float64 [h - n + 1, w - n + 1] or the same with [..., C], for windows of n x n pixels and
    images of h x w after downsampling.
  """
  first, second = (np.asarray(image, np.float64) for image in (reference, generated))
  if first.shape != second.shape or first.ndim not in (2, 3):
    raise ValueError(f"expected two images of one shape [H, W] or [H, W, C], got {first.shape} and "
                     f"{second.shape}")
  if first.ndim == 3:
    return np.stack([ssim_map(first[..., channel], second[..., channel], variant, downsampling)
                     for channel in range(first.shape[2])], axis=-1)
  if downsampling:
    factor = automatic_factor(*first.shape)
    first, second = (downsample(image, factor, "mirror") for image in (first, second))
  if min(first.shape) < variant.window:
    raise ValueError(f"expected images of at least {variant.window} x {variant.window} pixels, got "
                     f"{first.shape}")
  return _plane_map(first, second, variant)


def _plane_map(first: np.ndarray, second: np.ndarray, variant: Variant) -> np.ndarray:
  weights = _weights(variant)
  mean1, mean2 = _window_means(first, weights), _window_means(second, weights)
  # The n / (n - 1) of a sample variance, or 1.
  spread = 1.0 if variant is Variant.GAUSSIAN else variant.window**2 / (variant.window**2 - 1)
  variance1 = spread * (_window_means(first * first, weights) - mean1 * mean1)
  variance2 = spread * (_window_means(second * second, weights) - mean2 * mean2)
  covariance = spread * (_window_means(first * second, weights) - mean1 * mean2)
  return ((2 * mean1 * mean2 + _C1) * (2 * covariance + _C2)
          / ((mean1 * mean1 + mean2 * mean2 + _C1) * (variance1 + variance2 + _C2)))


def _weights(variant: Variant) -> np.ndarray:
  """Weights along one axis, float64 [n], with sum 1; the window is their outer product."""
  size = variant.window
  if variant is Variant.UNIFORM:
    return np.full(size, 1 / size)
  weights = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * _SIGMA**2))
  return weights / weights.sum()


def _window_means(plane: np.ndarray, weights: np.ndarray) -> np.ndarray:
  """Weighted mean of every whole window of [H, W]: float64 [H - n + 1, W - n + 1]."""
  margin = len(weights) // 2
  down = scipy.ndimage.correlate1d(plane, weights, axis=0)[margin:len(plane) - margin]
  return scipy.ndimage.correlate1d(down, weights, axis=1)[:, margin:plane.shape[1] - margin]
