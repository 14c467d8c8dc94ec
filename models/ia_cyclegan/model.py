"""IACycleGAN as a Keras model: face photo <-> sketch, with features of recognisers compared."""

import dataclasses
from typing import Any, NamedTuple

import tensorflow as tf

from models import precision, running_means
from models.adversarial_losses import adversarial_loss, fake_loss, real_loss
from models.ia_cyclegan import losses, schedules
from models.ia_cyclegan.config import IaCycleGanConfig
from models.ia_cyclegan.discriminator import Discriminator
from models.ia_cyclegan.generator import CHANNELS, Generator
from models.ia_cyclegan.recognisers import Recognisers
from models.layers import randomness
from models.layers.image_pool import ImagePool
from models.layers.pixels import normalized
from models.layers.replicas import global_mean
from models.optimizers import TorchAdam, make_moments
from models.vggface.config import DOMAINS

NETWORKS = ("G_sketch", "G_photo", "D_sketch", "D_photo")
# The generators' terms, each with its weight and of both directions together; then what each side
# minimises.
TERMS = ("adversarial", "cycle", "identity_mapping", "identity_perception")
FIGURES = (*TERMS, "loss_G", "loss_D_photo", "loss_D_sketch")
_BETA2 = 0.999


class Outputs(NamedTuple):
  """Pictures float32 [B, H, W, 3] in (-1, 1)."""

  sketch: tf.Tensor  # of the photo
  photo: tf.Tensor  # of the sketch
  photo_again: tf.Tensor  # of the sketch of the photo
  sketch_again: tf.Tensor  # of the photo of the sketch


