"""train_ae_*.npz and train_gan_*.npz: one training iteration of each stage of Sketch-to-Image.

Everything random is given: order of pictures, which version is decoded, noise. LPIPS has the rule's
VGG-16 and the published heads, which lie beside these files in `lpips_heads`; without them only the
files of shoes, which need no LPIPS, are checked.

Adam's first step moves a weight by about the learning rate whatever its gradient's size, so
gradients are compared (as vectors), and of the changes the share that is equal.
"""

import pathlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from models.layers import torch_state
from models.lpips.model import Lpips
from models.sketch2image.autoencoder_model import SketchAutoEncoder
from models.sketch2image.config import SHOE, Sketch2ImageConfig
from models.sketch2image.gan_model import SketchGan
from pretrained import lpips_weights
from tests.reference_checks import s2i_rules
from tests.reference_checks.finding import Finding, relative

LOSSES = 5e-4
# Of a variable's as one vector; behind many batch norms the original's own, with other convolution
# kernels, are up to 4e-2 of the largest entry apart, and in train_gan_celeba 7e-2 as a vector from
# those of a float64 computation. There one variable of ours is 0.11 off (cosine 0.996), all others
# of all files 0.064 at most: units at kinks behind a sign-like step of Adam. With smooth functions
# for ReLUs the same gradients agree to 2e-5 (tests/models/test_sketch2image_plain_step.py).
GRADIENTS = 0.12
BUFFERS = 3e-3
# Changes that may differ by more than a tenth of the learning rate, in all.
UNEQUAL = 0.01
_NETWORKS = {"s": "style_encoder", "c": "content_encoder", "d": "decoder"}


class GivenAutoEncoder(SketchAutoEncoder):
  """Whose draws are the original's."""

  given: dict = {}

  def _orders(self, draw, count, rows, purpose):
    return [tf.constant(self.given["orders"].pop(0)) for _ in range(count)]

  def _version(self):
    return tf.constant(self.given["version"])


class GivenGan(SketchGan):
  """Likewise."""

  given: dict = {}

  def _noise(self, purpose):
    return self.given["noise"]

  def _grey_order(self, rows):
    return tf.constant(self.given["orders"].pop(0))


def check_ae(path: pathlib.Path) -> Iterator[Finding]:
  """One iteration of stage 1: losses, gradients and changes of seven optimiser steps, buffers."""
  arrays = dict(np.load(path))
  meta = s2i_rules.meta_of(arrays)
  perceptual = perceptual_of(path, arrays, meta)
  if perceptual is None and meta["config"]["DATA_NAME"] != SHOE:
    return
  model = _autoencoder(arrays, meta)
  model.compile(perceptual)
  steps = _recorded(model)
  draws = meta["random_draws_in_order"]
  orders = [value for kind, value in draws if "randperm" in kind]
  model.given = {"orders": orders, "version": draws[0][1]}
  pictures = {name: s2i_rules.picture(**rule) for name, rule in meta["inputs"].items()}
  sketch = min(draws[13][1], 2) + 1
  pixels = lambda name: (pictures[name] + 1) * 127.5
  found = model.train_step({
      "self_supervised": {
          "distorted": pixels("rgb_img_rd"), "photo": pixels("rgb_img_org"),
          "sketch": pixels("skt_org"), "bold": pixels("skt_bold"),
          "erased": pixels("skt_erased"), "erased_bold": pixels("skt_erased_bold"),
          "label": tf.constant(arrays["in/img_idx"], tf.int32)},
      "paired": {"photo": pixels("rgb_img"), "sketch": pixels(f"skt_img_{sketch}")}})
  yield from _ae_losses(arrays, found, meta)
  networks = {short: getattr(model.networks, name) for short, name in _NETWORKS.items()}
  yield from _steps(steps, networks, arrays, meta)
  yield from _buffers(networks, arrays, "after_two_updates")


