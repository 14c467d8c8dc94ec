"""What exported face models have in common: translations, and features of faces."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from pretrained.picture_inputs import of_any_size, of_fitting_size

CHANNELS = {"photo": 3, "sketch": 1}
_TRANSLATIONS = (("photo_to_sketch", "photo", "sketch"), ("sketch_to_photo", "sketch", "photo"))
Signature = tuple[Callable[..., dict[str, tf.Tensor]], dict[str, tf.TensorSpec]]


def translations(model: tf.keras.Model, multiple: int) -> dict[str, Signature]:
  """`photo_to_sketch` and `sketch_to_photo` of a face model.

  Args:
    model: with methods of these names, and `config.out_size`.
    multiple: what the height and width of a picture must be multiples of.

  Returns:
    Name -> a tf.function from the picture, float32 [B, H, W, C] in [0, 255], to what is made of it,
    float32 in about [-1, 1], and the same as `..._uint8`; and its inputs' specs at the size that
    the model was trained on.
  """
  found = {}
  for name, source, made in _TRANSLATIONS:
    run = _translating(getattr(model, name), source, made, multiple)
    found[name] = _signature(run, source, model.config.out_size)
  return found


def embedding(recogniser: tf.Module, kind: str, size: tuple[int, int]) -> Signature:
  """Features of faces for matching.

  Args:
    recogniser: a `FaceRecogniser`.
    kind: "photo" or "sketch", the input's name.
    size: (height, width) of the faces it was trained on.

  Returns:
    A tf.function from pictures float32 [B, H, W, C] in [0, 255], any size, to `features` float32
    [B, D] of length 1; and its inputs' specs.
  """
  spec = _spec(kind, (None, None))
  run = lambda picture: {"features": recogniser({"image": of_any_size(picture, spec)})}
  return _signature(run, kind, size)


def pixels(picture: tf.Tensor) -> tf.Tensor:
  """Clipped to [-1, 1], (v + 1) * 127.5, rounded half to even: float32 -> uint8."""
  return tf.cast(tf.round((tf.clip_by_value(picture, -1.0, 1.0) + 1.0) * 127.5), tf.uint8)


def _translating(translate, source, made, multiple):
  def run(given: tf.Tensor) -> dict[str, Any]:
    result = translate(of_fitting_size(given, source, multiple))
    return {made: result, f"{made}_uint8": pixels(result)}
  return run


def _signature(run, source, size) -> Signature:
  function = tf.function(run, input_signature=[_spec(source, (None, None))], autograph=False)
  return function, {source: _spec(source, size)}


def _spec(kind, size):
  return tf.TensorSpec([None, *size, CHANNELS[kind]], tf.float32, kind)
