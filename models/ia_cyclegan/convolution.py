"""The convolutions of IACycleGAN: with bias, reflected or zero edges, started as CycleGAN's are."""

import tensorflow as tf

from models.ia_cyclegan import winograd
from models.layers.initializers import SeededNormal, seed_pair
from models.layers.strided_convolution import halved, spread

DEVIATION = 0.02  # of the start values
# Winograd's transformations pay from so many channels, in and out, and so many pixels.
_WINOGRAD_CHANNELS, _WINOGRAD_PIXELS = 128, 1024


class _Map(tf.keras.layers.Layer):
  """What both layers below share: the variables, which exist at once, and how they start."""

  def __init__(self, shape: list[int], filters: int, seed: int, **kwargs):
    super().__init__(**kwargs)
    start = SeededNormal(0.0, DEVIATION, seed_pair(seed, self.name))
    with tf.name_scope(self.name):
      self.kernel = self.add_weight("kernel", shape, initializer=start)
      self.bias = self.add_weight("bias", [filters], initializer="zeros")
    self.built = True

  def call(self, x):
    return tf.nn.bias_add(self._convolved(x, tf.convert_to_tensor(self.kernel)), self.bias)

  def _convolved(self, x, kernel):
    raise NotImplementedError


@tf.keras.utils.register_keras_serializable("sketch_zoo.ia_cyclegan")
class Conv(_Map):
  """A convolution of a picture that is continued over its edges.

  Args:
    channels: C_in.
    filters: C.
    size: of the kernel.
    strides: 1 or 2.
    padding: pixels on each of the four sides.
    reflected: these are the picture's own, reflected at its edge pixels, instead of zeros.
    seed: of the start values, normal(0, 0.02); with `name` it decides them. Biases start at 0.

  Attributes:
    kernel: [size, size, C_in, C].
    bias: [C].

  Call: [B, H, W, C_in] -> [B, H', W', C] with H' = (H + 2 padding - size) // strides + 1.
  """

  def __init__(self, channels: int, filters: int, size: int, strides: int = 1, padding: int = 0,
               reflected: bool = False, seed: int = 0, **kwargs):
    super().__init__([size, size, channels, filters], filters, seed, **kwargs)
    self._config = {"channels": channels, "filters": filters, "size": size, "strides": strides,
                    "padding": padding, "reflected": reflected, "seed": seed}
    self.size, self.strides, self.padding = size, strides, padding
    self.border = "REFLECT" if reflected else "CONSTANT"

  def _convolved(self, x, kernel):
    margin = [self.padding, self.padding]
    framed = tf.pad(x, [[0, 0], margin, margin, [0, 0]], self.border)
    if (self.size, self.strides, self.padding) == (3, 2, 1):  # of even sides
      return halved(framed, kernel)
    if self._suits_winograd(framed):
      return winograd.convolved(framed, kernel)
    return tf.nn.conv2d(framed, kernel, self.strides, "VALID")

  def _suits_winograd(self, framed):
    """Whether it is allowed and cheaper. On GPUs the library has such kernels of its own."""
    _, height, width, channels = framed.shape
    if (self.size, self.strides) != (3, 1) or framed.dtype != tf.float32 or not (height and width):
      return False
    height, width = height - 2, width - 2
    return (height % winograd.TILE == width % winograd.TILE == 0
            and height * width >= _WINOGRAD_PIXELS
            and min(channels, self.bias.shape[0]) >= _WINOGRAD_CHANNELS
            and not tf.config.list_physical_devices("GPU"))

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}


@tf.keras.utils.register_keras_serializable("sketch_zoo.ia_cyclegan")
class DoublingConv(_Map):
  """A transposed 3x3 convolution of stride 2; PyTorch's with padding 1 and output padding 1.

  Args:
    channels: C_in.
    filters: C.
    seed: as of `Conv`.

  Attributes:
    kernel: [3, 3, C, C_in].
    bias: [C].

  Call: [B, H, W, C_in] -> [B, 2H, 2W, C].
  """

  def __init__(self, channels: int, filters: int, seed: int = 0, **kwargs):
    super().__init__([3, 3, filters, channels], filters, seed, **kwargs)
    self._config = {"channels": channels, "filters": filters, "seed": seed}

  def _convolved(self, x, kernel):
    return spread(x, kernel)[:, 1:, 1:]

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