def _autoencoder(arrays, meta):
  given = meta["config"]
  model = GivenAutoEncoder(Sketch2ImageConfig(
      data_name=given["DATA_NAME"], nfc=given["NFC"], nbr_cls=given["NBR_CLS"],
      batch_size_ae=given["BATCH_SIZE_AE"], im_size_ae=given["IM_SIZE_AE"]))
  for short, name in _NETWORKS.items():
    s2i_rules.assign(getattr(model.networks, name), s2i_rules.weights_of(arrays, f"{short}/"))
  return model


def _ae_losses(arrays, found, meta):
  names = {"loss_cf_consist": "content_consist", "loss_sf_consist": "style_consist",
           "loss_cls": "cls", "loss_rec_rd": "rec_rd"}
  for theirs, ours in names.items():
    yield Finding(theirs, relative(found[ours], arrays[f"out/loss/{theirs}"]), LOSSES)
  # The original adds the grey term of shoes to this one in place.
  rec_org = found["rec_org"] + found["rec_grey"]
  yield Finding("loss_rec_org", relative(rec_org, arrays["out/loss/loss_rec_org"]), LOSSES)
  if meta["config"]["DATA_NAME"] == SHOE:
    yield Finding("loss_rec_grey", relative(found["rec_grey"], arrays["out/loss/loss_rec_grey"]),
                  LOSSES)


def check_gan(path: pathlib.Path) -> Iterator[Finding]:
  """One iteration of stage 2: losses, both optimiser steps, buffers, the moving average."""
  arrays = dict(np.load(path))
  meta = s2i_rules.meta_of(arrays)
  given = meta["config"]
  perceptual = perceptual_of(path, arrays, meta)
  if perceptual is None and given["DATA_NAME"] != SHOE:
    return
  model = GivenGan(Sketch2ImageConfig(
      data_name=given["DATA_NAME"], nfc=given["NFC"], ndf=given["ndf"], nbr_cls=given["NBR_CLS"],
      batch_size_gan=given["BATCH_SIZE_GAN"], im_size_gan=given["IM_SIZE_GAN"]))
  networks = {"ae": model.networks, "ig": model.G, "id": model.D}
  for short, network in networks.items():
    s2i_rules.assign(network, s2i_rules.weights_of(arrays, f"{short}/"))
  for average, variable in zip(model.average, model.G.trainable_variables):
    average.assign(variable)
  model.compile(perceptual)
  steps, frozen = _recorded(model), [one.numpy() for one in model.networks.variables]
  draws = meta["random_draws_in_order"][:meta["randlog_entries_during_update"]]
  made_before = 4 if given["DATA_NAME"] == SHOE else 1  # the constructors' draws
  model.given = {
      "noise": s2i_rules.RuleNoise(meta["noise"]["seed"] + made_before,
                                   [value for _, value in draws[2:]]),
      "orders": [value for _, value in draws[2:]]}
  pictures = {name: s2i_rules.picture(**rule) for name, rule in meta["inputs"].items()}
  pixels = lambda name: (pictures[name] + 1) * 127.5
  sketch = min(draws[0][1], 2) + 1
  found = model.train_step({"photo": pixels("rgb_img"), "sketch": pixels(f"skt_img_{sketch}")})
  yield from _gan_losses(arrays, found, model, meta)
  yield from _steps(steps, networks, arrays, meta)
  yield from _buffers(networks, arrays, "after_update")
  yield from _average(model, arrays)
  changed = sum(not np.array_equal(before, after)
                for before, after in zip(frozen, model.networks.variables))
  yield Finding("variables of the auto-encoder that changed", changed, 0)


def _gan_losses(arrays, found, model, meta):
  weight = model.config.perceptual_weight
  yield Finding("loss_d", relative(found["loss_d"], arrays["out/loss/loss_d"]), LOSSES)
  yield Finding("loss_g", relative(found["loss_g"], arrays["out/loss/loss_g"]), LOSSES)
  total = found["loss_g"] + weight * (found["reconstruction"] + found["rec_grey"])
  yield Finding("loss_all", relative(total, arrays["out/loss/loss_all"]), LOSSES)
  for ours, theirs in (("pred_real", "pred_r"), ("pred_fake", "pred_f")):
    yield Finding(theirs, relative(found[ours], arrays[f"out/{theirs}"].mean()), LOSSES)


