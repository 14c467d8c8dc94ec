"""RPCL-pix2seq as a tf.Module of named signatures, for a SavedModel without our code."""

import tensorflow as tf

from models.rpcl_pix2seq import losses, stroke_distribution
from models.rpcl_pix2seq.model import RpclPix2Seq
from models.rpcl_pix2seq.stroke_decoder import POINT_SIZE

MIN_TEMPERATURE = 1e-3  # at 0 the arithmetic of sampling has no value


class RpclPix2SeqServing(tf.Module):
  """The signatures of one model; the batch axis comes first in every input.

  Args:
    model: its weights are shared, not copied.

  Attributes:
    functions: signature name -> tf.function with named inputs, which returns a dict.
    inputs: name -> the inputs' tf.TensorSpec, by input name.
    weights: what the SavedModel has to hold. The Keras model itself is kept out of it, since its
      classes are not known where TensorFlow alone is.
  """

  def __init__(self, model: RpclPix2Seq):
    super().__init__(name="rpcl_pix2seq")
    self.weights = [*model.trainable_variables, model.mixture.means, model.mixture.variances,
                    model.mixture.mixture_weights]
    config = model.config
    image = tf.TensorSpec([None, config.png_width, config.png_width, 1], tf.float32, "image")
    code = tf.TensorSpec([None, config.z_size], tf.float32, "code")
    temperature = tf.TensorSpec([None], tf.float32, "temperature")
    seed = tf.TensorSpec([None], tf.int32, "seed")
    strokes = tf.TensorSpec([None, config.max_seq_len + 1, POINT_SIZE], tf.float32, "strokes")
    parts = {
        "encode": (_encode(model), [image]),
        "decode_image": (_decode_image(model), [code]),
        "sample": (_sample(model), [code, temperature, seed]),
        "reconstruct": (_reconstruct(model), [image, temperature, seed]),
        "score": (_score(model), [code, strokes])}
    self.functions = {name: tf.function(function, input_signature=specs, autograph=False)
                      for name, (function, specs) in parts.items()}
    self.inputs = {name: {spec.name: spec for spec in specs}
                   for name, (_, specs) in parts.items()}


def _encode(model):
  def encode(image):
    return model.encode(image)
  return encode


def _decode_image(model):
  def decode_image(code):
    return {"image": model.decode_image(code)}
  return decode_image


def _sample(model):
  def sample(code, temperature, seed):
    strokes, length = model.sample(code, tf.maximum(temperature, MIN_TEMPERATURE), seed)
    return {"strokes": strokes, "length": length}
  return sample


def _reconstruct(model):
  sample = _sample(model)

  def reconstruct(image, temperature, seed):
    mean, _ = model.encoder(image)
    return sample(mean, temperature, seed)
  return reconstruct


def _score(model):
  def score(code, strokes):
    distribution = stroke_distribution.from_head(
        _teacher_forced_head(model.stroke_decoder, code, strokes[:, :-1]))
    return {"reconstruction_loss": losses.reconstruction_loss(distribution, strokes[:, 1:],
                                                              training=False)}
  return score


def _teacher_forced_head(decoder, code, points):
  """What `decoder(code, points)` gives, by a loop without the gradients of `scan`.

  Those can't be saved, and TensorFlow warns of it whenever such a SavedModel is loaded.
  """
  cell, steps = decoder.cell, points.shape[1]
  of_code = cell.input_products(code, first=POINT_SIZE)

  def body(step, state, outputs):
    inputs = tuple(a + b for a, b in zip(cell.input_products(points[:, step]), of_code))
    state = cell.step(inputs, state)
    return step + 1, state, outputs.write(step, state[cell.output_index])

  outputs = tf.TensorArray(tf.float32, steps, element_shape=[None, cell.units])
  _, _, outputs = tf.while_loop(lambda step, *_: step < steps, body,
                                (tf.constant(0), cell.unpack(decoder.initial(code)), outputs))
  return decoder.head(tf.transpose(outputs.stack(), [1, 0, 2]))  # [B, T, 3 + 6M]
