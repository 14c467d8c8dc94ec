"""Instance normalisation with the rounding of TensorFlow 1.12 on a CPU, for comparisons with it.

TensorFlow 1.12 sums the pixels of a channel one after the other in one float32; ours adds in a
tree, which is more exact. Over 24 x 24 or 48 x 48 pixels the difference is 3e-5 to 6e-5 of the
encoder's output (of which the reference's own distance from a float64 computation is 3e-5 to
4e-5): small, but enough to put some of the 180,000 ReLU inputs on the other side of zero and so
to move single gradients by up to 0.2. With the sums in sequence, forward figures agree to a few
1e-6 (1.2e-5 for the decoded image) and first gradients as far as the reference agrees with itself.

For six training steps the convolutions have to be the original's as well, Eigen's: set
TF_ENABLE_ONEDNN_OPTS=0 before TensorFlow is imported, as tests/check_reference.py does.
"""

import contextlib
from collections.abc import Iterator
from unittest import mock

import tensorflow as tf

from models.layers.instance_norm import InstanceNorm


@contextlib.contextmanager
def original_rounding() -> Iterator[None]:
  """Every `InstanceNorm` that is called (or traced) inside adds its pixels in sequence."""
  with mock.patch.object(InstanceNorm, "call", _call):
    yield


def _call(self, x):
  mean = _mean_in_sequence(x)
  variance = _mean_in_sequence(tf.math.squared_difference(x, tf.stop_gradient(mean)))
  return tf.nn.batch_normalization(x, mean, variance, self.beta, self.gamma, self.epsilon)


@tf.custom_gradient
def _mean_in_sequence(x):
  """Mean over the pixels, float32 [B, H, W, C] -> [B, 1, 1, C]; a running sum is sequential."""
  batch, height, width, channels = x.shape
  pixels = height * width
  running = tf.cumsum(tf.reshape(x, [batch, pixels, channels]), axis=1)

  def grad(upstream):
    return tf.broadcast_to(upstream / pixels, x.shape)

  return running[:, -1][:, None, None, :] / pixels, grad
