"""forward_*.npz: the whole model, not training, at several steps of its schedules."""

import pathlib
from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf

from models.rpcl_pix2seq import schedules
from models.rpcl_pix2seq.model import EVALUATION_STEP, Outputs, RpclPix2Seq
from models.rpcl_pix2seq.stroke_distribution import from_head
from tests.original_rounding import original_rounding
from tests.reference_checks.finding import FORWARD, LOSSES, SHIPPED, Finding, different, relative
from tests.reference_checks.original_model import batch_of, cell_of, model_of

TAGS = {"default": 1, "g0": 0, "g500": 500, "g501": 501, "g502": 502, "g503": 503, "g504": 504,
        "g20001": 20001}
LOSS_NAMES = {"alpha_loss": "alpha_loss", "gaussian_loss": "gaussian_loss",
              "reconstruction_loss": "lil_loss", "image_loss": "de_loss", "loss": "loss"}
# Four instance norms one after the other, each on sums of up to 2304 pixels, amplify what oneDNN's
# convolutions round differently: 6e-6 to 1.2e-5 of the largest pixel with TensorFlow 2.15's, to
# 2.3e-5 with 2.21's, where it is 8e-6 with oneDNN turned off.
IMAGE = 3e-5
SHIPPED_IMAGE = 5e-4  # measured: 1.6e-4 to 3.3e-4


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Every output, loss and updated mixture of a forward file."""
  arrays = dict(np.load(path))
  model, batch = model_of(arrays, cell_of(path)), batch_of(arrays)
  with original_rounding():
    yield from check_outputs(arrays, model(batch))
    yield from _check_losses(arrays, model, batch)
    yield from check_evaluation(arrays, model, batch)
  yield from _check_posteriors(arrays, model)


def check_shipped(path: pathlib.Path) -> Iterator[Finding]:
  """The outputs with our own, more exact, sums and whatever convolutions TensorFlow chooses."""
  arrays = dict(np.load(path))
  outputs = model_of(arrays, cell_of(path))(batch_of(arrays))
  for name, ours, reference in _pairs(arrays, outputs):
    tolerance = SHIPPED_IMAGE if name == "gen_img" else SHIPPED
    yield Finding(f"{name}, as shipped", relative(ours, reference), tolerance)


def check_outputs(arrays: Mapping[str, np.ndarray], outputs: Outputs) -> Iterator[Finding]:
  """One pass with noise."""
  for name, ours, reference in _pairs(arrays, outputs):
    tolerance = IMAGE if name == "gen_img" else FORWARD
    yield Finding(name, relative(ours, reference), tolerance)
  labels = np.argmax(outputs.posterior, -1)
  yield Finding("gau_label", different(labels, arrays["out/gau_label"]), 0)


def _pairs(arrays, outputs):
  head = tf.reshape(outputs.head, [-1, outputs.head.shape[-1]])  # [B * T, 3 + 6M]
  if "out/output" in arrays:
    yield "head", head, arrays["out/output"]
  names = ("pen_logits", "pi", "mux", "muy", "sigmax", "sigmay", "corr")
  for name, values in zip(names, from_head(head)):
    yield name, values, arrays[f"out/{name}"]
  for name, field in (("p_mu", "mean"), ("p_sigma2", "variance"), ("batch_z", "code"),
                      ("p_alpha", "posterior"), ("gen_img", "image"),
                      ("final_state", "last_state")):
    yield name, getattr(outputs, field), arrays[f"out/{name}"]


def _check_losses(arrays, model, batch):
  outputs = model(batch)
  for tag, step in TAGS.items():
    reference = {key.rsplit("/", 1)[1]: value for key, value in arrays.items()
                 if key.startswith(f"out/{tag}/")}
    yield from check_losses(f"{tag}: ", reference, model, batch, outputs, step)


def check_losses(prefix: str, reference: Mapping[str, np.ndarray], model: RpclPix2Seq, batch: dict,
                 outputs: Outputs, step: int) -> Iterator[Finding]:
  """Losses, updated mixture and schedules at one step; `reference` by the original's names."""
  terms, mixture = model.losses_of(batch, outputs, tf.constant(step), training=False)
  worst = max(relative(tf.reduce_mean(terms[name]), reference[original])
              for name, original in LOSS_NAMES.items())
  yield Finding(f"{prefix}losses", worst, LOSSES)
  if "q_mu" in reference:
    worst = max(relative(values, reference[name])
                for name, values in zip(("q_mu", "q_sigma2", "q_alpha"), mixture))
    yield Finding(f"{prefix}updated mixture", worst, FORWARD)
  if "lr" in reference:
    worst = max(relative(schedules.kl_weight(tf.constant(step), model.config),
                         reference["kl_weight"]),
                relative(schedules.learning_rate(tf.constant(step), model.config),
                         reference["lr"]))
    yield Finding(f"{prefix}kl_weight and learning rate", worst, FORWARD)


def check_evaluation(arrays: Mapping[str, np.ndarray], model: RpclPix2Seq, batch: dict
                     ) -> Iterator[Finding]:
  """`out/eval/`: the code is the encoder's mean and the step is 1."""
  reference = {key.rsplit("/", 1)[1]: value for key, value in arrays.items()
               if key.startswith("out/eval/")}
  batch = {name: batch[name] for name in ("image", "strokes")}
  outputs = model(batch)
  yield from check_losses("eval: ", reference, model, batch, outputs, EVALUATION_STEP)
  yield Finding("eval: p_alpha", relative(outputs.posterior, reference["p_alpha"]), FORWARD)
  labels = np.argmax(outputs.posterior, -1)
  yield Finding("eval: gau_label", different(labels, reference["gau_label"]), 0)
  if "gen_img" in reference:
    yield Finding("eval: gen_img", relative(outputs.image, reference["gen_img"]), IMAGE)


def _check_posteriors(arrays, model):
  for name, codes in (("posterior", "z_posterior"), ("far", "z_far")):
    ours = model.mixture(tf.constant(arrays[f"in/{codes}"]))
    yield Finding(f"{codes}: p_alpha", relative(ours, arrays[f"out/{name}/p_alpha"]), FORWARD)
    labels = np.argmax(ours, -1)
    yield Finding(f"{codes}: gau_label", different(labels, arrays[f"out/{name}/gau_label"]), 0)
