"""One model of each subject that the tests of the suite share, after one training step."""

import dataclasses
import functools
from typing import Any

import numpy as np
import tensorflow as tf

from tests.conformance.subjects import SUBJECTS

SEED = 3


@dataclasses.dataclass(frozen=True)
class Trained:
  """A model that no test may change.

  Attributes:
    model: after one step, not traced, which would take longer.
    start: the values of `state_of` before it.
    figures: of the step.
  """

  model: tf.keras.Model
  start: list[np.ndarray]
  figures: dict[str, float]


@functools.cache
def trained(name: str) -> Trained:
  """The subject's model of seed 3 after one step."""
  model = SUBJECTS[name].model(seed=SEED)
  start = values_of(state_of(model))
  return Trained(model, start, step(name, model, 0))


def step(name: str, model: tf.keras.Model, number: int) -> dict[str, float]:
  """A training step on the batch of this number; the figures."""
  model.reset_metrics()
  found = model.train_step(SUBJECTS[name].batch(seed=number))
  return {figure: float(value) for figure, value in found.items()}


def outputs(name: str, model: tf.keras.Model, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
  """What the model gives in use, as arrays whose first axis is the rows."""
  return [value.numpy() for value in tf.nest.flatten(SUBJECTS[name].outputs(model, inputs))]


def state_of(model: tf.keras.Model) -> list[tf.Variable]:
  """Its variables without those of its metrics."""
  counted = {id(one) for metric in model.metrics for one in metric.variables}
  return [variable for variable in model.variables if id(variable) not in counted]


def values_of(variables: list[tf.Variable]) -> list[np.ndarray]:
  """Copies of them."""
  return [variable.numpy() for variable in variables]


def assert_equal(variables: list[tf.Variable], values: list[Any]) -> None:
  """Bit by bit, and as many."""
  for variable, value in zip(variables, values, strict=True):
    np.testing.assert_array_equal(variable, value, err_msg=variable.name)
