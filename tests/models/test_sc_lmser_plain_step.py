"""SC-Lmser's training step against the original's written plainly; the benchmark of both."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.multiply_adds import multiply_adds
from benchmarks.plain_face_step import PlainStep
from models.sc_lmser import convolution
from models.sc_lmser.model import LOSSES, NETWORK_OF
from tests.models import tiny_sc_lmser as tiny


@pytest.mark.slow
def test_a_step_is_the_plain_one(monkeypatch):
  """The losses that it reports and the first moments of its six Adams, Winograd's way included.

  The rates are tiny, as Adam makes a whole step of the rounding of a gradient near zero.
  """
  monkeypatch.setattr(convolution, "_WINOGRAD_CHANNELS", 2)
  monkeypatch.setattr(convolution, "_WINOGRAD_PIXELS", 4)
  data = {name: tf.constant(picture) for name, picture in tiny.batch().items()}
  results = []
  for plain in (False, True):
    model = tiny.model(generator_learning_rate=1e-9, discriminator_learning_rate=1e-9)
    step = PlainStep(model) if plain else tf.function(model.train_step, autograph=False)
    found = {name: float(value) for name, value in step(data).items()}
    moments = {name: np.concatenate([model.adams[name].get_slot(variable, "m").numpy().ravel()
                                     for variable in getattr(model, network).trainable_variables])
               for name, network in NETWORK_OF.items()}
    results.append((found, moments))
  (ours, our_moments), (plain, plain_moments) = results
  for name in LOSSES:
    assert ours[name] == pytest.approx(plain[name], rel=1e-5)
    difference = np.linalg.norm(our_moments[name] - plain_moments[name])
    assert difference < 5e-3 * np.linalg.norm(plain_moments[name]), name


@pytest.mark.slow
def test_multiply_adds_of_known_functions():
  """And not those whose results nothing needs."""
  image, kernel = tf.zeros([2, 6, 8, 3]), tf.Variable(tf.zeros([3, 3, 3, 5]))

  def step():
    with tf.GradientTape() as tape:
      out = tf.nn.conv2d(image, kernel, 2, "SAME")  # [2, 3, 4, 5]
    return tape.gradient(out, kernel)

  assert multiply_adds(tf.function(step).get_concrete_function()) == 2 * 3 * 4 * 5 * 27
  product = tf.function(lambda a, b: tf.matmul(a, b, transpose_a=True))
  assert multiply_adds(product.get_concrete_function(tf.zeros([7, 4, 3]),
                                                     tf.zeros([7, 4, 5]))) == 7 * 3 * 4 * 5
  with pytest.raises(ValueError, match="not all known"):
    multiply_adds(product.get_concrete_function(tf.TensorSpec([None, 3]), tf.zeros([4, 5])))


@pytest.mark.slow
def test_the_benchmark_runs(request):
  done = subprocess.run(
      [sys.executable, "benchmarks/face_step.py", "--steps=1", "--size=32", "--width=2",
       "--batch_sizes=1"], cwd=request.config.rootpath, text=True, capture_output=True, check=True)
  found = json.loads(done.stdout)
  assert found["relative_difference"] < 5e-4
  assert found["plain"]["gigaproducts"] >= found["ours"]["gigaproducts"]
  assert "times fewer CPU seconds" in done.stderr
