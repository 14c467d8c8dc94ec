"""Contextual GAN as a tf.Module of named signatures, for a SavedModel without our code.

Signatures, the batch axis first; S is the model's image_size, Z its z_size, N its iterations + 1:

  generate  z float32 [B, Z] in [-1, 1] -> joint float32 [B, S, 2 S, 3] in [-1, 1], sketch on the
            left, joint_uint8
  complete  joint float32 [B, S, 2 S, 3] in [0, 255], mask float32 [B, S, 2 S, 1], 1 where pixels
            are known, else 0, seed int32 [B] of the first draws -> joint float32 [B, S, 2 S, 3] in
            [-1, 1], what is known beside what was generated, joint_uint8; generated, alike, all of
            it generated; latent [B, Z], contextual [B, N], perceptual [B, N], float32; error
            string [B], "" where all is well

`complete` is the whole search, as the model's config says. A row depends on its own inputs only,
also where it can't be completed: servers join the requests of many, and one's mistake must not cost
the others their answers. So such a row has a sentence in `error`, NaN in all its float32 results
and a black joint_uint8. What is not known may be anything, NaN too. Only a wrong size, which no
server joins with right ones, raises InvalidArgumentError, and so does another number of rows.
"""

import tensorflow as tf

from models.contextual_gan import completion
from models.contextual_gan.model import ContextualGan
from models.layers.pixels import normalized
from pretrained.picture_inputs import as_many_rows
from pretrained.sketch2image_serving import pixels

_OTHER_VALUES = ("The mask has other values than 0 and 1; give 1 where pixels are known, and 0 "
                 "elsewhere.")
_EMPTY = ("The mask is empty, so no pixel is known that a search could go by; give 1 where pixels "
          "are known.")
_NO_PIXELS = "Known pixels of joint are not in 0..255; give pixels as files have them."


class ContextualGanServing(tf.Module):
  """The signatures of one model.

  Args:
    model: its weights are shared, not copied.

  Attributes:
    functions: signature name -> tf.function with named inputs, which returns a dict.
    inputs: name -> the inputs' tf.TensorSpec, by input name.
    weights: what the SavedModel has to hold: both networks'.
  """

  def __init__(self, model: ContextualGan):
    super().__init__(name="contextual_gan")
    self.weights = [*model.G.variables, *model.D.variables]
    size = [None, model.config.image_size, 2 * model.config.image_size]
    spec = lambda name, shape, dtype=tf.float32: tf.TensorSpec(shape, dtype, name)
    specs = {"generate": [spec("z", [None, model.config.z_size])],
             "complete": [spec("joint", [*size, 3]), spec("mask", [*size, 1]),
                          spec("seed", [None], tf.int32)]}
    runs = {"generate": _generate(model, *specs["generate"]),
            "complete": _complete(model, specs["complete"])}
    self.functions = {name: tf.function(run, specs[name], autograph=False)
                      for name, run in runs.items()}
    self.inputs = {name: {spec.name: spec for spec in of_one} for name, of_one in specs.items()}


def mask_and_pixel_errors(joint: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
  """What is wrong with each row of what `complete` is given.

  Args:
    joint: float32 [B, S, 2 S, 3].
    mask: float32 [B, S, 2 S, 1].

  Returns:
    string [B], "" where nothing is wrong.
  """
  every = lambda fits: tf.reduce_all(fits, axis=[1, 2, 3])
  binary = every((mask == 0.0) | (mask == 1.0))
  some = tf.reduce_any(mask == 1.0, axis=[1, 2, 3])
  in_range = every((mask != 1.0) | ((joint >= 0.0) & (joint <= 255.0)))
  return tf.where(~binary, _OTHER_VALUES,
                  tf.where(~some, _EMPTY, tf.where(~in_range, _NO_PIXELS, "")))


def _generate(model, spec):
  def generate(z):
    joint = model(tf.ensure_shape(z, spec.shape))
    return {"joint": joint, "joint_uint8": pixels(joint)}
  return generate


def _complete(model, specs):
  def complete(joint, mask, seed):
    given = as_many_rows({"joint": joint, "mask": mask, "seed": seed})
    joint, mask, seed = (tf.ensure_shape(given[spec.name], spec.shape) for spec in specs)
    error = mask_and_pixel_errors(joint, mask)
    found = completion.complete(model.G, model.D, normalized(joint), mask, seed,
                                model.config.z_size, model.config.search)
    return {**_of_good_rows(found, error == ""), "error": error}
  return complete


def _of_good_rows(found: completion.Completion, good: tf.Tensor) -> dict[str, tf.Tensor]:
  """What the signature returns, but `error`; `good` is bool [B]."""
  def where_good(value, otherwise):
    return tf.where(tf.reshape(good, [-1] + [1] * (value.shape.rank - 1)), value, otherwise)

  names = ("joint", "generated", "latent", "contextual", "perceptual")
  picture = pixels(where_good(found.joint, -1.0))
  return {**{name: where_good(getattr(found, name), float("nan")) for name in names},
          "joint_uint8": picture}
