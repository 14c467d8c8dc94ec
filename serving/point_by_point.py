"""Drawing a sketch point by point, in plain NumPy: what an app has to do between two steps.

The rules are those of `models/rpcl_pix2seq/sampling.py`; the random numbers are NumPy's, so a seed
gives another drawing than there.
"""

from collections.abc import Mapping

import numpy as np

from data_tools.strokes import START_TOKEN
from serving.lite_model import LiteModel


def draw(model: LiteModel, code: np.ndarray, temperature: float, seed: int) -> np.ndarray:
  """Draws one sketch.

  Args:
    model: the files.
    code: float32 [1, Z].
    temperature: above 0; the original's default is 0.24.
    seed: 0 or more.

  Returns:
    stroke-5 rows float32 [n, 5] in units of the scale factor, without start token; the last one is
    (0, 0, 0, 0, 1) unless the sketch was cut off at the model's longest drawing.
  """
  random = np.random.default_rng(seed)
  point, state, points = START_TOKEN, model.start(code), []
  while len(points) < model.description["max_length"] and point[4] != 1:
    parameters, state = model.step(point[None], code, state)
    point = next_point(parameters, temperature, random.random(2), random.standard_normal(2))
    points.append(point)
  return np.stack(points)


def next_point(parameters: Mapping[str, np.ndarray], temperature: float, uniform: np.ndarray,
               normal: np.ndarray) -> np.ndarray:
  """The next point, from random numbers.

  Args:
    parameters: of `LiteModel.step`.
    temperature: above 0.
    uniform: [2] in [0, 1), for the mixture and for the pen.
    normal: [2], standard normal, for the offset.

  Returns:
    float32 [5]: (dx, dy, pen down, pen lifted, end of the drawing); dx and dy are 0 at the end.
  """
  with np.errstate(divide="ignore"):  # log 0 is -infinity, of which the probability is 0
    mixture = _pick(np.log(np.float64(parameters["pi"])), temperature, uniform[0])
  pen = _pick(np.float64(parameters["pen_logits"]), temperature, uniform[1])
  if pen == 2:
    return np.float32([0, 0, 0, 0, 1])
  mu_x, mu_y, sigma_x, sigma_y, rho = (
      float(parameters[name][mixture]) for name in ("mu_x", "mu_y", "sigma_x", "sigma_y", "rho"))
  along, across = normal
  dx = mu_x + temperature * sigma_x * along
  dy = mu_y + temperature * sigma_y * (rho * along + np.sqrt(1 - rho**2) * across)
  return np.float32([dx, dy, pen == 0, pen == 1, 0])


def prior_code(model: LiteModel, seed: int) -> np.ndarray:
  """A code from the latent mixture, for a drawing of nothing given: float32 [1, Z]."""
  random, mixture = np.random.default_rng(seed), model.description["mixture"]
  weights = np.array(mixture["weights"])
  component = random.choice(len(weights), p=weights / weights.sum())
  noise = random.standard_normal(model.code_size)
  code = mixture["means"][component] + np.sqrt(mixture["variances"][component]) * noise
  return np.float32(code)[None]


def _pick(logits, temperature, uniform) -> int:
  """The first index at which the cumulated softmax(logits / temperature) reaches `uniform`."""
  shares = np.exp((logits - logits.max()) / temperature)
  reached = np.cumsum(shares / shares.sum()) >= uniform
  return int(np.argmax(reached)) if reached.any() else len(reached) - 1
