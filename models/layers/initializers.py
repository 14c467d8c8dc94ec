"""Start values of dense and convolution weights."""

import tensorflow as tf


@tf.keras.utils.register_keras_serializable("sketch_zoo")
class FirstDimensionNormal(tf.keras.initializers.Initializer):
  """normal(0, sqrt(2 / shape[0])), whatever the first dimension means.

  For a dense weight that is the fan-in; for a 3x3 kernel it is 3. RPCL-pix2seq trains from
  these values, so they are kept.

  Args:
    seed: int.
  """

  def __init__(self, seed: int = 0):
    self.seed = seed

  def __call__(self, shape, dtype=tf.float32, **kwargs):
    deviation = (2.0 / shape[0]) ** 0.5
    return deviation * tf.random.stateless_normal(shape, [self.seed, 2], dtype=dtype)

  def get_config(self) -> dict:
    return {"seed": self.seed}
