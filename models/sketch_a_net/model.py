"""Sketch-a-Net as a Keras model: pictures of sketches -> categories."""

import dataclasses
from typing import Any

import tensorflow as tf

from models import precision, running_means
from models.layers import randomness
from models.layers.replicas import global_mean
from models.optimizers import make_moments
from models.sketch_a_net import losses, schedules
from models.sketch_a_net.config import SketchANetConfig
from models.sketch_a_net.network import Outputs, SketchANetwork


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch_a_net")
class SketchANet(tf.keras.Model):
  """Recognises sketches.

  Args:
    config: hyperparameters (or their dict), validated here.
    seed: of start values and dropout.
    jit_compile_network: compile the network with XLA.

  Attributes:
    network: the layers.
    step: int64, training steps so far.

  Source: Yu et al., "Sketch-a-Net that Beats Humans", BMVC 2015.
  """

  def __init__(self, config: SketchANetConfig, seed: int = 0, jit_compile_network: bool = False,
               **kwargs):
    super().__init__(**kwargs)
    precision.refuse_float16("Sketch-a-Net")
    if isinstance(config, dict):
      config = SketchANetConfig(**config)
    self.config, self.seed, self.jit_compile_network = config.validate(), seed, jit_compile_network
    self.network = SketchANetwork(len(config.categories), config.width_multiplier,
                                  config.keep_prob, seed + 100, name="network")
    self.step = self.add_weight("step", shape=[], dtype=tf.int64, initializer="zeros",
                                trainable=False,
                                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
    self._means = running_means.make(("loss", "accuracy"))
    self._forward = self.network
    self(tf.zeros([1, config.image_width, config.image_width, config.channels], tf.uint8))
    if jit_compile_network:
      self._forward = tf.function(self.network.__call__, jit_compile=True, autograph=False)

  @property
  def metrics(self):
    return list(self._means.values())

  def compile(self, optimizer: tf.keras.optimizers.legacy.Optimizer | None = None, **kwargs):
    """As Keras's, and makes the optimiser's moments at once, so that checkpoints can be restored.

    Args:
      optimizer: None for the config's.
      **kwargs: of `tf.keras.Model.compile`.
    """
    super().compile(optimizer=optimizer or optimizer_of(self.config), **kwargs)
    make_moments(self.optimizer, self.trainable_variables)

  def call(self, image: tf.Tensor, training: bool = False) -> tf.Tensor:
    """Scores of the categories, float32 [B, N]; their softmax are probabilities.

    Args:
      image: uint8 [B, W, W, C], 0 ink, 255 paper: as stored, because a batch in float32 would
        take four times the memory.
      training: drop units.
    """
    seed = randomness.step_seed(self.seed, self.step.read_value(), 0) if training else None
    return self._forward(image, seed).scores

  def recognise(self, image: tf.Tensor) -> Outputs:
    """Scores float32 [B, N] and features float32 [B, F] (layer 7) of pictures as for `call`."""
    return self._forward(image)

  def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """One step on the cross entropy of the global batch: `image` as for `call`, `label` int32 [B].
    """
    with tf.GradientTape() as tape:
      scores = self(data["image"], training=True)
      loss = losses.cross_entropy(data["label"], scores)
      objective = global_mean(loss)
    gradients = tape.gradient(objective, self.trainable_variables)
    self.optimizer.learning_rate.assign(schedules.learning_rate(self.step.read_value(),
                                                                self.config))
    self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
    self.step.assign_add(1)
    return self._update_metrics(data, scores, loss)

  def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Drawings whose `weight` (float32 [B], optional) is 0 count nothing."""
    scores = self(data["image"])
    return self._update_metrics(data, scores, losses.cross_entropy(data["label"], scores))

  def _update_metrics(self, data, scores, loss):
    figures = {"loss": loss, "accuracy": losses.correct(data["label"], scores)}
    return running_means.updated(self._means, figures, data.get("weight"))

  def get_config(self) -> dict[str, Any]:
    return {"config": dataclasses.asdict(self.config), "seed": self.seed,
            "jit_compile_network": self.jit_compile_network}


def optimizer_of(config: SketchANetConfig) -> tf.keras.optimizers.legacy.Optimizer:
  """Keras's legacy optimizers: they run TensorFlow's fused kernels."""
  if config.optimizer == "sgd":
    return tf.keras.optimizers.legacy.SGD(config.learning_rate, momentum=0.9)
  return tf.keras.optimizers.legacy.Adam(config.learning_rate, epsilon=1e-8)
