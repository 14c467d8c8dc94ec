"""VGG-16 as Parkhi et al. trained it to recognise faces, up to the layer whose output is wanted.

| layers | filter | channels | out (224 px) |
|---|---|---|---|
| conv1_1, conv1_2, pool1 | 3x3 | 64 | 112 x 112 |
| conv2_1, conv2_2, pool2 | 3x3 | 128 | 56 x 56 |
| conv3_1 .. conv3_3, pool3 | 3x3 | 256 | 28 x 28 |
| conv4_1 .. conv4_3, pool4 | 3x3 | 512 | 14 x 14 |
| conv5_1 .. conv5_3, pool5 | 3x3 | 512 | 7 x 7 |
| fc6 | 7x7, no padding | 4096 | 1 x 1 |
| fc7 | 1x1 | 4096 | 1 x 1 |
| fc8 | 1x1 | 2622 persons | not built: its scores tell the persons of the original's training |

Every layer but fc8 ends with a ReLU, and its output is what comes after that (in the original's
file the ReLU of fc7 is a layer of its own, relu7). Poolings take the largest of 2x2.
"""

import tensorflow as tf

from models.vggface.chain import Chain

_LEVELS = ((2, 1), (2, 2), (3, 4), (3, 8), (3, 8))  # convolutions; channels, in widths
_DENSE = {"fc6": 64, "fc7": 64}  # channels, in widths
_HALVINGS = len(_LEVELS)
PERSONS = 2622
# What the original's file gives as the mean of its training faces: red, green, blue, 0..255.
AVERAGE_COLOUR = (129.1863, 104.7624, 93.5940)
LAYERS = tuple(name for level, (count, _) in enumerate(_LEVELS, start=1)
               for name in (*(f"conv{level}_{number}" for number in range(1, count + 1)),
                            f"pool{level}")) + tuple(_DENSE)


def kernel_shapes(width: int = 64, input_size: int = 224) -> dict[str, tuple[int, int, int, int]]:
  """The kernels of conv1_1 .. fc8 as (height, width, channels in, channels out).

  Args:
    width: channels of conv1_1; the original's is 64.
    input_size: of pictures, a multiple of 32; fc6 covers what is left of them.

  Returns:
    By name, in order; each has a bias of as many values as channels go out.
  """
  shapes, channels = {}, 3
  for level, (count, times) in enumerate(_LEVELS, start=1):
    for number in range(1, count + 1):
      shapes[f"conv{level}_{number}"] = (3, 3, channels, times * width)
      channels = times * width
  side = input_size >> _HALVINGS
  for name, times in _DENSE.items():
    shapes[name] = (side, side, channels, times * width)
    side, channels = 1, times * width
  shapes["fc8"] = (1, 1, channels, PERSONS)
  return shapes


@tf.keras.utils.register_keras_serializable("sketch_zoo.vggface")
class VggFace(Chain):
  """Pictures -> what a layer says of them.

  Fresh weights are random; `pretrained.vgg_face_conversion` reads the original's. Its dropout,
  which no weight depends on, is left out.

  Args:
    input_size: S, width and height of the pictures, a multiple of 32.
    width: channels of conv1_1.
    feature_layer: of `LAYERS`; those behind it are not made.
    seed: of the start values.

  Call: float32 [B, S, S, 3], RGB in [-1, 1] -> float32 [B, D], D the values of the layer for a
  picture: 4096 of fc6 and fc7 at width 64.

  Attributes:
    convolutions: name -> layer, up to the feature layer.
    average: float32 [S, S, 3], not trained: subtracted from the pictures in 0..255.

  Source: Parkhi, Vedaldi & Zisserman, "Deep Face Recognition", BMVC 2015, table 3.
  """

  LAYERS = LAYERS

  def __init__(self, input_size: int = 224, width: int = 64, feature_layer: str = "fc7",
               seed: int = 0, **kwargs):
    super().__init__(LAYERS, kernel_shapes(width, input_size), feature_layer, seed,
                     unpadded=_DENSE, **kwargs)
    self.input_size, self.width = input_size, width
    self.average = self.add_weight(
        "average", [input_size, input_size, 3], tf.float32,
        lambda shape, dtype, **_: tf.broadcast_to(AVERAGE_COLOUR, shape), trainable=False,
        experimental_autocast=False)

  def call(self, x):
    return self.features((x + 1.0) * 127.5 - self.average)

  def get_config(self) -> dict:
    return {**super().get_config(), "input_size": self.input_size, "width": self.width,
            "feature_layer": self.feature_layer, "seed": self.seed}
