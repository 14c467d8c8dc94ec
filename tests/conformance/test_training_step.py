"""Of every model: a step trains; a run of steps is decided by its seed, stopped anywhere or not."""

import numpy as np
import pytest
import tensorflow as tf

from tests import smooth_functions
from tests.conformance.subjects import SUBJECTS, every
from tests.conformance.trained import (SEED, assert_equal, state_of, step, trained, values_of)
from tests.strategies import replicas, stepped


@pytest.mark.parametrize("name", every())
def test_a_step_moves_the_weights(name):
  seen = trained(name)
  assert int(seen.model.step) == 1
  assert seen.figures and np.isfinite(list(seen.figures.values())).all()
  values = values_of(state_of(seen.model))
  assert all(np.isfinite(value).all() for value in values)
  moved = [not np.array_equal(*pair) for pair in zip(seen.start, values, strict=True)]
  assert np.mean(moved) > 0.3  # of two networks that share all variables one may be frozen


@pytest.mark.parametrize("name", every(dear_are_slow=True))
def test_equal_seeds_give_equal_runs_and_going_on_from_a_checkpoint_is_as_if_never_stopped(
    name, tmp_path):
  """A model of the same seed, stepped as `trained`, is it, bit by bit; so is one restored in
  between, as far as the end of the second step."""
  model = SUBJECTS[name].model(seed=SEED)
  assert step(name, model, 0) == trained(name).figures
  assert_equal(state_of(model), values_of(state_of(trained(name).model)))
  path = tf.train.Checkpoint(model=model).write(str(tmp_path / "state"))
  expected = step(name, model, 1)
  fresh = SUBJECTS[name].model(seed=SEED)
  tf.train.Checkpoint(model=fresh).read(path).assert_consumed()
  assert int(fresh.step) == 1 and step(name, fresh, 1) == expected
  assert_equal(state_of(fresh), values_of(state_of(model)))


def optimizers_of(model):
  return [*getattr(model, "adams", {}).values()] or [model.optimizer]


@pytest.mark.parametrize("name", every("replicas", dear_are_slow=True))
def test_two_replicas_train_like_one(name, monkeypatch):
  """Figures, what the optimisers keep of the gradients, and all that moves without one."""
  smooth_functions.use(monkeypatch)
  monkeypatch.setattr(tf.nn, "max_pool2d", tf.nn.avg_pool2d)
  subject, results = SUBJECTS[name], []
  for count in (1, 2):
    with replicas(count).scope():
      model = subject.model(seed=SEED, **subject.small_rate)
    found = stepped(model, subject.batch(rows=subject.rows))
    kept = [np.concatenate([np.ravel(one.numpy()) for one in optimizer.variables()[1:]])
            for optimizer in optimizers_of(model)]
    results.append((found, kept, values_of(state_of(model))))
    assert model.step.numpy() == 1
  one, two = results
  assert two[0] == pytest.approx(one[0], rel=1e-4, abs=1e-6)
  for expected, got in zip(one[1], two[1], strict=True):
    assert 0 < np.linalg.norm(expected)
    assert np.linalg.norm(expected - got) < 2e-4 * np.linalg.norm(expected)
  for expected, got in zip(one[2], two[2], strict=True):
    np.testing.assert_allclose(got, expected, rtol=1e-4,
                               atol=1e-4 * max(np.abs(expected).max(), 0.05))
