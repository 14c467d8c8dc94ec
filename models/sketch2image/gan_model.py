"""Stage 2 of Sketch-to-Image as a Keras model: a GAN that refines the auto-encoder's pictures."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

from models.adversarial_losses import adversarial_loss, fake_loss, real_loss
from models.layers import batch_norm, derangement, randomness
from models.layers.noise import BatchNoise, Noise
from models.layers.pixels import normalized
from models.layers.replicas import global_mean
from models.optimizers import make_moments
from models.sketch2image import losses, training
from models.sketch2image.autoencoder import AutoEncoder
from models.sketch2image.config import SHOE, Sketch2ImageConfig
from models.sketch2image.discriminator import Discriminator
from models.sketch2image.refine import refinement_generator

_HINGE = "hinge"
FIGURES = ("loss_d", "loss_g", "pred_real", "pred_fake", "reconstruction", "rec_grey")
# Draws of a step, by purpose.
_NOISE, _GREY_NOISE, _GREY_ORDER = range(3)


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class SketchGan(tf.keras.Model):
  """Sketch and photo -> a picture of the sketch in the photo's style.

  Args:
    config: hyperparameters (or their dict), validated here.
    seed: of start values and of all draws.
    jit_compile_networks: refused, see `SketchAutoEncoder`.

  Attributes:
    networks: the auto-encoder, which nothing here changes.
    G, D: refinement generator and discriminator.
    average: moving averages of G's trained weights, in their order; its norms' vectors and
      statistics have none, as in the original.
    adams: "G", "D" -> its optimiser, once compiled.
    step: int64, training steps so far.

  Source: Liu et al. (AAAI 2021), `train_step_2_gan.py` of its program.
  """

  def __init__(self, config: Sketch2ImageConfig, seed: int = 0,
               jit_compile_networks: bool = False, **kwargs):
    super().__init__(**kwargs)
    self._autocast = False
    training.refuse_compiled(jit_compile_networks)
    self.config, self.seed = training.checked(config), seed
    self.networks = AutoEncoder(self.config.nfc, self.config.nbr_cls, self.config.im_size_ae,
                                seed, name="networks")
    self.networks.trainable = False
    enlarge = self.config.im_size_gan == 2 * self.config.im_size_ae
    self.G = refinement_generator(self.config.data_name, self.config.nfc, self.config.im_size_ae,
                                  enlarge, seed, name="G")
    # Built for the auto-encoder's size whatever it is shown, as in the original.
    self.D = Discriminator(self.config.ndf, self.config.im_size_ae, seed, name="D")
    if self.config.synchronized_batch_norm:
      batch_norm.synchronize(self)
    self.step = training.step_counter(self)
    self.average = [self._copy_of(variable) for variable in self.G.trainable_variables]
    self.adams: dict[str, tf.keras.optimizers.legacy.Adam] = {}
    self._perceptual: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None
    self._means = {name: tf.keras.metrics.Mean(name) for name in FIGURES}
    self.built = True

  def _copy_of(self, variable):
    copy = self.add_weight(
        f"average/{variable.name.split(':')[0]}", variable.shape, trainable=False,
        synchronization=tf.VariableSynchronization.ON_READ,
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
    copy.assign(tf.convert_to_tensor(variable))
    return copy

  @property
  def metrics(self):
    return list(self._means.values())

  def compile(self, perceptual=None, **kwargs):
    """As Keras's, and makes both optimisers with their moments at once.

    Args:
      perceptual: LPIPS, as for `SketchAutoEncoder.compile`.
      **kwargs: of Keras's.
    """
    self._perceptual = None if perceptual is None else (lambda a, b: perceptual(a, b))
    self.adams = {name: training.adam(self.config.learning_rate, name) for name in ("G", "D")}
    super().compile(optimizer=self.adams["G"], **kwargs)
    for name, optimizer in self.adams.items():
      make_moments(optimizer, getattr(self, name).trainable_variables)

  def call(self, inputs: dict[str, tf.Tensor], training: bool = False,
           noise: Noise | None = None) -> tf.Tensor:
    """Pictures of sketches in the style of photos.

    Args:
      inputs: `sketch` [B, H, W, 1] and `photo` [B, H', W', 3], pixels 0..255 of any type.
      training: whether G's norms take batch statistics and move, as when the original samples.
      noise: see `models.layers.noise`; None: the same for every call.

    Returns:
      float32 [B, S, S, 3] in (-1, 1), S = im_size_gan.
    """
    return self.painted(inputs["sketch"], inputs["photo"], noise, training)[1]

  def painted(self, sketch: tf.Tensor, photo: tf.Tensor, noise: Noise | None = None,
              training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
    """The auto-encoder's pictures, float32 [B, A, A, 3], A = im_size_ae, and `call`'s."""
    first, style = self.networks(normalized(sketch), normalized(photo))
    noise = BatchNoise(tf.constant([self.seed, 0])) if noise is None else noise
    return first, self.G(first, style, noise, training=training)

  @contextlib.contextmanager
  def averaged(self) -> Iterator[None]:
    """Inside, G has the moving averages of its weights; not for use within a replica."""
    live = [tf.identity(variable) for variable in self.G.trainable_variables]
    with self.distribute_strategy.scope():
      self._set_weights(self.average)
      try:
        yield
      finally:
        self._set_weights(live)

  def _set_weights(self, values):
    for variable, value in zip(self.G.trainable_variables, values, strict=True):
      variable.assign(tf.convert_to_tensor(value))

  # Nothing here needs AutoGraph, which would take longer to convert the layers than to trace them.
  @tf.autograph.experimental.do_not_convert
  def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The discriminator's update, then the generator's, which sees the new discriminator.

    Args:
      data: `photo` [B, S, S, 3] and `sketch` [B, S, S, 1], pixels 0..255.
    """
    photo, sketch = normalized(data["photo"]), normalized(data["sketch"])
    first, style = self.networks(sketch, photo)
    with tf.GradientTape() as tape:  # what is recorded here is used further down
      made = self.G(first, style, self._noise(_NOISE), training=True)
    figures = self._update_discriminator(photo, tf.stop_gradient(made))
    with tape:
      judged = adversarial_loss(self.D(made, training=True), _HINGE)
      terms = {"reconstruction": tf.reduce_mean(self._distances(made, photo)),
               "rec_grey": self._grey(sketch, photo)}
      weight = self.config.perceptual_weight
      objective = global_mean(tf.reduce_mean(judged) + weight * tf.add_n(list(terms.values())))
    variables = self.G.trainable_variables
    training.apply(self.adams["G"], tape.gradient(objective, variables), variables)
    self._follow(variables)
    self.step.assign_add(1)
    return self._update_metrics({**figures, **terms, "loss_g": judged})

  @tf.autograph.experimental.do_not_convert
  def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """How far the pictures are from the photos, nothing changed; pairs whose `weight` (float32
    [B], optional) is 0 count nothing."""
    photo = normalized(data["photo"])
    made = self(data)
    rows = losses.squared_error(made, photo) + losses.absolute_error(made, photo)
    self._means["reconstruction"].update_state(rows, data.get("weight"))
    return {"reconstruction": self._means["reconstruction"].result()}

  def _update_discriminator(self, photo, made):
    with tf.GradientTape() as tape:
      real, fake = self.D(photo, training=True), self.D(made, training=True)
      loss = real_loss(real, _HINGE) + fake_loss(fake, _HINGE)
      objective = global_mean(loss)
    variables = self.D.trainable_variables
    training.apply(self.adams["D"], tape.gradient(objective, variables), variables)
    return {"loss_d": loss, "pred_real": real, "pred_fake": fake}

  def _distances(self, made, photo):
    """Of each picture from its photo, [B]; the mean over the global batch is the loss."""
    if self.config.data_name == SHOE:
      return losses.absolute_error(made, photo) + losses.squared_error(made, photo)
    return training.perceptual_rows(self._perceptual, made, photo, self.config.lpips_reduction)

  def _grey(self, sketch, photo):
    """Shoes keep the photo's lightness in another photo's style; 0 for other pictures."""
    if self.config.data_name != SHOE:
      return tf.constant(0.0)
    others = training.rows_in_order(photo, self._grey_order(photo.shape[0]))
    first, style = self.networks(sketch, others)
    made = self.G(first, style, self._noise(_GREY_NOISE), training=True)
    return tf.reduce_mean(losses.grey_error(made, photo))

  def _grey_order(self, rows):
    """Whose style a photo's sketch takes, of the global batch."""
    rows *= tf.distribute.get_strategy().num_replicas_in_sync
    return derangement.derangements(1, rows, self._seed_of(_GREY_ORDER))[0]

  def _follow(self, variables):
    decay = self.config.ema_decay
    for average, variable in zip(self.average, variables, strict=True):
      average.assign(decay * average + (1.0 - decay) * variable)

  def _noise(self, purpose):
    return BatchNoise(self._seed_of(purpose))

  def _seed_of(self, purpose):
    return randomness.step_seed(self.seed, self.step.read_value(), purpose)

  def _update_metrics(self, figures):
    for name, value in figures.items():
      self._means[name].update_state(value)
    return {name: metric.result() for name, metric in self._means.items()}

  def get_config(self) -> dict[str, Any]:
    return {"config": dataclasses.asdict(self.config), "seed": self.seed}
