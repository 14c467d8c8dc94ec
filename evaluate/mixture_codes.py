"""Codes drawn from the latent mixture: NumPy, so that a seed means the same everywhere."""

import numpy as np

from data_tools.errors import UserError


def prior_codes(means: np.ndarray, variances: np.ndarray, weights: np.ndarray, count: int,
                seed: int) -> tuple[np.ndarray, np.ndarray]:
  """Codes from the whole mixture.

  Args:
    means: float32 [K, Z].
    variances: float32 [K, Z].
    weights: float32 [K, 1].
    count: N.
    seed: 0 or more.

  Returns:
    codes float32 [N, Z], and the component each was drawn from, int64 [N].
  """
  random = np.random.default_rng(seed)
  shares = weights[:, 0].astype(np.float64)
  components = random.choice(len(shares), size=count, p=shares / shares.sum())
  noise = random.standard_normal([count, means.shape[1]])
  codes = means[components] + np.sqrt(variances[components]) * noise
  return codes.astype(np.float32), components


def component_codes(means: np.ndarray, variances: np.ndarray, weights: np.ndarray, component: int,
                    count: int, seed: int) -> np.ndarray:
  """Codes from one component: float32 [N, Z]; arguments as for `prior_codes`.

  Raises:
    UserError: there is no such component.
  """
  if not 0 <= component < len(weights):
    raise UserError(f"There is no component {component}: the model's latent mixture has the "
                    f"components 0 to {len(weights) - 1}.")
  noise = np.random.default_rng([seed, component]).standard_normal([count, means.shape[1]])
  return (means[component] + np.sqrt(variances[component]) * noise).astype(np.float32)
