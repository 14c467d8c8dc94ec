"""tom_*.npz: VGG features, parts, one training iteration and the evaluation of TOM.

Of the iteration the reference's makers say how far the original is from itself with other kernels:
gradients up to 4e-2, vectors of spectral norm 3e-4. They pass the kinks of VGG-16 and of leaky
ReLUs, and an input within rounding of one may fall on either side: with oneDNN one of the
discriminator's does, 7e-3 of its first kernel's gradient; 3e-6 without. Without kinks a step is
that of a plain computation: see tests/models/test_tom.py.
"""

import pathlib
from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf

from models.layers import torch_state
from models.layers.plain_instance_norm import instance_norm
from models.tom import losses, model as model_module, style
from models.tom.config import TomConfig
from models.tom.discriminator import DownBlock, StyleDiscriminator
from models.tom.generator import Generator, UpBlock
from models.tom.model import Tom
from models.tom.vgg_features import VggFeatures, pooled
from tests.reference_checks import s2i_rules
from tests.reference_checks.finding import FORWARD, Finding, different, relative

PICTURES = 5e-5  # what G makes, and features of that
LOSSES = 1e-3
# Of all of a network's gradients as one vector.
GRADIENTS = {"ds": 1e-2, "g": 2e-2}
BUFFERS = 2e-3
# Mean difference of a change by Adam, in learning rates.
CHANGES = 1e-2
# A gradient below this share of its network's largest is rounding.
_NOISE = 1e-4


def check_vgg(path: pathlib.Path) -> Iterator[Finding]:
  """tom_vgg.npz: the five features at several sizes and bases; not the cut before each ReLU, which
  no program uses.
  """
  arrays = _arrays(path)
  vgg = VggFeatures()
  fill_vgg(vgg, s2i_rules.weights_of(arrays))
  small, large = (vgg(s2i_rules.picture(**s2i_rules.meta_of(arrays)["inputs"][name]))
                  for name in ("image", "image128"))
  for name, features in (("after_relu_base4_96", pooled(small, 4)),
                         ("base8_96", pooled(small, 8)), ("base4_128", pooled(large, 4))):
    for level, ours in enumerate(features, start=1):
      yield from _compare(f"{name}/feat{level}", ours, arrays)
  yield from _compare("single_image_without_batch/feat3", pooled(small, 4)[2][:1], arrays)


def fill_vgg(vgg: VggFeatures, state: Mapping[str, np.ndarray]) -> None:
  """The convolutions of a layer from torchvision's names; those of further levels are left out."""
  for name, conv in vgg.vgg.convolutions.items():
    conv.kernel.assign(state[f"{name}.weight"].transpose(2, 3, 1, 0))
    conv.bias.assign(state[f"{name}.bias"])


def check_parts(path: pathlib.Path) -> Iterator[Finding]:
  """tom_parts.npz: blocks, small networks and pure functions (not HSV, which no program uses)."""
  arrays = _arrays(path)
  for tag, part in _parts(s2i_rules.meta_of(arrays)["config"]).items():
    yield from _check_part(tag, part, arrays)
  yield from _check_functions(arrays)


def _parts(config):
  channels = lambda tag: (config[tag]["in_channel"], config[tag]["out_channel"])
  parts = {"UpConvBlock": UpBlock(*channels("UpConvBlock")),
           "DownConvBlock": DownBlock(*channels("DownConvBlock"), halved=True),
           "DownConvBlock_bn_nodown": DownBlock(*channels("DownConvBlock_bn_nodown"), False),
           "Generator": Generator(config["Generator"]["nfc"], config["Generator"]["infc"])}
  for tag in ("Discriminator_bn", "Discriminator_in"):
    parts[tag] = StyleDiscriminator(config[tag]["nfc"])
  for block in (parts["DownConvBlock"], *parts["Discriminator_in"].blocks):
    # The default of the original's classes, which train with batch norm.
    block.norm = lambda x, training: instance_norm(x)
  return parts


