"""A small face recogniser with the interface of `vgg_face.VggFace`, to be trained from scratch.

| layers | filter | channels | out (64 px) |
|---|---|---|---|
| conv1, pool1 | 3x3 | W | 32 x 32 |
| conv2, pool2 | 3x3 | 2 W | 16 x 16 |
| conv3, pool3 | 3x3 | 4 W | 8 x 8 |
| conv4, pool4 | 3x3 | 8 W | 4 x 4 |
| embedding | all | embedding_size | 1 x 1 |

A convolution ends with a ReLU; poolings take the largest of 2x2; the embedding is linear.
"""

import tensorflow as tf

from models.vggface.chain import Chain

_CHANNELS = (1, 2, 4, 8)  # of the convolutions, in widths
_EMBEDDING = "embedding"
LAYERS = (*(f"{kind}{level}" for level in range(1, len(_CHANNELS) + 1)
            for kind in ("conv", "pool")), _EMBEDDING)


def kernel_shapes(width: int, input_size: int, embedding_size: int
                  ) -> dict[str, tuple[int, int, int, int]]:
  """The kernels as (height, width, channels in, channels out) by name; see `SmallFace`."""
  shapes, channels = {}, 3
  for level, times in enumerate(_CHANNELS, start=1):
    shapes[f"conv{level}"] = (3, 3, channels, times * width)
    channels = times * width
  side = input_size >> len(_CHANNELS)
  return {**shapes, _EMBEDDING: (side, side, channels, embedding_size)}


@tf.keras.utils.register_keras_serializable("sketch_zoo.vggface")
class SmallFace(Chain):
  """Pictures -> what a layer says of them.

  Args:
    input_size: S, width and height of the pictures, a multiple of 16.
    width: W.
    feature_layer: of `LAYERS`; those behind it are not made.
    embedding_size: of the last layer.
    seed: of the start values.

  Call: float32 [B, S, S, 3], RGB in [-1, 1] -> float32 [B, D], D the values of the layer for a
  picture.
  """

  LAYERS = LAYERS

  def __init__(self, input_size: int = 64, width: int = 16, feature_layer: str = _EMBEDDING,
               embedding_size: int = 128, seed: int = 0, **kwargs):
    super().__init__(LAYERS, kernel_shapes(width, input_size, embedding_size), feature_layer, seed,
                     unpadded={_EMBEDDING}, linear={_EMBEDDING}, **kwargs)
    self._sizes = {"input_size": input_size, "width": width, "embedding_size": embedding_size}

  def call(self, x):
    return self.features(x)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._sizes, "feature_layer": self.feature_layer,
            "seed": self.seed}
