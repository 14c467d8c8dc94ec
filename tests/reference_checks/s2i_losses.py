"""losses.npz: consistency terms, hinge losses and the moving average of Sketch-to-Image."""

import pathlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from models.adversarial_losses import adversarial_loss, fake_loss, real_loss
from models.sketch2image import losses
from tests.reference_checks.finding import Finding, relative

LEVELS = 3
TOLERANCE = 2e-6
GRADIENT = 5e-6


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Values, and gradients where the file has them."""
  arrays = dict(np.load(path))
  yield from _content(arrays)
  yield from _style(arrays)
  yield from _hinge(arrays)


def _levels(arrays, name):
  """Of each level, as we lay it out: [B, H, W, C] or [B, C]."""
  found = [arrays[f"in/{name}_{level}"] for level in range(LEVELS)]
  return [tf.constant(one if one.ndim == 2 else one.transpose(0, 2, 3, 1)) for one in found]


def _content(arrays):
  features, plain = _levels(arrays, "feats1"), _levels(arrays, "feats2")
  for first in (0, LEVELS):
    orders = list(arrays["in/perms"][first:first + LEVELS])
    with tf.GradientTape() as tape:
      tape.watch(features + plain)
      loss = losses.content_consistency(features, plain, orders)
    name = f"loss_for_list_perm_mse_detach1_perms{first}"
    yield Finding(name, relative(loss, arrays[f"out/{name}"]), TOLERANCE)
    gradients = tape.gradient(loss, features + plain)
    yield Finding(f"{name}: none to the plain ones",
                  float(any(one is not None for one in gradients[LEVELS:])), 0)
    for level in range(LEVELS):
      found = gradients[level].numpy().transpose(0, 3, 1, 2)
      yield Finding(f"{name}: gradient {level}",
                    relative(found, arrays[f"out/{name}/grad1_{level}"]), GRADIENT)


def _style(arrays):
  distorted, clean = _levels(arrays, "style_rd"), _levels(arrays, "style_org")
  with tf.GradientTape() as tape:
    tape.watch(distorted)
    loss = losses.style_consistency(distorted, clean, list(arrays["in/style_perms"]))
  yield Finding("style_consistency", relative(loss, arrays["out/style_consistency"]), TOLERANCE)
  for level, found in enumerate(tape.gradient(loss, distorted)):
    yield Finding(f"style_consistency: gradient {level}",
                  relative(found, arrays[f"out/style_consistency/grad1_{level}"]), GRADIENT)
  found = losses.cosine(tf.constant(arrays["in/cos_a"]), tf.constant(arrays["in/cos_b"]))
  yield Finding("cosine with a zero vector",
                relative(found, arrays["out/cosine_similarity_with_zero_vector"]), TOLERANCE)


def _hinge(arrays):
  for case in (0, 1):
    real, fake = (tf.constant(arrays[f"in/pred_{kind}_{case}"].transpose(0, 2, 3, 1))
                  for kind in ("real", "fake"))
    with tf.GradientTape() as tape:
      tape.watch([real, fake])
      loss = tf.reduce_mean(real_loss(real, "hinge") + fake_loss(fake, "hinge"))
    yield Finding(f"d_hinge_{case}", relative(loss, arrays[f"out/d_hinge_{case}"]), TOLERANCE)
    for kind, found in zip(("real", "fake"), tape.gradient(loss, [real, fake])):
      yield Finding(f"d_hinge_{case}: gradient {kind}",
                    relative(found.numpy().transpose(0, 3, 1, 2),
                             arrays[f"out/d_hinge_{case}/grad_{kind}"]), GRADIENT)
    yield Finding(f"g_hinge_{case}",
                  relative(tf.reduce_mean(adversarial_loss(fake, "hinge")),
                           arrays[f"out/g_hinge_{case}"]), TOLERANCE)
