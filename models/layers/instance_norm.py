"""Instance normalisation: the one place where TensorFlow Addons is used."""

import warnings

import tensorflow as tf

with warnings.catch_warnings():
  warnings.simplefilter("ignore")  # Addons announces its end of life at every import.
  import tensorflow_addons as tfa


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class InstanceNorm(tfa.layers.InstanceNormalization):
  """Normalises each image and channel over its pixels, then gain and offset per channel.

  Statistics are taken in float32 whatever the precision policy.

  Args:
    epsilon: added to the variance; 1e-6 in TF1's contrib `instance_norm`.

  Attributes:
    gamma, beta: [C], ones and zeros.

  Source: Ulyanov et al., "Instance normalization" (2016).
  """

  def __init__(self, epsilon: float = 1e-6, **kwargs):
    super().__init__(epsilon=epsilon, dtype="float32", **kwargs)