@tf.keras.utils.register_keras_serializable("sketch_zoo.ia_cyclegan")
class IaCycleGan(tf.keras.Model):
  """Identity-aware CycleGAN.

  Networks see three channels; a sketch's one is repeated, and made ones are averaged to one.

  Args:
    config: hyperparameters (or their dict), validated here.
    seed: of start values and of the image pools.
    jit_compile_networks: compile each pass through a network with XLA.

  Attributes:
    G_sketch, G_photo: the generators photo -> sketch and sketch -> photo.
    D_sketch, D_photo: the discriminators of sketches and of photos.
    frozen: the `Recognisers`, if the config has any. They are none of the model's variables, see
      `models.frozen_weights`.
    pools: domain -> its `ImagePool`; empty if pool_size is 0.
    adams: "G", "D" -> the optimiser of both generators, and of both discriminators, once compiled.
    step: int64, training steps so far.

  Source: Fang, Deng, Du & Hu, Pattern Recognition 102, 2020.
  """

  def __init__(self, config: IaCycleGanConfig, seed: int = 0, jit_compile_networks: bool = False,
               **kwargs):
    super().__init__(**kwargs)
    self._autocast = False
    if isinstance(config, dict):
      config = IaCycleGanConfig(**config)
    self.config, self.seed = config.validate(), seed
    self.jit_compile_networks, self.steps_per_epoch = jit_compile_networks, None
    precision.refuse_float16("IACycleGAN")
    generator = lambda name, start: Generator(config.generator_width, config.residual_blocks,
                                              seed + start, name=name)
    discriminator = lambda name, start: Discriminator(config.discriminator_width, seed + start,
                                                      name=name)
    self.G_sketch, self.G_photo = generator("G_sketch", 100), generator("G_photo", 300)
    self.D_sketch, self.D_photo = discriminator("D_sketch", 500), discriminator("D_photo", 600)
    if config.has_recognisers:
      # Past Keras, which would put the frozen weights into every checkpoint.
      object.__setattr__(self, "frozen", Recognisers(config, seed + 700, jit_compile_networks))
    self.pools = {domain: ImagePool(config.pool_size, (*config.out_size, CHANNELS),
                                    name=f"pool_{domain}")
                  for domain in DOMAINS if config.pool_size}
    self.step = self.add_weight("step", shape=[], dtype=tf.int64, initializer="zeros",
                                trainable=False,
                                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
    self.adams: dict[str, TorchAdam] = {}
    self._means = running_means.make(FIGURES)
    self._run = {name: getattr(self, name) for name in NETWORKS}
    if jit_compile_networks:
      self._run = {name: tf.function(network.__call__, jit_compile=True, autograph=False)
                   for name, network in self._run.items()}
    self.built = True

  @property
  def metrics(self):
    return list(self._means.values())

  def compile(self, steps_per_epoch: int | None = None, **kwargs):
    """As Keras's, and makes both optimisers with their moments at once.

    `optimizer`, which Keras's own callbacks read, is that of the generators.

    Args:
      steps_per_epoch: which the learning rate's fall is counted in; None: it does not fall.
      **kwargs: of Keras's.
    """
    self.steps_per_epoch = steps_per_epoch
    self.adams = {side: TorchAdam(self.config.learning_rate, self.config.beta1, _BETA2,
                                  name=f"Adam_{side}") for side in ("G", "D")}
    super().compile(optimizer=self.adams["G"], **kwargs)
    for side, adam in self.adams.items():
      make_moments(adam, self.variables_of(side))

  def variables_of(self, side: str) -> list[tf.Variable]:
    """What is trained of both generators ("G") or both discriminators ("D")."""
    return [variable for domain in DOMAINS
            for variable in getattr(self, f"{side}_{domain}").trainable_variables]

  def call(self, inputs: dict[str, tf.Tensor], training: bool = False) -> Outputs:
    """All four generated pictures.

    Args:
      inputs: `photo` [B, H, W, 3] and `sketch` [B, H, W, 1], pixels 0..255 of any type, sides
        that 4 divides.
      training: makes no difference.
    """
    return self._generated(*_pictures(inputs))

  def photo_to_sketch(self, photo: tf.Tensor) -> tf.Tensor:
    """Photos [B, H, W, 3], pixels 0..255 -> sketches float32 [B, H, W, 1] in (-1, 1)."""
    return tf.reduce_mean(self._run["G_sketch"](normalized(photo)), axis=-1, keepdims=True)

  def sketch_to_photo(self, sketch: tf.Tensor) -> tf.Tensor:
    """Sketches [B, H, W, 1], pixels 0..255 -> photos float32 [B, H, W, 3] in (-1, 1)."""
    return self._run["G_photo"](_repeated(normalized(sketch)))

  def losses_of(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The `FIGURES` at the weights as they are, per pair, float32 [B]; changes nothing.

    Args:
      data: as for `call`. Discriminators judge the fakes themselves, none of the pools'.
    """
    photo, sketch = _pictures(data)
    made = self._generated(photo, sketch)
    return {**self._generator_terms(photo, sketch, made),
            "loss_D_photo": self._discriminator_loss("photo", photo, made.photo),
            "loss_D_sketch": self._discriminator_loss("sketch", sketch, made.sketch)}

  # Nothing here needs AutoGraph, which would take longer to convert the layers than to trace them.
  @tf.autograph.experimental.do_not_convert
  def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """One update of both generators and one of both discriminators; `data` as for `call`.

    Both sides' gradients are those at the weights before the step. (CycleGAN's program moves the
    generators first and then the discriminators by the same fakes, which is the same.)
    """
    photo, sketch = _pictures(data)
    with tf.GradientTape() as tape:
      made = self._generated(photo, sketch)
      figures = self._generator_terms(photo, sketch, made)
      objective = global_mean(figures["loss_G"])
    gradients = {"G": tape.gradient(objective, self.variables_of("G"))}
    shown = {"photo": self._pooled("photo", made.photo),
             "sketch": self._pooled("sketch", made.sketch)}
    with tf.GradientTape() as tape:
      for domain, true in (("photo", photo), ("sketch", sketch)):
        figures[f"loss_D_{domain}"] = self._discriminator_loss(domain, true, shown[domain])
      objective = global_mean(figures["loss_D_photo"] + figures["loss_D_sketch"])
    gradients["D"] = tape.gradient(objective, self.variables_of("D"))
    self._apply(gradients)
    self.step.assign_add(1)
    return running_means.updated(self._means, figures)

  @tf.autograph.experimental.do_not_convert
  def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The `FIGURES`; pairs whose `weight` (float32 [B], optional) is 0 count nothing."""
    return running_means.updated(self._means, self.losses_of(data), data.get("weight"))

  def _generated(self, photo, sketch):
    made_sketch, made_photo = self._run["G_sketch"](photo), self._run["G_photo"](sketch)
    return Outputs(made_sketch, made_photo, self._run["G_photo"](made_sketch),
                   self._run["G_sketch"](made_photo))

  def _generator_terms(self, photo, sketch, made):
    """The `TERMS`, weighted, and their sum; float32 [B] each."""
    config, kind = self.config, self.config.gan_type
    unlikely = lambda domain, fake: adversarial_loss(self._run[f"D_{domain}"](fake), kind)
    terms = {
        "adversarial": config.adversarial_weight * (
            unlikely("photo", made.photo) + unlikely("sketch", made.sketch)),
        "cycle": config.cycle_weight * (
            losses.absolute_error(made.photo_again, photo)
            + losses.absolute_error(made.sketch_again, sketch)),
        "identity_mapping": config.identity_mapping_weight * (
            losses.absolute_error(made.sketch, photo) + losses.absolute_error(made.photo, sketch)),
        "identity_perception": config.identity_perception_weight * (
            self._feature_distance("photo", made.photo, photo)
            + self._feature_distance("sketch", made.sketch, sketch))}
    return {**terms, "loss_G": tf.add_n(list(terms.values()))}

  def _feature_distance(self, domain, fake, true):
    if not self.config.identity_perception_weight:
      return tf.zeros(tf.shape(fake)[:1])
    embed = self.frozen.of(domain).embed
    return losses.squared_distance(embed(fake), tf.stop_gradient(embed(true)))

  def _discriminator_loss(self, domain, true, fake):
    judge, kind = self._run[f"D_{domain}"], self.config.gan_type
    return losses.discriminator_loss(real_loss(judge(true), kind), fake_loss(judge(fake), kind))

  def _pooled(self, domain, fake):
    """What a discriminator is shown for a fake: the fake itself, or an earlier one."""
    if domain not in self.pools:
      return tf.stop_gradient(fake)
    seed = randomness.step_seed(self.seed, self.step.read_value(), DOMAINS.index(domain))
    return self.pools[domain](tf.stop_gradient(fake), seed)

  def _apply(self, gradients):
    for side, adam in self.adams.items():
      if self.steps_per_epoch is not None:
        adam.learning_rate.assign(schedules.learning_rate(
            self.step.read_value(), self.steps_per_epoch, self.config))
      adam.apply_gradients(zip(gradients[side], self.variables_of(side)))

  def get_config(self) -> dict[str, Any]:
    return {"config": dataclasses.asdict(self.config), "seed": self.seed,
            "jit_compile_networks": self.jit_compile_networks}


def _pictures(data):
  """Photo and sketch, float32 [B, H, W, 3] in [-1, 1]."""
  return normalized(data["photo"]), _repeated(normalized(data["sketch"]))


def _repeated(sketch):
  """[B, H, W, 1] -> [B, H, W, 3]."""
  return tf.repeat(sketch, CHANNELS, axis=-1)
