"""Contextual GAN as a Keras model: it learns joint images, and completes them."""

import dataclasses
from typing import Any

import tensorflow as tf

from models import adversarial_losses, precision, running_means
from models.contextual_gan import completion
from models.contextual_gan.completion import Completion, SearchOptions
from models.contextual_gan.config import ContextualGanConfig
from models.contextual_gan.discriminator import Discriminator
from models.contextual_gan.generator import Generator
from models.layers import randomness, replicas
from models.layers.noise import BatchNoise
from models.layers.pixels import normalized
from models.layers.undisturbed import undisturbed
from models.optimizers import TorchAdam, make_moments

FIGURES = ("loss_D", "loss_G", "real_probability", "fake_probability")
_GAN = "gan"
_BETA2 = 0.999
_LATENT, _EVALUATION = 1, 2  # purposes of random numbers


@tf.keras.utils.register_keras_serializable("sketch_zoo.contextual_gan")
class ContextualGan(tf.keras.Model):
  """A GAN of joint images, sketch on the left and photo on the right.

  Args:
    config: hyperparameters (or their dict), validated here.
    seed: of start values and latent vectors.
    jit_compile_search: compile `complete` with XLA.

  Attributes:
    G: latent vector -> joint image.
    D: joint image -> real or generated.
    adams: loss -> its optimiser, once compiled.
    step: int64, training steps so far.

  Source: Lu, Wu, Tai & Tang, "Image Generation from Sketch Constraint Using Contextual GAN", ECCV
  2018, of which no whole program is public.
  """

  def __init__(self, config: ContextualGanConfig, seed: int = 0, jit_compile_search: bool = False,
               **kwargs):
    super().__init__(**kwargs)
    self._autocast = False
    if isinstance(config, dict):
      config = ContextualGanConfig(**config)
    self.config, self.seed = config.validate(), seed
    self.jit_compile_search = jit_compile_search
    precision.refuse_float16("Contextual GAN")
    shared = {"image_size": config.image_size, "width": config.width, "leak": config.leak,
              "momentum": config.batch_norm_momentum,
              "synchronized": config.synchronized_batch_norm}
    self.G = Generator(config.z_size, seed=seed + 100, name="G", **shared)
    self.D = Discriminator(seed=seed + 200, name="D", **shared)
    self.step = self.add_weight("step", shape=[], dtype=tf.int64, initializer="zeros",
                                trainable=False,
                                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
    self.adams: dict[str, TorchAdam] = {}
    self._means = running_means.make(FIGURES)
    # Past Keras, which would take the functions for something to save.
    object.__setattr__(self, "_searches", {})
    self.built = True

  @property
  def metrics(self):
    return list(self._means.values())

  def compile(self, **kwargs):
    """As Keras's, and makes both optimisers with their moments at once.

    `optimizer`, which Keras's own callbacks read, is that of loss_G.
    """
    config = self.config
    self.adams = {loss: TorchAdam(config.learning_rate, config.beta1, _BETA2, name=f"Adam_{loss}")
                  for loss in ("loss_D", "loss_G")}
    super().compile(optimizer=self.adams["loss_G"], **kwargs)
    for loss, network in (("loss_D", self.D), ("loss_G", self.G)):
      make_moments(self.adams[loss], network.trainable_variables)

  def call(self, z: tf.Tensor, training: bool = False) -> tf.Tensor:
    """Latent vectors float32 [B, Z] in [-1, 1] -> joint images float32 [B, S, 2 S, 3] in [-1, 1].
    """
    return self.G(z, training=training)

  def complete(self, joint: tf.Tensor, mask: tf.Tensor, seeds: tf.Tensor,
               options: SearchOptions | None = None) -> Completion:
    """Finds what belongs beside the known part of joint images; one graph for all of a batch.

    Args:
      joint: [B, S, 2 S, 3], pixels 0..255 of any type; what is not known is not looked at.
      mask: float32 [S, 2 S, 1] or [B, S, 2 S, 1], 1 where pixels are known, else 0.
      seeds: int32 [B]; of each row's first draws.
      options: how to search; None: as the config says.

    Raises:
      UserError: the mask is empty, or sizes or numbers don't go together.
    """
    joint, seeds = tf.convert_to_tensor(joint), tf.convert_to_tensor(seeds, tf.int32)
    mask = tf.convert_to_tensor(mask)
    completion.check_request(joint, mask, seeds, self.config.image_size)
    mask = tf.broadcast_to(tf.cast(mask, tf.float32), [*joint.shape[:3], 1])
    return self.searching(options or self.config.search)(joint, mask, seeds)

  def searching(self, options: SearchOptions) -> Any:
    """The compiled search of `complete`, with a mask of each row: a function to make a graph of."""
    if options not in self._searches:
      run = lambda joint, mask, seeds: completion.complete(
          self.G, self.D, normalized(joint), mask, seeds, self.config.z_size, options)
      self._searches[options] = tf.function(run, jit_compile=self.jit_compile_search or None,
                                            autograph=False, reduce_retracing=True)
    return self._searches[options]

  def losses_of(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The figures of `FIGURES` with the networks as they are used, not trained; changes nothing.

    Args:
      data: `joint` [B, S, 2 S, 3], pixels 0..255 of any type.

    Returns:
      float32 [B] each.
    """
    real = normalized(data["joint"])
    made = self.G(self._latent(tf.shape(real)[0], _EVALUATION, 0))
    return _figures(self.D(real), self.D(made), self.D(made))

  # Nothing here needs AutoGraph, which would take longer to convert the layers than to trace them.
  @tf.autograph.experimental.do_not_convert
  def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """D's update, then G's, which sees the new D on the same images; `data` as for `losses_of`.

    Each further update of G sees new images. The moving averages of D follow one pass over real
    images and one over generated ones.
    """
    real = normalized(data["joint"])
    rows = tf.shape(real)[0]
    made, tape = self._drawn(rows, 0)
    judged_real, judged_made = self._update_discriminator(real, tf.stop_gradient(made))
    for number in range(self.config.generator_steps):
      if number:
        made, tape = self._drawn(rows, number)
      judged = self._update_generator(made, tape)
    self.step.assign_add(1)
    return running_means.updated(self._means, _figures(judged_real, judged_made, judged))

  @tf.autograph.experimental.do_not_convert
  def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    return running_means.updated(self._means, self.losses_of(data))

  def _latent(self, rows, purpose, number):
    seed = randomness.step_seed(self.seed, self.step, purpose)
    noise = BatchNoise(randomness.fold_in(seed, number))
    return 2.0 * noise.uniform(rows, [self.config.z_size]) - 1.0

  def _drawn(self, rows, number):
    """Generated images in training mode, and the tape that remembers how."""
    with tf.GradientTape() as tape:
      made = self.G(self._latent(rows, _LATENT, number), training=True)
    return made, tape

  def _update_discriminator(self, real, made):
    variables = self.D.trainable_variables
    with tf.GradientTape() as tape:
      judged = self.D(real, training=True), self.D(made, training=True)
      objective = replicas.global_mean(_discriminator_loss(*judged))
    self.adams["loss_D"].apply_gradients(zip(tape.gradient(objective, variables), variables))
    return judged

  def _update_generator(self, made, tape):
    variables = self.G.trainable_variables
    with tape:
      judged = undisturbed(self.D.non_trainable_variables, lambda: self.D(made, training=True))
      objective = replicas.global_mean(_generator_loss(judged))
    self.adams["loss_G"].apply_gradients(zip(tape.gradient(objective, variables), variables))
    return judged

  def get_config(self) -> dict[str, Any]:
    return {"config": dataclasses.asdict(self.config), "seed": self.seed,
            "jit_compile_search": self.jit_compile_search}


def _figures(real, made, made_for_generator):
  """Of logits [B, 1]: on real images and on generated ones, and on those as G's update saw them."""
  return {"loss_D": _discriminator_loss(real, made),
          "loss_G": _generator_loss(made_for_generator),
          "real_probability": tf.sigmoid(real)[:, 0], "fake_probability": tf.sigmoid(made)[:, 0]}


def _discriminator_loss(real, made):
  return (adversarial_losses.real_loss(_as_map(real), _GAN)
          + adversarial_losses.fake_loss(_as_map(made), _GAN))


def _generator_loss(made):
  return adversarial_losses.adversarial_loss(_as_map(made), _GAN)


def _as_map(logits):
  return logits[:, None, None, :]
