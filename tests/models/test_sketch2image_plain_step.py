"""Sketch-to-Image's training steps against the same written plainly; the benchmark of both."""

import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.plain_sketch2image_step import PlainAutoEncoderStep, PlainGanStep
from tests import smooth_functions
from tests.models import tiny_sketch2image as tiny

PLAIN = {"autoencoder": PlainAutoEncoderStep, "gan": PlainGanStep}


@pytest.mark.slow
@pytest.mark.parametrize("stage, kind", [
    ("gan", "art"), ("autoencoder", "shoe"), ("autoencoder", "art"), ("gan", "face"),
    ("gan", "shoe")])
def test_a_step_is_the_plain_one(stage, kind, monkeypatch):
  """Figures, first moments of every Adam, and the state of every norm.

  The rates are tiny, as Adam makes a whole step of the rounding of a gradient near zero.
  """
  smooth_functions.use(monkeypatch)
  data, results = tiny.batch(rows=4), []
  data = data if stage == "autoencoder" else data["paired"]
  for plain in (False, True):
    model = tiny.settled(getattr(tiny, stage)(data_name=kind, learning_rate=1e-9,
                                              later_learning_rate=1e-9))
    step = PLAIN[stage](model) if plain else model.train_step
    found = {name: float(value) for name, value in step(data).items()}
    results.append((found, moments_of(model), state_of(model)))
  (ours, our_moments, our_state), (plain, plain_moments, plain_state) = results
  assert ours == pytest.approx(plain, rel=1e-4, abs=1e-6)
  for name, expected in plain_moments.items():
    difference = np.linalg.norm(our_moments[name] - expected)
    assert difference < 1e-3 * np.linalg.norm(expected), name
  for one, other in zip(our_state, plain_state, strict=True):
    np.testing.assert_allclose(one, other, atol=2e-4 * max(np.abs(other).max(), 0.05), rtol=0)


def moments_of(model):
  return {name: np.concatenate([model.adams[name].get_slot(variable, "m").numpy().ravel()
                                for variable in variables])
          for name, variables in tiny.trained_variables(model).items()}


def state_of(model):
  networks = [model.networks, *(getattr(model, name) for name in "GD" if hasattr(model, name))]
  return [variable.numpy() for network in networks for variable in network.non_trainable_variables]


@pytest.mark.slow
def test_the_benchmark_runs(request):
  done = subprocess.run(
      [sys.executable, "benchmarks/sketch2image_step.py", "--steps=1", "--size=128", "--width=8",
       "--batch=2", "--paint_size=128", "--paint_width=8", "--paint_batches=1,2",
       "--sketches=2"], cwd=request.config.rootpath, text=True, capture_output=True, check=True)
  found = json.loads(done.stdout)
  assert set(found["stages"]) == {"autoencoder", "gan"}
  for stage in found["stages"].values():
    assert stage["relative_difference"] < 1e-3 and stage["ratio_by_cpu_seconds"] > 0
  assert set(found["painting"]) == {"1", "2"}
  assert "times fewer CPU seconds" in done.stderr
