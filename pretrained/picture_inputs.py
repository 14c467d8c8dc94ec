"""What exported models that take pictures of any size have in common."""

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
              "network halves its image five times; pad or resize it. They are")
  with tf.control_dependencies([tf.debugging.Assert(fits, [sentence, size])]):
    return tf.identity(picture)
