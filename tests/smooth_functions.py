"""Smooth stand-ins for functions with kinks, to compare two ways of computing the same gradient.

A ReLU input, or a difference under an absolute value, that is within rounding of zero may fall on
either side; the gradient then jumps by as much as one unit or pixel weighs, which no tolerance
tells from a mistake. With these in place only rounding is left.
"""

import tensorflow as tf

_SHARPNESS = 4.0


def relu(x, name=None):
  """softplus(4 x) / 4."""
  del name
  return tf.nn.softplus(_SHARPNESS * x) / _SHARPNESS


def leaky_relu(x, alpha=0.2, name=None):
  """alpha x + (1 - alpha) softplus(4 x) / 4."""
  return alpha * x + (1 - alpha) * relu(x, name)


def absolute(x, name=None):
  """sqrt(x^2 + 0.01)."""
  del name
  return tf.sqrt(x * x + 1e-2)


def use(monkeypatch) -> None:
  """Puts them in the place of TensorFlow's for one test."""
  monkeypatch.setattr(tf.nn, "relu", relu)
  monkeypatch.setattr(tf.nn, "leaky_relu", leaky_relu)
  monkeypatch.setattr(tf, "abs", absolute)