def _check_part(tag, part, arrays):
  s2i_rules.assign(part, s2i_rules.weights_of(arrays, f"{tag}/"))
  x = s2i_rules.channels_last(arrays[f"in/{tag}/x0"])
  out_gradient = arrays[f"in/{tag}/gout"]
  flat = out_gradient.ndim == 1  # the discriminator's patches in a row
  shown = lambda out: tf.reshape(out, [-1]) if flat else out
  weights = tf.constant(out_gradient) if flat else s2i_rules.channels_last(out_gradient)
  yield from _compare(f"{tag}/eval", shown(part(x)), arrays)
  variables = torch_state.named_variables(part)
  with tf.GradientTape() as tape:
    tape.watch(x)
    out = shown(part(x, training=True))
    total = tf.reduce_sum(out * weights)
  yield from _compare(f"{tag}/train", out, arrays)
  yield s2i_rules.compare_state(f"{tag}/train_after", part,
                                _below(arrays, f"out/{tag}/train_after/"), FORWARD)
  reference = _below(arrays, f"out/{tag}/train_grad/")
  trained = [name for name in reference if name != "x0"]
  found = tape.gradient(total, {"x0": x, **{name: variables[name] for name in trained}})
  expected = {"x0": reference["x0"].transpose(0, 2, 3, 1),
              **torch_state.from_torch(part, reference)}
  yield Finding(f"{tag}/train_grad", _of_gradients(found, expected), FORWARD)


def _check_functions(arrays):
  last = s2i_rules.channels_last
  compare = lambda name, ours: _compare(name, ours, arrays)
  content, sketch = last(arrays["in/adain/content"]), last(arrays["in/adain/style"])
  yield from compare("adain", style.adain(content, sketch))
  for name, ours in zip(("mean", "std"), style.mean_and_deviation(sketch)):
    yield from compare(f"calc_mean_std/{name}", ours)
  yield from compare("batched_gram", style.gram(content))
  for key in (key for key in arrays if key.startswith("out/adaptive_pool_")):
    source, channels, side = key.removeprefix("out/").rsplit("_", 2)
    yield from compare(key.removeprefix("out/"), style.gram_map(
        tf.constant(arrays[f"in/{source}"]), int(channels[2:]), int(side[2:])))
  a, b = last(arrays["in/gram/a"]), last(arrays["in/gram/b"])
  yield from compare("gram_matrix_whole_batch", style.joint_gram(a))
  yield from compare("gram_loss", losses.gram_loss([a], [b]) / losses.GRAM_SCALE)
  greys = model_module.greys(last(arrays["in/threshold/generator_output"]))
  yield from compare("threshold/before", greys)
  yield Finding("threshold/result", different(
      s2i_rules.channels_first(model_module.thresholded(greys)), arrays["out/threshold/result"]), 0)


def check_train(path: pathlib.Path) -> Iterator[Finding]:
  """tom_train.npz: one training iteration."""
  arrays = _arrays(path)
  model, data = original_model(arrays), _data(arrays)
  yield from _check_forward(model, data, arrays)
  networks = {"ds": (model.D, "loss_D", "step0"), "g": (model.G, "loss_G", "step1")}
  before = {key: {name: variable.numpy() for name, variable
                  in torch_state.named_variables(network).items()}
            for key, (network, _, _) in networks.items()}
  found = model.train_step(data)
  for name, ours in (("D_R", "real_probability"), ("D_F", "fake_probability"),
                     ("G_B", "generated_probability"), ("err_gs", "loss_adversarial"),
                     ("err_rec", "loss_content"), ("err_gram", "loss_gram"), ("err", "loss_G")):
    yield Finding(f"loss/{name}", relative(found[ours], arrays[f"out/loss/{name}"]), LOSSES)
  for key, (network, loss, step) in networks.items():
    yield s2i_rules.compare_state(f"train_after/{key}", network,
                                  _below(arrays, f"out/train_after/{key}/"), BUFFERS)
    yield from _check_update(key, network, model.adams[loss], before[key],
                             _below(arrays, f"out/{step}/grad/{key}/"),
                             _below(arrays, f"out/{step}/delta/{key}/"), model.config.lr)


def check_evaluate(path: pathlib.Path) -> Iterator[Finding]:
  """tom_evaluate.npz: sketches before and after the threshold."""
  arrays = _arrays(path)
  model = original_model(arrays)
  photo = _data(arrays)["photo"]
  greys = model.photo_to_sketch(photo)
  yield from _compare("before_threshold", greys, arrays, PICTURES)
  # A grey within rounding of the threshold may fall on either side.
  near = np.abs(arrays["out/before_threshold"] - model_module.THRESHOLD) < PICTURES
  ours = s2i_rules.channels_first(model.photo_to_sketch(photo, model_module.THRESHOLD))
  yield Finding("thresholded", np.sum((ours != arrays["out/thresholded"]) & ~near), 0)


