"""The face recogniser as a Keras model: pictures of faces -> features, trained on triplets."""

import dataclasses
from typing import Any

import tensorflow as tf

from models import precision
from models.layers.pixels import normalized
from models.layers.replicas import global_mean
from models.layers.triplet_loss import semihard_triplet_loss
from models.optimizers import make_moments
from models.vggface.config import NETWORKS, VggFaceConfig
from models.vggface.scaling import as_input, framed


@tf.keras.utils.register_keras_serializable("sketch_zoo.vggface")
class FaceRecogniser(tf.keras.Model):
  """Recognises faces of one domain, photos or sketches: near features, one person.

  Args:
    config: hyperparameters (or their dict), validated here.
    seed: of start values.
    jit_compile: compile the network with XLA.

  Attributes:
    network: the layers, see `vgg_face` and `small`.
    step: int64, training steps so far.

  Source: Parkhi, Vedaldi & Zisserman, "Deep Face Recognition", BMVC 2015.
  """

  def __init__(self, config: VggFaceConfig, seed: int = 0, jit_compile: bool = False, **kwargs):
    super().__init__(**kwargs)
    precision.refuse_float16("the face recogniser")
    self._autocast = False
    if isinstance(config, dict):
      config = VggFaceConfig(**config)
    self.config, self.seed, self._jit_network = config.validate(), seed, jit_compile
    sizes = {"input_size": config.input_size, "width": config.width,
             "feature_layer": config.feature_layer}
    if config.network == "small":
      sizes["embedding_size"] = config.embedding_size
    self.network = NETWORKS[config.network](**sizes, seed=seed + 100, name="network")
    self.step = self.add_weight("step", shape=[], dtype=tf.int64, initializer="zeros",
                                trainable=False,
                                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
    self._loss = tf.keras.metrics.Mean("loss")
    self._forward = (tf.function(self.network.__call__, jit_compile=True, autograph=False)
                     if jit_compile else self.network)
    self.built = True

  @property
  def metrics(self):
    return [self._loss]

  def compile(self, optimizer: tf.keras.optimizers.legacy.Optimizer | None = None, **kwargs):
    """As Keras's, and makes the optimiser's moments at once, so that checkpoints can be restored.

    Args:
      optimizer: None for Adam at the config's learning rate.
      **kwargs: of `tf.keras.Model.compile`.
    """
    super().compile(optimizer=optimizer or tf.keras.optimizers.legacy.Adam(
        self.config.learning_rate, epsilon=1e-8), **kwargs)
    make_moments(self.optimizer, self.trainable_variables)

  def embed(self, pictures: tf.Tensor) -> tf.Tensor:
    """The features that another model compares; differentiable.

    Args:
      pictures: float32 [B, H, W, 3] (or [B, H, W, 1]) in [-1, 1], any size: they are resized.
        Crops of a face on white, as training shows them; bare faces, of in_size's ratio, are put
        on white here.

    Returns:
      float32 [B, D], D the values of the config's feature layer; of length 1 if
      `normalize_features`.
    """
    seen = as_input(framed(pictures, self.config.geometry), self.config.input_size)
    features = self._forward(seen)
    return _at_unit_length(features) if self.config.normalize_features else features

  def call(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
    """Features for matching: the product of two is their cosine.

    Args:
      inputs: `image` [B, H, W, 3] or [B, H, W, 1], pixels 0..255 of any type, any size.
      training: makes no difference.

    Returns:
      float32 [B, D] of length 1.
    """
    return _at_unit_length(self.embed(normalized(inputs["image"])))

  def loss_of(self, data: dict[str, tf.Tensor]) -> tf.Tensor:
    """The triplet loss of a batch, float32 scalar; changes nothing.

    Args:
      data: `image` as for `call`, and `identity`, integer [B]: equal for one person.
    """
    return semihard_triplet_loss(data["identity"], self(data), self.config.margin)

  @tf.autograph.experimental.do_not_convert
  def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """One step on the triplets of the global batch; `data` as for `loss_of`."""
    with tf.GradientTape() as tape:
      loss = self.loss_of(data)
      objective = global_mean(loss)
    variables = self.trainable_variables
    self.optimizer.apply_gradients(zip(tape.gradient(objective, variables), variables))
    self.step.assign_add(1)
    self._loss.update_state(loss)
    return {"loss": self._loss.result()}

  @tf.autograph.experimental.do_not_convert
  def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The loss; `data` as for `loss_of`."""
    self._loss.update_state(self.loss_of(data))
    return {"loss": self._loss.result()}

  def get_config(self) -> dict[str, Any]:
    return {"config": dataclasses.asdict(self.config), "seed": self.seed,
            "jit_compile": self._jit_network}


def _at_unit_length(features):
  return tf.math.l2_normalize(features, axis=1)
