"""Momentum descent on latent vectors, each row of a batch for itself, in one graph."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

Energy = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


class Descent(NamedTuple):
  """What a descent found.

  Attributes:
    best: float32 [B, Z], of the lowest loss that the row has seen.
    early: likewise, as it was after the first steps.
    first, second: float32 [B, iterations + 1], both terms before each step and after the last.
  """

  best: tf.Tensor
  early: tf.Tensor
  first: tf.Tensor
  second: tf.Tensor


class _State(NamedTuple):
  z: tf.Tensor
  velocity: tf.Tensor
  best: tf.Tensor
  lowest: tf.Tensor
  early: tf.Tensor


def descend(energy: Energy, start: tf.Tensor, iterations: int, rate: float, momentum: float,
            weight: float, early: int = 0) -> Descent:
  """Nesterov's: v <- momentum v - rate g; z <- z + momentum v - rate g, clipped to [-1, 1].

  A row's steps depend on that row alone. A row whose loss is not a number keeps the best before.

  Args:
    energy: z [B, Z] -> two terms, float32 [B] each, of which first + weight * second is minimised.
    start: float32 [B, Z].
    iterations: steps, at least 0.
    rate: learning rate.
    momentum: in [0, 1).
    weight: of the second term.
    early: the steps after which `Descent.early` is taken; more than there are: the last.
  """
  zeros = tf.zeros_like(start)
  state = _State(start, zeros, start, tf.fill(tf.shape(start)[:1], float("inf")), start)
  history = [tf.TensorArray(tf.float32, iterations + 1, element_shape=start.shape[:1])
             for _ in range(2)]

  def step(index, state, history):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
      tape.watch(state.z)
      terms = energy(state.z)
      loss = terms[0] + weight * terms[1]
    gradient = tape.gradient(loss, state.z)  # rows do not depend on each other
    history = [kept.write(index, term) for kept, term in zip(history, terms)]
    return index + 1, _moved(state, loss, gradient, rate, momentum, index <= early), history

  _, state, history = tf.while_loop(lambda *_: True, step, (0, state, history),
                                    maximum_iterations=iterations + 1)
  return Descent(state.best, state.early, *(tf.transpose(kept.stack()) for kept in history))


def _moved(state: _State, loss: tf.Tensor, gradient: tf.Tensor, rate: float, momentum: float,
           is_early: tf.Tensor) -> _State:
  """One step, after the loss where the row stands has been looked at."""
  better = loss < state.lowest
  best = tf.where(better[:, None], state.z, state.best)
  velocity = momentum * state.velocity - rate * gradient
  z = tf.clip_by_value(state.z + momentum * velocity - rate * gradient, -1.0, 1.0)
  return _State(z, velocity, best, tf.where(better, loss, state.lowest),
                tf.where(is_early, best, state.early))
