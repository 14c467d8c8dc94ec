"""train*.npz and train*_racefree.npz: SC-Lmser at the start, and after one and four steps.

The raw run of the original races with itself, so steps are compared with the race-free one, and
only forward passes, losses and gradients at the start with the raw file. Two things limit how
near a float32 program can be:

* Adam's first steps move a weight by about the learning rate whatever its gradient's size, so a
  gradient within rounding of zero may move its weight either way.
* The losses have kinks: a ReLU input, or a pixel's difference to the true picture, that is within
  rounding of zero may fall on either side. In `train.npz` |fake_x - x| is 9e-7 at one pixel, whose
  sign is all the difference of F's gradients (1.5e-3; 4e-5 without it, as far as a float64
  computation is from the reference); in `train_gan.npz` float64 itself falls on the other side of
  one (7e-3 of G2's gradients, where we are 2e-4 off).

So single weights differ by up to two learning rates, and their mean in units of the learning rate
is compared; the original's own two runs are 0.10 to 0.22 (G) apart after four steps. Without kinks
(tests/smooth_functions.py) a step is that of a plain computation to 1e-3 learning rates: see
tests/models/test_sc_lmser.py.
"""

import json
import pathlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from models.sc_lmser.config import ScLmserConfig
from models.sc_lmser.model import LOSSES, NETWORK_OF, ScLmser
from tests.reference_checks.finding import Finding, relative
from tests.reference_checks.lmser_networks import assign

STEPS = 4
FORWARD = 5e-5
START_LOSSES = 5e-6
# Of all of a loss's gradients as one vector.
GRADIENTS = {"Dy": 1e-5, "Dx": 5e-5, "F": 1e-2, "G": 1e-2}
STEP_LOSSES = {1: 5e-5, 2: 2e-4, 3: 2e-3, 4: 2e-3}
# Mean |ours - reference| / learning rate.
WEIGHTS = {1: {"Dy": 0.001, "Dx": 0.001, "F": 0.005, "G": 0.01},
           STEPS: {"Dy": 0.05, "Dx": 0.05, "F": 0.05, "G": 0.2}}
MOMENTS = 0.1
_ADAMS = {"Adam_Dy#1": "loss_Dy1", "Adam_Dy#2": "loss_Dy2", "Adam_Dx": "loss_Dx",
          "Adam_F": "loss_F", "Adam_G#1": "loss_G1", "Adam_G#2": "loss_G2"}


def check(path: pathlib.Path) -> Iterator[Finding]:
  """The start (of a raw file) or the steps (of a race-free file, whose raw file lies beside it)."""
  if not path.stem.endswith("_racefree"):
    yield from check_start(dict(np.load(path)))
    return
  raw = path.with_name(path.name.replace("_racefree", ""))
  if raw.exists():  # it holds the weights and the pictures
    yield from check_steps(dict(np.load(raw)), dict(np.load(path)))


def original_model(arrays: dict[str, np.ndarray]) -> ScLmser:
  """The model of a reference file at its starting weights."""
  given = json.loads(str(arrays["in/config"]))
  model = ScLmser(ScLmserConfig(
      generator_width=given["ch"], discriminator_width=given["ndf"], batch_size=given["B"],
      gan_type=given["gan"], l1_lambda=given["l1"], beta1=given["beta1"],
      in_size=(given["W"], given["H"]), out_size=(given["H"], given["W"])))
  model.compile()
  for name in ("G", "F", "Dy", "Dx"):
    assign(getattr(model, name), f"weights/fss/{name}", arrays)
  return model


def pair(arrays: dict[str, np.ndarray], step: int) -> dict[str, np.ndarray]:
  """The pictures of one step, from 1."""
  return {name: arrays[f"in/{name}_step{step}"] for name in ("photo", "sketch")}


def trainable(model: ScLmser, network: str) -> dict[str, tf.Variable]:
  """The trained variables of a network by their names in the file."""
  return {f"fss/{network}/{name}": variable
          for name, variable in getattr(model, network).named_variables().items()
          if variable.trainable}


def check_start(arrays: dict[str, np.ndarray]) -> Iterator[Finding]:
  """Pictures, losses and gradients before any update."""
  model, data = original_model(arrays), pair(arrays, 1)
  for name, picture in model(data)._asdict().items():
    yield Finding(f"start: {name}", relative(picture, arrays[f"out/start/{name}"]), FORWARD)
  with tf.GradientTape(persistent=True) as tape:
    terms = {name: tf.reduce_mean(term) for name, term in model.losses_of(data).items()}
  for loss, network in NETWORK_OF.items():
    yield Finding(f"start: {loss}", relative(terms[loss], arrays[f"out/start/{loss}"]),
                  START_LOSSES)
    found = tape.gradient(terms[loss], trainable(model, network))
    stored = {name: arrays[f"out/start_grad/{loss}/{name}"] for name in found
              if f"out/start_grad/{loss}/{name}" in arrays}
    worst = _of_vectors(found, stored)
    yield Finding(f"start: {len(stored)} gradients of {loss}", worst, GRADIENTS[network])


def check_steps(raw: dict[str, np.ndarray], reference: dict[str, np.ndarray]) -> Iterator[Finding]:
  """Losses of four steps, weights after the first and the last, moments after the last."""
  model = original_model(raw)
  run = tf.function(model.train_step)
  for step in range(1, STEPS + 1):
    model.reset_metrics()
    found = run(pair(raw, step))
    worst = max(abs(float(found[name]) / reference[f"out/losses/{name}"][step - 1] - 1)
                for name in LOSSES)
    yield Finding(f"step {step}: losses", worst, STEP_LOSSES[step])
    if step in WEIGHTS:
      yield from _weights(model, reference, step)
  yield from _moments(model, reference)


def _weights(model, reference, step):
  for network, tolerance in WEIGHTS[step].items():
    rate = (model.config.generator_learning_rate if network in "GF"
            else model.config.discriminator_learning_rate)
    difference = np.concatenate([
        np.abs(variable.numpy().astype(np.float64) - reference[f"out/step{step}/{name}"]).ravel()
        for name, variable in trainable(model, network).items()]) / rate
    yield Finding(f"step {step}: mean of {network}, learning rates", difference.mean(), tolerance)


def _moments(model, reference):
  for adam, loss in _ADAMS.items():
    variables = trainable(model, NETWORK_OF[loss])
    for kind in "mv":
      start = f"out/step{STEPS}_{kind}/{adam}/"
      stored = {key[len(start):]: value for key, value in reference.items()
                if key.startswith(start)}
      found = {name: model.adams[loss].get_slot(variables[name], kind) for name in stored}
      yield Finding(f"{len(stored)} of Adam's {kind}, {loss}", _of_vectors(found, stored), MOMENTS)


def _of_vectors(found, stored):
  """Length of the difference / length of the reference, all arrays taken as one vector."""
  square = lambda arrays: sum(float(np.sum(np.square(np.asarray(one, np.float64))))
                              for one in arrays)
  if not stored:
    return float("inf")
  return np.sqrt(square(found[name] - stored[name] for name in stored) / square(stored.values()))
