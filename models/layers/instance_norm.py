"""Instance normalisation by TensorFlow Addons, which is used here and in `triplet_loss` only, or
by TensorFlow itself where Addons isn't installed."""

import warnings

import tensorflow as tf

try:
  with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Addons announces its end of life at every import.
    from tensorflow_addons.layers import InstanceNormalization
except ModuleNotFoundError:
  from models.layers.stand_in_instance_norm import StandInInstanceNorm as InstanceNormalization

# Up to so many pictures are normed one by one; each makes the graph a little bigger.
_FEW_PICTURES = 8


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class InstanceNorm(InstanceNormalization):
  """Normalises each image and channel over its pixels, then gain and offset per channel.

  Statistics are taken in float32 whatever the precision policy.

  Args:
    epsilon: added to the variance; 1e-6 in TF1's contrib `instance_norm`.
    one_by_one: norm the pictures of a small batch each by itself, the same up to rounding in a
      third of the time; for large pictures. Needs a batch size that is known when tracing.

  Attributes:
    gamma, beta: [C], ones and zeros.

  Call: [B, H, W, C] -> float32 [B, H, W, C].

  Source: Ulyanov et al., "Instance normalization" (2016).
  """

  def __init__(self, epsilon: float = 1e-6, one_by_one: bool = False, **kwargs):
    super().__init__(**{**kwargs, "epsilon": epsilon, "dtype": "float32"})
    self.one_by_one = one_by_one

  def call(self, x):
    pictures = x.shape[0]
    # Of a single channel that kernel's sums are a thousand times less exact.
    if not self.one_by_one or not pictures or pictures > _FEW_PICTURES or x.shape[-1] == 1:
      return super().call(x)
    # One picture is a batch, and to norm a batch TensorFlow has a kernel that passes over the
    # pixels a few times instead of twenty.
    normed = [tf.compat.v1.nn.fused_batch_norm(picture, self.gamma, self.beta,
                                               epsilon=self.epsilon)[0]
              for picture in tf.split(x, pictures)]
    return tf.concat(normed, axis=0)

  def get_config(self) -> dict:
    config = super().get_config()
    config.pop("groups", None)  # one for each channel, which Addons would warn of
    return {**config, "one_by_one": self.one_by_one}
