"""What exported models that take pictures of any size have in common."""

from collections.abc import Mapping

import tensorflow as tf

# Of the warm-up requests; a picture takes much more memory than a drawing.
BATCH_SIZES = (1, 2, 4, 8)


def of_fitting_size(picture: tf.Tensor, name: str, multiple: int) -> tf.Tensor:
  """The picture, once its height and width are known to fit.

  Args:
    picture: [B, H, W, C].
    name: of the input, for the sentence.
    multiple: what H and W must be multiples of.

  Returns:
    The same values; evaluating them raises InvalidArgumentError where the size does not fit.
  """
  size = tf.shape(picture)[1:3]
  fits = tf.reduce_all((size % multiple == 0) & (size > 0))
  sentence = (f"The height and width of {name} must be multiples of {multiple}, because the "
              "network halves its image; pad or resize it. They are")
  return _where(fits, [sentence, size], picture)


def of_any_size(picture: tf.Tensor, spec: tf.TensorSpec) -> tf.Tensor:
  """The picture, once it is known to be one; servers do not compare requests with a signature.

  Args:
    picture: of the type of `spec`.
    spec: [None, None, None, C], with the input's name.

  Returns:
    The same values, [B, H, W, C]; evaluating them raises InvalidArgumentError where there is no
    pixel, where the channels are not C, or where there are not four axes.
  """
  picture = _of_rank(picture)
  size = tf.shape(picture)[1:]
  fits = tf.reduce_all(size > 0) & tf.equal(size[-1], spec.shape[-1])
  sentence = (f"The pictures of {spec.name} must have at least one pixel, and {spec.shape[-1]} "
              "channel(s), the last axis; convert them. Their height, width and channels are")
  return _where(fits, [sentence, size], picture)


def as_many_rows(inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
  """The inputs of a request, once they are known to have a row for each picture to make.

  Args:
    inputs: by name, [B, ...].

  Returns:
    The same; evaluating any of them raises InvalidArgumentError where B differs between them.
  """
  inputs = {name: _of_rank(value) for name, value in inputs.items()}
  rows = tf.stack([tf.shape(value)[0] for value in inputs.values()])
  sentence = (f"{', '.join(inputs)} must have as many rows each, one for each picture to make; "
              "repeat those that stand for several. Their rows are")
  fits = tf.reduce_all(tf.equal(rows, rows[0]))
  return {name: _where(fits, [sentence, rows], value) for name, value in inputs.items()}


def _of_rank(value):
  """The value, once it has as many axes as was known when tracing."""
  return tf.ensure_shape(value, [None] * value.shape.rank)


def _where(fits, words, value):
  """The value; evaluating it raises an error of those words unless it fits."""
  with tf.control_dependencies([tf.debugging.Assert(fits, words)]):
    return tf.identity(value)
