"""RPCL-pix2seq as functions of one drawing and one step, for TensorFlow Lite.

An app calls `encode` and `start` once for a drawing and `step` once for a point. The signatures of
`rpcl_pix2seq_serving` draw a whole batch in one call instead, loop and random numbers included;
here both are the app's.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from data_tools.errors import UserError
from models.rpcl_pix2seq import stroke_distribution
from models.rpcl_pix2seq.model import RpclPix2Seq
from models.rpcl_pix2seq.sampling import START
from models.rpcl_pix2seq.stroke_decoder import POINT_SIZE

FILES = {"encode": "encoder.tflite", "start": "decoder_start.tflite", "step": "decoder_step.tflite"}


def facts(model: RpclPix2Seq, data: dict[str, Any]) -> dict[str, Any]:
  """What an app has to know besides the files, as JSON values.

  Args:
    model: any.
    data: of its config.json.

  Returns:
    `model`, `categories`, `scale_factor` (the drawing's dx and dy are the points' times this; None
    if the model folder doesn't tell it), `max_length` in points, `first_point`, and `mixture`, the
    latent mixture to draw codes from: `means` and `variances` [K, Z], `weights` [K].

  Raises:
    UserError: the mixture holds NaN or infinity.
  """
  mixture = model.mixture.current()
  if not all(np.isfinite(values).all() for values in mixture):
    raise UserError("The model's latent mixture holds NaN or infinity, so its training went wrong; "
                    "export an earlier checkpoint, or train it again with a lower learning_rate.")
  return {"model": "rpcl_pix2seq", "categories": list(model.config.categories),
          "scale_factor": data.get("scale_factor"), "max_length": model.config.max_seq_len,
          "first_point": list(START),
          "mixture": {"means": mixture.means.numpy().tolist(),
                      "variances": mixture.variances.numpy().tolist(),
                      "weights": mixture.weights.numpy()[:, 0].tolist()}}


class RpclPix2SeqLite(tf.Module):
  """One row in, one row out, all float32; S is the size of the decoder's whole state.

    encode  image [1, W, W, 1] in [-1, 1], ink -1 -> mean, variance [1, Z]
    start   code [1, Z] -> state [1, S], that before the first point
    step    point [1, 5], the one before (first (0, 0, 1, 0, 0)), code, state -> the next point's
            pen_logits [1, 3], pi, mu_x, mu_y, sigma_x, sigma_y, rho [1, M], and the new state

  Args:
    model: its weights are shared, not copied.

  Attributes:
    functions: name -> tf.function with named inputs, which returns a dict.
    weights: what the files have to hold. The Keras model itself is kept out of it, as in
      `RpclPix2SeqServing`.
  """

  def __init__(self, model: RpclPix2Seq):
    super().__init__(name="rpcl_pix2seq")
    self.weights = [*model.encoder.variables, *model.stroke_decoder.variables]
    width, z_size = model.config.png_width, model.config.z_size
    row = lambda name, *sizes: tf.TensorSpec([1, *sizes], tf.float32, name)
    code, state = row("code", z_size), row("state", model.stroke_decoder.cell.state_size)
    parts = {"encode": (_encode(model.encoder), [row("image", width, width, 1)]),
             "start": (_start(model.stroke_decoder), [code]),
             "step": (_step(model.stroke_decoder), [row("point", POINT_SIZE), code, state])}
    self.functions = {name: tf.function(function, input_signature=specs, autograph=False)
                      for name, (function, specs) in parts.items()}


def _encode(encoder):
  def encode(image):
    mean, variance = encoder(image)
    return {"mean": mean, "variance": variance}
  return encode


def _start(decoder):
  def start(code):
    return {"state": decoder.initial(code)}
  return start


def _step(decoder):
  def step(point, code, state):
    output, state = decoder.cell(tf.concat([point, code], axis=-1), state)
    distribution = stroke_distribution.from_head(decoder.head(output))
    return {**distribution._asdict(), "state": state}
  return step