def _average(model, arrays):
  shapes = {name: value.shape for name, value in s2i_rules.weights_of(arrays, "ig/").items()}
  names = {id(variable): name for name, variable in model.G.named_variables().items()}
  worst = 0.0
  for average, variable in zip(model.average, model.G.trainable_variables):
    name = names[id(variable)]
    if f"out/ema_after/{name}" in arrays:
      flat = _as_theirs(model.G, name, average, shapes[name])
      worst = max(worst, relative(flat, arrays[f"out/ema_after/{name}"]))
  yield Finding("moving average", worst, 1e-5)


def perceptual_of(path: pathlib.Path, arrays: dict, meta: dict) -> Lpips | None:
  """LPIPS with the rule's backbone and the heads beside the file; None without them."""
  folder = path.parent / "lpips_heads"
  if not folder.is_dir() or meta["config"]["DATA_NAME"] == SHOE:
    return None
  model = Lpips("vgg")
  heads = {f"lin{level}.model.1.weight": np.load(folder / f"vgg_lin{level}.npy")
           for level in range(len(model.heads))}
  lpips_weights.assign(model, s2i_rules.weights_of(arrays, "percept_vgg16/"), heads)
  return model


def _recorded(model):
  """A list that a coming step fills: for each optimiser's, variable id -> (gradient, before)."""
  steps = []

  def record(optimizer):
    made = optimizer.apply_gradients
    def call(pairs, **options):
      pairs = list(pairs)
      steps.append({id(variable): (gradient, variable.numpy(), variable)
                    for gradient, variable in pairs})
      result = made(pairs, **options)
      steps[-1] = {key: (gradient, variable.numpy() - before)
                   for key, (gradient, before, variable) in steps[-1].items()}
      return result
    optimizer.apply_gradients = call

  for optimizer in model.adams.values():
    record(optimizer)
  return steps


def _steps(steps, networks, arrays, meta):
  shapes = {f"{short}/{name}": value.shape for short in networks
            for name, value in s2i_rules.weights_of(arrays, f"{short}/").items()}
  unequal = total = 0
  for number, (step, about) in enumerate(zip(steps, meta["steps"], strict=True)):
    worst = 0.0
    for tensor in about["tensors"]:
      if f"out/step{number}/grad/{tensor}" not in arrays:
        continue
      short, name = tensor.split("/", 1)
      variable = networks[short].named_variables()[name]
      gradient, delta = (_as_theirs(networks[short], name, value, shapes[tensor])
                         for value in step[id(variable)])
      theirs = arrays[f"out/step{number}/grad/{tensor}"]
      worst = max(worst, np.linalg.norm(gradient - theirs) / (np.linalg.norm(theirs) + 1e-12))
      difference = np.abs(delta - arrays[f"out/step{number}/delta/{tensor}"])
      unequal, total = unequal + np.sum(difference > 0.1 * about["lr"]), total + difference.size
    yield Finding(f"{meta['step_order'][number]}: gradients", worst, GRADIENTS)
  yield Finding(f"share of {total} changes that differ", unequal / total, UNEQUAL)


def _buffers(networks, arrays, when):
  worst = 0.0
  for short, network in networks.items():
    start = f"out/{when}/{short}/"
    stored = {key.removeprefix(start): value for key, value in arrays.items()
              if key.startswith(start) and not key.endswith(s2i_rules.UNUSED)}
    named = network.named_variables()
    for name, value in torch_state.from_torch(network, stored).items():
      worst = max(worst, relative(named[name], value))
  yield Finding(f"buffers {when}", worst, BUFFERS)


def _as_theirs(network, name, ours, shape):
  """A value of one variable in PyTorch's order, flat, as much as the files have of it."""
  places = np.arange(np.prod(shape, dtype=int)).reshape(shape)
  ours_from = torch_state.from_torch(network, {name: places})[name]
  flat = np.empty(places.size, np.float64)
  flat[np.ravel(ours_from)] = np.ravel(np.asarray(ours, np.float64))
  return flat[:3000]
