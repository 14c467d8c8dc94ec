"""nets_*.npz: the sketch-to-image networks whole, in both modes, and what training passes leave."""

import pathlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from models.layers.plain_instance_norm import instance_norm
from models.sketch2image.autoencoder import AutoEncoder
from models.sketch2image.decoder import Decoder
from models.sketch2image.discriminator import Discriminator
from models.sketch2image.encoders import ContentEncoder, StyleEncoder
from models.sketch2image.refine_art import RefineArt
from models.sketch2image.refine_face import STYLE_LEAK, RefineFace
from tests.reference_checks import s2i_rules
from tests.reference_checks.finding import Finding

FORWARD = 1e-5
# The reference's own pictures are up to 2.1e-5 from a float64 computation.
IMAGES = 3e-5
# Features' names in the order of our outputs.
_LEVELS = ("32", "16", "8")
_IDENTITY = lambda x: x


class Part(NamedTuple):
  """Which layer makes what the original's module of another extent makes."""

  layer: str
  finish: Callable[[tf.Tensor], tf.Tensor] = _IDENTITY


# Inner results of the reference -> the layer by its name.
_PARTS = {
    "feat_8_1": Part("feat_8_1.2", instance_norm), "dmi_8": Part("dmi_8"),
    "style_8": Part("style_8.3"), "feat_8_2": Part("feat_8_2.1"), "feat_16": Part("feat_16.3"),
    "dmi_16": Part("dmi_16"), "feat_32": Part("feat_32.3"), "feat_64": Part("feat_64.1"),
    "from_style": Part("from_style"), "from_noise_32": Part("from_noise_32"),
    "encode_32": Part("encode_32"), "residual_16": Part("residual_16.2", tf.nn.silu),
    "decode_32": Part("decode_32"), "decode_64": Part("decode_64"),
    "style_64": Part("style_64.2", tf.sigmoid), "from_style_32": Part("from_style_32"),
    "style": Part("style.0", lambda x: tf.nn.leaky_relu(x, STYLE_LEAK)),
    "encode_1": Part("encode_1"), "encode_4": Part("encode_4")}


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Both modes from the stored state, the buffers after the training pass, other flips of faces."""
  with np.load(path, allow_pickle=False) as file:
    arrays = dict(file)
  yield from check_modes(arrays)
  for mode in sorted({key.split("/")[1] for key in arrays if key.startswith("out/eval_flip")}):
    coins = [digit == "1" for digit in mode[-2:]]
    yield from _compare(mode, _results(_loaded(arrays), arrays, False, coins), arrays)


def check_modes(arrays: dict[str, np.ndarray]) -> Iterator[Finding]:
  """The first two of `check`."""
  yield from _compare("eval", _results(_loaded(arrays), arrays, False), arrays)
  network, start = _loaded(arrays), "out/train_after/"
  yield from _compare("train", _results(network, arrays, True), arrays)
  after = {key.removeprefix(start): array for key, array in arrays.items()
           if key.startswith(start)}
  yield s2i_rules.compare_state("after training", network, after, FORWARD)


def _loaded(arrays):
  network = _network(s2i_rules.meta_of(arrays)["config"])
  s2i_rules.assign(network, s2i_rules.weights_of(arrays))
  return network


def _network(config: dict[str, Any]) -> tf.keras.layers.Layer:
  width, size = config.get("nfc"), config.get("im_size")
  if config["cls"] == "StyleEncoder":
    network = StyleEncoder(width, config["nbr_cls"])
    network.reset_classifier(0)
    return network
  makers = {
      "ContentEncoder": lambda: ContentEncoder(width), "Decoder": lambda: Decoder(width),
      "AE": lambda: AutoEncoder(width, config["nbr_cls"]),
      "RefineGenerator_art": lambda: RefineArt(width, enlarge=size == 1024,
                                               style_driven=config["DATA_NAME"] != "shoe"),
      "RefineGenerator_face": lambda: RefineFace(width, enlarge=size == 1024),
      "Discriminator": lambda: Discriminator(config["ndf"], size)}
  return makers[config["cls"]]()


def _results(network, arrays, training, coins=None) -> dict[str, tf.Tensor]:
  """Outputs of a pass and of its parts, by the reference's names."""
  recorded = _recorded(network)
  outputs = _outputs(network, s2i_rules.meta_of(arrays), arrays, training, coins)
  inner = {f"inner_{name}": part.finish(recorded[part.layer]) for name, part in _PARTS.items()
           if part.layer in recorded}
  return outputs | inner


def _outputs(network, meta, arrays, training, coins):
  if isinstance(network, Decoder):
    inputs = _decoder_inputs(meta["inputs"])
    vectors = [inputs[f"style_{level}"] for level in _LEVELS]
    return {"image": network([inputs[f"content_{level}"] for level in _LEVELS], vectors,
                             training=training)}
  pictures = {name: s2i_rules.picture(**rule) for name, rule in meta["inputs"].items()}
  if isinstance(network, AutoEncoder):
    image, vectors = network(pictures["skt_img"], pictures["style_img"], training=training)
    return {"image": image, **{f"style_{level}": one for level, one in zip(_LEVELS, vectors)}}
  image = pictures["image"]
  if isinstance(network, Discriminator):
    return {"logits": network(image, training=training)}
  if isinstance(network, ContentEncoder):
    maps = network(image, training=training)
    return {f"feat_{level}": one for level, one in zip(_LEVELS, maps)}
  if isinstance(network, StyleEncoder):
    vectors, logits = network(image, training=training)
    return {"logits": logits, **{f"feat_{level}": one for level, one in zip(_LEVELS, vectors)}}
  vectors = [tf.constant(arrays[f"in/style_{level}"]) for level in _LEVELS]
  noise = s2i_rules.RuleNoise(meta["noise"]["seed"],
                              coins or meta.get("flips_eval_train", {}).values())
  return {"image": network(image, vectors, noise, training=training)}


def _decoder_inputs(rule):
  random = np.random.RandomState(rule["seed"])
  return {name: s2i_rules.channels_last(random.randn(*shape).astype(np.float32))
          for name, shape in rule["order"]}


def _recorded(network) -> dict[str, tf.Tensor]:
  """A dict that a coming pass fills with what each named part of a network makes."""
  recorded, wanted = {}, {part.layer for part in _PARTS.values()}

  def record(layer):
    made = type(layer).call.__get__(layer)
    def call(*args, **kwargs):
      recorded[layer.name] = made(*args, **kwargs)
      return recorded[layer.name]
    layer.call = call

  for layer in network.submodules:
    if getattr(layer, "name", None) in wanted:
      record(layer)
  return recorded


def _compare(mode, results, arrays):
  sampled = s2i_rules.meta_of(arrays).get("sampled", {})
  stored = {key.split("__")[0] for key in arrays}
  names = [name for name in results if f"out/{mode}/{name}" in stored]
  missing = {key for key in stored if key.startswith(f"out/{mode}/")} - {
      f"out/{mode}/{name}" for name in names}
  assert not missing, missing
  for name in names:
    tolerance = IMAGES if name == "image" else FORWARD
    yield from s2i_rules.compare(f"{mode}/{name}", results[name], arrays, tolerance, sampled)
