"""Sketch-to-Image on two replicas: both stages train as on one, for all kinds of data."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from tests import smooth_functions
from tests.models import tiny_sketch2image as tiny
from tests.strategies import replicas, stepped

ROWS = 4
# The rates are tiny: Adam turns rounding of a gradient near zero into a whole step, which the
# second update of the same training step would see.
OPTIONS = {"synchronized_batch_norm": True, "learning_rate": 1e-9, "later_learning_rate": 1e-9,
           "batch_size_ae": ROWS, "batch_size_gan": ROWS}
# Every kind of data, and what else has a part in a loss.
KINDS = {"art": {"mutual_information_weight": 0.5}, "face": {"lpips_reduction": "mean"}, "shoe": {}}


@functools.cache
def settled_values(**options):
  """Of the variables of a second stage."""
  return [variable.numpy() for variable in tiny.settled(tiny.gan(**options)).variables]


def made(stage, kind, count, **options):
  """A model for `count` replicas, the same for every count."""
  options = {**OPTIONS, "data_name": kind, **KINDS[kind], **options}
  with replicas(count).scope():
    model = getattr(tiny, stage)(**options)
  if stage == "gan":
    for variable, value in zip(model.variables, settled_values(**options)):
      variable.assign(value)
    for average in model.average:  # so that following shows
      average.assign(tf.ones_like(average))
  return model


def data_of(stage):
  data = tiny.batch(rows=ROWS)
  return data if stage == "autoencoder" else data["paired"]


def locals_of(model):
  """Variable's name -> its values on every replica. Without the metrics, of which each replica
  has a share."""
  strategy, counted = model.distribute_strategy, {id(one) for metric in model.metrics
                                                  for one in metric.variables}
  return [(variable.name, [one.numpy() for one in strategy.experimental_local_results(variable)])
          for variable in model.variables if id(variable) not in counted]


def assert_all_alike(model, other, count):
  """Every variable of `model`, on each of `count` replicas, is that of a model of one replica."""
  for (name, values), (_, (value,)) in zip(locals_of(model), locals_of(other), strict=True):
    assert len(values) == count, name
    for local in values:
      np.testing.assert_allclose(local, value, rtol=0, err_msg=name,
                                 atol=2e-5 * max(np.abs(value).max(), 0.05))


def moments_of(model, kind):
  return {name: [model.adams[name].get_slot(variable, kind).numpy() for variable in variables]
          for name, variables in tiny.trained_variables(model).items()}


def assert_near(ours, expected, tolerance, described):
  """Arrays one by one, as vectors; of vanishing ones a part of the largest counts instead."""
  floor = 1e-2 * max(np.linalg.norm(one) for one in expected)
  for one, other in zip(ours, expected, strict=True):
    assert np.linalg.norm(one - other) < tolerance * max(np.linalg.norm(other), floor), described


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stage", ["autoencoder", "gan"])
def test_two_replicas_train_like_one(stage, kind, monkeypatch):
  """With synchronised statistics: figures, both moments of every Adam, every variable."""
  smooth_functions.use(monkeypatch)
  one, two = (made(stage, kind, count) for count in (1, 2))
  start = locals_of(one)
  expected, found = (stepped(model, data_of(stage)) for model in (one, two))
  assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)
  for moment in ("m", "v"):
    theirs, ours = (moments_of(model, moment) for model in (one, two))
    for name, values in theirs.items():
      assert_near(ours[name], values, 5e-4, (name, moment))
  assert_all_alike(two, one, 2)
  moved = [not np.allclose(before, after, rtol=1e-4, atol=1e-6)
           for (_, (before,)), (_, (after,)) in zip(start, locals_of(one))]
  assert sum(moved) > 50  # statistics, vectors of spectral norms, averages


@pytest.mark.slow
def test_two_replicas_begin_a_set_like_one():
  one, two = (made("autoencoder", "shoe", count) for count in (1, 2))
  for model in (one, two):
    with model.distribute_strategy.scope():
      for variable in model.adams["classifier"].variables():
        variable.assign(tf.ones_like(variable))
      model.begin_set(3)
  assert_all_alike(two, one, 2)
  for variable in two.adams["classifier"].variables():
    for local in two.distribute_strategy.experimental_local_results(variable):
      assert not np.any(local), variable.name


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["autoencoder", "gan"])
def test_fit_on_two_replicas_moves_the_weights_as_on_one(stage, monkeypatch):
  """At the rate that is trained with, by `fit`: weights whose gradient is not near zero."""
  smooth_functions.use(monkeypatch)
  rate, models = 2e-4, []
  for count in (1, 2):
    models.append(made(stage, "art", count, learning_rate=rate, later_learning_rate=rate))
    models[-1].fit(tf.data.Dataset.from_tensors(data_of(stage)), verbose=0)
  one, two = models
  flat = lambda arrays: np.concatenate([np.ravel(np.asarray(array)) for array in arrays])
  for name, variables in tiny.trained_variables(one).items():
    moment = np.abs(flat(moments_of(one, "m")[name]))
    clear = moment > 1e-3 * moment.max()
    difference = np.abs(flat(variables) - flat(tiny.trained_variables(two)[name])) / rate
    assert clear.mean() > 0.1 and difference[clear].max() < 0.3, name
    assert difference[clear].mean() < 1e-4, name
