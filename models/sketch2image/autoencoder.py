"""The auto-encoder as the second stage uses it: as a whole, and frozen."""

import tensorflow as tf

from models.layers.resizing import nearest
from models.layers.torch_state import named_variables
from models.sketch2image.decoder import Decoder
from models.sketch2image.encoders import ContentEncoder, StyleEncoder


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class AutoEncoder(tf.keras.layers.Layer):
  """Sketch and photo -> a first picture, and the photo's style vectors. No gradient passes.

  Args:
    width: n of the three networks.
    num_classes: of the style encoder's classifier.
    image_size: of the picture made; 512 in the original. Sketch and photo are brought to it by
      nearest neighbours.
    seed: of the start values.
    synchronized: batch statistics are those of the global batch.

  Attributes:
    style_encoder, content_encoder, decoder: the networks that the first stage trains.
    networks: the same by the names that the original gives them.

  Call: sketch [B, H, W, 1] and photo [B, H', W', 3] in [-1, 1], and whether it is a training pass
    (False throughout the second stage: then nothing changes) -> float32 [B, image_size,
    image_size, 3] in (-1, 1), and three vectors [B, 2n], [B, 4n], [B, 8n].

  Source: Liu et al. (AAAI 2021), `AE` of its program.
  """

  def __init__(self, width: int = 64, num_classes: int = 500, image_size: int = 512,
               seed: int = 0, synchronized: bool = False, **kwargs):
    super().__init__(**kwargs)
    self._config = {"width": width, "num_classes": num_classes, "image_size": image_size,
                    "seed": seed, "synchronized": synchronized}
    self.image_size = image_size
    options = {"seed": seed, "synchronized": synchronized}
    self.style_encoder = StyleEncoder(width, num_classes, name="style_encoder", **options)
    self.content_encoder = ContentEncoder(width, name="content_encoder", **options)
    self.decoder = Decoder(width, image_size, name="decoder", **options)

  @property
  def networks(self) -> dict[str, tf.keras.layers.Layer]:
    return {name: getattr(self, name) for name in ("style_encoder", "content_encoder", "decoder")}

  def call(self, sketch, photo, training=False):
    sketch, photo = (nearest(one, self.image_size, self.image_size) for one in (sketch, photo))
    vectors = self.style_encoder(photo, training=training).vectors
    content = self.content_encoder(sketch, training=training)
    image = self.decoder(content, vectors, training=training)
    return tf.stop_gradient(image), [tf.stop_gradient(vector) for vector in vectors]

  def named_variables(self) -> dict[str, tf.Variable]:
    """The variables by their names in the original's checkpoints."""
    return named_variables(self)

  def get_config(self) -> dict:
    return {**super().get_config(), **self._config}
