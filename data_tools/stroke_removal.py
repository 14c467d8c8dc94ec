"""Augmentation that leaves out strokes: rather late ones than early ones, rather short than long.

What is drawn first and at length tells most of an object. The probability of stroke i is

    Pr_i = exp(alpha o_i) / exp(beta l_i) / Z

with o_i the stroke's position in the drawing and l_i its length. We measure both relative to the
drawing, o_i in (0, 1] and l_i in units of the longest stroke, so that alpha and beta mean the same
for every drawing.

Source: Yu et al., "Sketch-a-Net: a Deep Neural Network that Beats Humans", IJCV 122, 2017.
"""

import numpy as np

from data_tools.flat_drawings import FlatDrawings

ALPHA = 0.5
BETA = 2.0


def probabilities(flat: FlatDrawings, alpha: float = ALPHA, beta: float = BETA) -> np.ndarray:
  """Pr_i of each stroke: float64 [S], summing to 1 in each drawing.

  Args:
    flat: drawings with S strokes.
    alpha: weight of the order.
    beta: weight of the length.
  """
  order = (flat.stroke_positions() + 1) / flat.stroke_counts()[flat.drawing]
  lengths = flat.stroke_lengths()
  longest = np.zeros(len(flat))
  np.maximum.at(longest, flat.drawing, lengths)
  weights = np.exp(alpha * order - beta * lengths / np.maximum(longest, 1e-12)[flat.drawing])
  return weights / np.bincount(flat.drawing, weights=weights, minlength=len(flat))[flat.drawing]


def kept_strokes(flat: FlatDrawings, shares: np.ndarray, uniforms: np.ndarray,
                 alpha: float = ALPHA, beta: float = BETA) -> np.ndarray:
  """Which strokes stay when a share of each drawing's strokes goes.

  Strokes go one after the other, each drawn by Pr among those that are left. That is what the
  largest of log Pr_i + Gumbel noise are, so no loop is needed.

  Args:
    flat: B drawings with S strokes.
    shares: float [B] in [0, 1]; floor(share * strokes) of a drawing go, but never all.
    uniforms: float [S] in [0, 1), the random numbers.
    alpha: weight of the order.
    beta: weight of the length.

  Returns:
    bool [S].
  """
  counts = flat.stroke_counts()
  leaving = np.minimum(np.floor(np.asarray(shares) * counts), np.maximum(counts - 1, 0))  # [B]
  tiny = np.finfo(np.float64).tiny
  gumbel = -np.log(-np.log(np.clip(uniforms, tiny, 1 - 1e-16)))
  keys = np.log(probabilities(flat, alpha, beta)) + gumbel
  by_drawing = np.lexsort([-keys, flat.drawing])
  place = np.empty(len(keys), np.int64)  # of each stroke among its drawing's, largest key first
  place[by_drawing] = flat.stroke_positions()
  return place >= leaving[flat.drawing]
