"""A pool of earlier fakes for a discriminator to judge again; off by default.

The original's pool is asked while its graph is built and so never returns anything but the
current fakes; this one works.
"""

import tensorflow as tf

from models.layers import randomness
from models.layers.replicas import gathered


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class ImagePool(tf.keras.layers.Layer):
  """Pairs (condition, fake) of earlier steps.

  Until the pool is full, each new pair is stored and returned. Then with probability 1/2 a random
  stored pair is returned and the new one takes its place, else the new one is returned. A pair is
  kept whole, since a fake is only judged beside its condition.

  Every replica sees the pairs of all and makes the same draws, so two replicas pool as one does.

  Args:
    size: pairs kept.
    pair_shape: (H, W, C_condition + C_candidate).

  Attributes:
    pairs: float32 [size, H, W, C].
    count: int64, how many are stored.

  Call: pairs float32 [B, H, W, C] and a seed int32 [2] -> pairs float32 [B, H, W, C].

  Source: Shrivastava et al., "Learning from simulated and unsupervised images" (2017).
  """

  def __init__(self, size: int, pair_shape: tuple[int, int, int], **kwargs):
    super().__init__(dtype="float32", **kwargs)
    self.size, self.pair_shape = size, tuple(pair_shape)
    shared = {"trainable": False, "initializer": "zeros",
              "aggregation": tf.VariableAggregation.ONLY_FIRST_REPLICA}
    self.pairs = self.add_weight("pairs", [size, *self.pair_shape], **shared)
    self.count = self.add_weight("count", [], dtype=tf.int64, **shared)

  def call(self, new, seed):
    rows = new.shape[0] or tf.shape(new)[0]
    _, first = randomness.rows_of_batch(rows)
    returned, pairs, count = self._exchanged(gathered(new), seed)
    self.pairs.assign(pairs)
    self.count.assign(count)
    return returned[first:first + rows]

  def _exchanged(self, new, seed):
    """What the pool returns for pairs one after the other, and what it holds then."""
    rows = tf.shape(new)[0]
    swaps = randomness.uniform([rows], randomness.fold_in(seed, 0)) < 0.5
    places = tf.cast(randomness.uniform([rows], randomness.fold_in(seed, 1)) * self.size, tf.int64)

    def one(state, row):
      pairs, count = state[1:]
      full = count >= self.size
      place = tf.where(full, tf.minimum(places[row], self.size - 1), count)
      swapped = full & swaps[row]
      out = tf.where(swapped, pairs[place], new[row])
      stored = tf.where(swapped | ~full, new[row], pairs[place])
      pairs = tf.tensor_scatter_nd_update(pairs, [[place]], stored[None])
      return out, pairs, tf.minimum(count + 1, self.size)

    returned, pairs, count = [], tf.convert_to_tensor(self.pairs), tf.convert_to_tensor(self.count)
    if new.shape[0] is None:
      return self._scanned(one, new, pairs, count)
    for row in range(new.shape[0]):
      out, pairs, count = one((None, pairs, count), row)
      returned.append(out)
    return tf.stack(returned), pairs, count

  def _scanned(self, one, new, pairs, count):
    """The same for a batch whose size is not known when the step is traced."""
    rows = tf.shape(new)[0]
    made = tf.TensorArray(tf.float32, rows, element_shape=self.pair_shape)

    def body(row, made, pairs, count):
      out, pairs, count = one((None, pairs, count), row)
      return row + 1, made.write(row, out), pairs, count

    _, made, pairs, count = tf.while_loop(lambda row, *_: row < rows, body,
                                          (0, made, pairs, count))
    return made.stack(), pairs, count

  def get_config(self) -> dict:
    return {**super().get_config(), "size": self.size, "pair_shape": self.pair_shape}