def original_model(arrays: Mapping[str, np.ndarray]) -> Tom:
  """The model of a file at its starting weights; only G and VGG-16 where it has no more."""
  given = s2i_rules.meta_of(arrays)["config"]
  model = Tom(TomConfig(im_size=given["im_size"], batch_size=given.get("batch", 1),
                        mse_weight=given.get("mse_weight", 0.2),
                        gram_weight=float(given.get("gram_weight", 1))))
  model.compile()
  fill_vgg(model.vgg, s2i_rules.weights_of(arrays, "vgg/"))
  for prefix, network in (("g/", model.G), ("ds/", model.D)):
    state = s2i_rules.weights_of(arrays, prefix)
    if state:
      s2i_rules.assign(network, state)
  return model


def _check_forward(model, data, arrays):
  """What the original computes before the update; nothing is changed."""
  content, sketch = (model.vgg(model_module.normalized(data[name])) for name in ("photo", "sketch"))
  preview = tf.concat([model(data["photo"])] * 2, axis=0)
  originals = model_module.normalized(data["photo"])
  yield from _compare("preview_before_update",
                               tf.concat([preview, originals, originals], axis=0), arrays,
                               PICTURES)
  for name, ours in (("cf_3", content[2]), ("sf_4", sketch[3]),
                     ("target_3", style.adain(content[2], sketch[2])),
                     ("real_style_sample", style.style_sample(sketch[1:4]))):
    yield from _compare(name, ours, arrays)
  kept = [variable.numpy() for variable in model.G.variables]
  made = model.G(content[2], training=True)
  fake = model.vgg(made)
  for variable, value in zip(model.G.variables, kept):
    variable.assign(value)
  for name, ours in (("fake_img", made), ("tf_3", fake[2]),
                     ("fake_style_sample", style.style_sample(fake[1:4]))):
    yield from _compare(name, ours, arrays, PICTURES)


def _check_update(key, network, adam, before, gradients, changes, rate):
  """Gradients by way of Adam's first moment, which is half of them, and the changes it made."""
  variables = torch_state.named_variables(network)
  largest = max(np.abs(value).max() for value in gradients.values())
  compared = [name for name, value in gradients.items() if np.abs(value).max() > _NOISE * largest]
  joined = lambda arrays: np.concatenate([arrays[name].astype(np.float64) for name in compared])
  stored = lambda arrays: {name: _first(arrays[name], gradients[name].size) for name in compared}
  found = joined(stored({name: 2 * adam.get_slot(variables[name], "m").numpy()
                         for name in compared}))
  worst = np.linalg.norm(found - joined(gradients)) / np.linalg.norm(joined(gradients))
  yield Finding(f"{key}: {len(compared)} gradients", worst, GRADIENTS[key])
  moved = joined(stored({name: variables[name].numpy() - before[name] for name in compared}))
  difference = np.abs(moved - joined(changes)).mean() / rate
  yield Finding(f"{key}: changes, learning rates", difference, CHANGES)


def _first(array, count):
  """The first numbers of a kernel, bias or gain in the original's order."""
  return np.ravel(array.transpose(3, 2, 0, 1) if array.ndim == 4 else array)[:count]


def _of_gradients(found, expected):
  """The worst of several arrays, of each one's largest entry; of noise, of all arrays' largest."""
  largest = max(np.abs(value).max() for value in expected.values())
  return max(np.abs(np.asarray(found[key]) - value).max()
             / (largest if np.abs(value).max() < _NOISE * largest else np.abs(value).max())
             for key, value in expected.items())


def _below(arrays, prefix):
  return {key.removeprefix(prefix): value for key, value in arrays.items()
          if key.startswith(prefix) and not key.endswith("num_batches_tracked")}


def _data(arrays):
  """The pictures of a file: photo, and sketch if there is one; pixels 0..255 [B, S, S, 3]."""
  names = {"content": "photo", "style": "sketch"}
  return {names[name]: (s2i_rules.picture(**rule) + 1.0) * 127.5
          for name, rule in s2i_rules.meta_of(arrays)["inputs"].items()}


def _arrays(path):
  with np.load(path, allow_pickle=False) as file:
    return dict(file)


def _compare(name, ours, arrays, tolerance=FORWARD):
  return s2i_rules.compare(name, ours, arrays, tolerance,
                           s2i_rules.meta_of(arrays).get("sampled"))
