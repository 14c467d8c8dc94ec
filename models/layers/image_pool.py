"""A pool of earlier fakes for a discriminator to judge again.

Kept in variables, so that it works inside a traced step, in checkpoints and under a strategy. A
pool in Python, as the original of SC-Lmser has it, is asked once, while the graph is built, and
never returns anything but the current fakes.
"""

import tensorflow as tf

from models.layers import randomness
from models.layers.replicas import gathered


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class ImagePool(tf.keras.layers.Layer):
  """Pictures of earlier steps; where a fake is judged beside its condition, both as one picture.

  Until the pool is full, each new picture is stored and returned. Then with probability 1/2 a
  random stored one is returned and the new one takes its place, else the new one is returned.

  Every replica sees the pictures of all and makes the same draws, so two replicas pool as one does.

  Args:
    size: pictures kept.
    picture_shape: (H, W, C).

  Attributes:
    pictures: float32 [size, H, W, C].
    count: int64, how many are stored.

  Call: pictures float32 [B, H, W, C] and a seed int32 [2] -> pictures float32 [B, H, W, C].

  Source: Shrivastava et al., "Learning from simulated and unsupervised images" (2017).
  """

  def __init__(self, size: int, picture_shape: tuple[int, int, int], **kwargs):
    super().__init__(dtype="float32", **kwargs)
    self.size, self.picture_shape = size, tuple(picture_shape)
    shared = {"trainable": False, "initializer": "zeros",
              "aggregation": tf.VariableAggregation.ONLY_FIRST_REPLICA}
    self.pictures = self.add_weight("pictures", [size, *self.picture_shape], **shared)
    self.count = self.add_weight("count", [], dtype=tf.int64, **shared)

  def call(self, new, seed):
    rows = new.shape[0] or tf.shape(new)[0]
    _, first = randomness.rows_of_batch(rows)
    returned, pictures, count = self._exchanged(gathered(new), seed)
    self.pictures.assign(pictures)
    self.count.assign(count)
    return returned[first:first + rows]

  def _exchanged(self, new, seed):
    """What the pool returns for pictures one after the other, and what it holds then."""
    rows = tf.shape(new)[0]
    swaps = randomness.uniform([rows], randomness.fold_in(seed, 0)) < 0.5
    places = tf.cast(randomness.uniform([rows], randomness.fold_in(seed, 1)) * self.size, tf.int64)

    def one(state, row):
      pictures, count = state[1:]
      full = count >= self.size
      place = tf.where(full, tf.minimum(places[row], self.size - 1), count)
      swapped = full & swaps[row]
      out = tf.where(swapped, pictures[place], new[row])
      stored = tf.where(swapped | ~full, new[row], pictures[place])
      pictures = tf.tensor_scatter_nd_update(pictures, [[place]], stored[None])
      return out, pictures, tf.minimum(count + 1, self.size)

    returned = []
    pictures, count = tf.convert_to_tensor(self.pictures), tf.convert_to_tensor(self.count)
    if new.shape[0] is None:
      return self._scanned(one, new, pictures, count)
    for row in range(new.shape[0]):
      out, pictures, count = one((None, pictures, count), row)
      returned.append(out)
    return tf.stack(returned), pictures, count

  def _scanned(self, one, new, pictures, count):
    """The same for a batch whose size is not known when the step is traced."""
    rows = tf.shape(new)[0]
    made = tf.TensorArray(tf.float32, rows, element_shape=self.picture_shape)

    def body(row, made, pictures, count):
      out, pictures, count = one((None, pictures, count), row)
      return row + 1, made.write(row, out), pictures, count

    _, made, pictures, count = tf.while_loop(lambda row, *_: row < rows, body,
                                             (0, made, pictures, count))
    return made.stack(), pictures, count

  def get_config(self) -> dict:
    return {**super().get_config(), "size": self.size, "picture_shape": self.picture_shape}
