"""generator.npz, discriminator.npz, losses.npz: SC-Lmser's networks and losses one by one.

The reference wants 3e-5 absolute of generators whose outputs reach 10, and 1e-6 to 5e-5 of
discriminators; the figures here are relative to the largest value.
"""

import pathlib
import re
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from models.adversarial_losses import adversarial_loss, fake_loss, real_loss
from models.sc_lmser.discriminator import Discriminator
from models.sc_lmser.generator import Generator
from tests.reference_checks.finding import Finding, relative

NETWORKS = 1e-5
GRADIENTS = 3e-5
LOSSES = 1e-6
# Numbers of the stages whose values are stored whole.
_STORED_STAGES = (0, 4, 5, 8)
# The original's names of losses -> ours: it has neither penalty.
_KINDS = {"gan": "gan", "lsgan": "lsgan", "hinge": "hinge", "wgan-gp": "wgan", "wgan-lp": "wgan",
          "dragan": "gan"}


def assign(network: tf.keras.layers.Layer, prefix: str, arrays: dict[str, np.ndarray]) -> None:
  """Gives every variable of a network its value in `arrays`, named prefix/variable."""
  named = network.named_variables()
  missing = [name for name in named if f"{prefix}/{name}" not in arrays]
  assert not missing and len(named) == len(network.variables), missing
  for name, variable in named.items():
    variable.assign(arrays[f"{prefix}/{name}"])


def check(path: pathlib.Path) -> Iterator[Finding]:
  """All of one file."""
  arrays = dict(np.load(path))
  yield from {"generator": check_generator, "discriminator": check_discriminators,
              "losses": check_losses}[path.stem](arrays)


def check_generator(arrays: dict[str, np.ndarray]) -> Iterator[Finding]:
  """Image, features, and the gradient of sum(image^2)."""
  prefix = next(re.match(r"weights/(fss/\w+)/", key)[0][:-1] for key in arrays if key[0] == "w")
  width = arrays[f"{prefix}/encoder_1/skip/conv_0/conv2d/kernel"].shape[-1] // 2
  network, image = Generator(arrays["out/y"].shape[-1], width), tf.constant(arrays["in/x"])
  network(image)
  assign(network, prefix, arrays)
  sources = {"input": image, **{f"{prefix[8:]}/{name}": variable
                                for name, variable in network.named_variables().items()}}
  with tf.GradientTape() as tape:
    tape.watch(image)
    stages = network.stages(image)
    total = tf.reduce_sum(tf.square(stages[-1]))
  gradients = tape.gradient(total, sources)
  yield Finding("image", relative(stages[-1], arrays["out/y"]), NETWORKS)
  for number in _STORED_STAGES:
    worst = relative(stages[number], arrays[f"out/layer_{number}"])
    yield Finding(f"stage {number}", worst, NETWORKS)
  for name, reduce in (("means", np.mean), ("stds", np.std)):
    found = [reduce(stage) for stage in stages[:-1]]
    yield Finding(f"stage {name}", relative(found, arrays[f"out/layer_{name}"]), NETWORKS)
  stored = [key for key in arrays if key.startswith("out/grad_sumsq/")]
  worst = max(relative(gradients[key[len("out/grad_sumsq/"):]], arrays[key]) for key in stored)
  yield Finding(f"{len(stored)} gradients", worst, GRADIENTS)


def check_discriminators(arrays: dict[str, np.ndarray]) -> Iterator[Finding]:
  """Both modes and the moving statistics of every `Discriminator2`."""
  for case, prefix in (("d2", "weights/fss/Dy"), ("d2n2", "weights/fss/Dx")):
    if f"in/{case}/x" in arrays:
      yield from _check_discriminator(case, prefix, arrays)


def _check_discriminator(case, prefix, arrays):
  kernels = [key for key in arrays if re.fullmatch(rf"{prefix}/layer_\d/conv_0/conv2d/kernel", key)]
  network = Discriminator(arrays[kernels[0]].shape[-1], len(kernels) - 2,
                          f"{prefix}/layer_1/conv_0/conv2d/bias" in arrays)
  pair = tf.split(arrays[f"in/{case}/x"], [3, 1], axis=-1)
  network(*pair)
  assign(network, prefix, arrays)
  in_training = network(*pair, training=True)
  for mode, logits in (("train", in_training.logits), ("infer", network(*pair).logits)):
    yield Finding(f"{case} {mode}", relative(logits, arrays[f"out/{case}/y_{mode}"]), NETWORKS)
  for times in ("one_update", "two_updates"):
    network.follow(in_training.moments)
    start = f"out/{case}/after_{times}/{prefix[8:]}/"
    stored = [key for key in arrays if key.startswith(start)]
    named = network.named_variables()
    worst = max((relative(named[key[len(start):]], arrays[key]) for key in stored), default=0.0)
    yield Finding(f"{case} {len(stored)} statistics after {times}", worst, NETWORKS)


def check_losses(arrays: dict[str, np.ndarray]) -> Iterator[Finding]:
  """Every kind: both losses and their gradients with respect to the logits."""
  real, fake = tf.constant(arrays["in/real"]), tf.constant(arrays["in/fake"])
  for original, kind in _KINDS.items():
    with tf.GradientTape(persistent=True) as tape:
      tape.watch((real, fake))
      of_discriminator = tf.reduce_mean(real_loss(real, kind) + fake_loss(fake, kind))
      of_generator = tf.reduce_mean(adversarial_loss(fake, kind))
    found = {"discriminator_loss": of_discriminator, "generator_loss": of_generator,
             "grad_d_real": tape.gradient(of_discriminator, real),
             "grad_d_fake": tape.gradient(of_discriminator, fake),
             "grad_g_fake": tape.gradient(of_generator, fake)}
    worst = max(relative(value, arrays[f"out/{name}/{original}"]) for name, value in found.items())
    yield Finding(f"{original}: losses and gradients", worst, LOSSES)
