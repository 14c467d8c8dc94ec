"""SC-Lmser as a Keras model: face photo <-> sketch, trained with two discriminators."""

import dataclasses
from typing import Any, NamedTuple

import tensorflow as tf

from data_tools.errors import UserError
from models import adversarial_losses, precision, running_means
from models.layers import randomness
from models.layers.image_pool import ImagePool
from models.layers.pixels import normalized
from models.layers.replicas import global_mean
from models.optimizers import make_moments
from models.sc_lmser import losses
from models.sc_lmser.config import ScLmserConfig
from models.sc_lmser.discriminator import Discriminator
from models.sc_lmser.generator import Generator

LOSSES = ("loss_Dy1", "loss_Dy2", "loss_Dx", "loss_F", "loss_G1", "loss_G2")
# Each loss has an Adam of its own, and with it moments and a step count; which network it moves.
NETWORK_OF = {"loss_Dy1": "Dy", "loss_Dy2": "Dy", "loss_Dx": "Dx", "loss_F": "F", "loss_G1": "G",
              "loss_G2": "G"}
# Sizes of the zeros that make the variables.
_SMALL = 32
_CHANNELS = {"photo": 3, "sketch": 1}


class Outputs(NamedTuple):
  """Pictures in units of [-1, 1], unbounded; names as in the original."""

  fake_y: tf.Tensor  # G(x), sketch [B, H, W, 1]
  fake_x: tf.Tensor  # F(y), photo [B, H, W, 3]
  cyclic_x: tf.Tensor  # F(G(x))
  fake_y2: tf.Tensor  # G(F(G(x)))


@tf.keras.utils.register_keras_serializable("sketch_zoo.sc_lmser")
class ScLmser(tf.keras.Model):
  """Consistency enhanced deep Lmser network for face sketch synthesis.

  A step of training makes three updates in turn, all on the same pairs: the discriminators, then
  F (which sees the new Dx), then G (which sees the new F and Dy).

  Args:
    config: hyperparameters (or their dict), validated here.
    seed: of start values and of the image pool.
    jit_compile_networks: compile each pass through a network with XLA.

  Attributes:
    G, F: the generators photo -> sketch and sketch -> photo.
    Dy, Dx: the discriminators of (photo, sketch) and (sketch, photo).
    adams: loss -> its optimiser, once compiled.
    step: int64, training steps so far.

  Source: Sheng, Tu & Xu, PRICAI 2021, and its program CMACH508/SC_Lmser.
  """

  def __init__(self, config: ScLmserConfig, seed: int = 0, jit_compile_networks: bool = False,
               **kwargs):
    super().__init__(**kwargs)
    self._autocast = False
    if isinstance(config, dict):
      config = ScLmserConfig(**config)
    self.config, self.seed = config.validate(), seed
    self.jit_compile_networks = jit_compile_networks
    _check_precision(config, jit_compile_networks)
    self.G = Generator(1, config.generator_width, seed + 100, name="G")
    self.F = Generator(3, config.generator_width, seed + 300, name="F")
    discriminator = lambda name, start: Discriminator(
        config.discriminator_width, synchronized=config.synchronized_batch_norm, seed=start,
        name=name)
    self.Dy, self.Dx = discriminator("Dy", seed + 500), discriminator("Dx", seed + 600)
    self.step = self.add_weight("step", shape=[], dtype=tf.int64, initializer="zeros",
                                trainable=False,
                                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
    self.pools = {name: ImagePool(config.pool_size, (*config.out_size, 4), name=f"pool_{name}")
                  for name in ("Dy", "Dx") if config.pool_size}
    self.adams: dict[str, tf.keras.optimizers.legacy.Adam] = {}
    self._means = running_means.make(LOSSES)
    self._run = {name: getattr(self, name) for name in ("G", "F", "Dy", "Dx")}
    self.losses_of({name: tf.zeros([1, _SMALL, _SMALL, channels], tf.uint8)
                    for name, channels in _CHANNELS.items()})
    if jit_compile_networks:
      self._run = {name: tf.function(network.__call__, jit_compile=True, autograph=False)
                   for name, network in self._run.items()}

  @property
  def metrics(self):
    return list(self._means.values())

  def compile(self, **kwargs):
    """As Keras's, and makes the six optimisers with their moments at once.

    `optimizer`, which Keras's own callbacks read, is that of loss_G1.
    """
    rates = {"G": self.config.generator_learning_rate, "F": self.config.generator_learning_rate,
             "Dy": self.config.discriminator_learning_rate,
             "Dx": self.config.discriminator_learning_rate}
    self.adams = {
        loss: tf.keras.optimizers.legacy.Adam(rates[network], self.config.beta1, epsilon=1e-8,
                                              name=f"Adam_{loss}")
        for loss, network in NETWORK_OF.items()}
    super().compile(optimizer=self.adams["loss_G1"], **kwargs)
    for loss, network in NETWORK_OF.items():
      make_moments(self.adams[loss], getattr(self, network).trainable_variables)

  def call(self, inputs: dict[str, tf.Tensor], training: bool = False) -> Outputs:
    """All four generated pictures.

    Args:
      inputs: `photo` [B, H, W, 3] and `sketch` [B, H, W, 1], pixels 0..255 of any type.
      training: makes no difference.
    """
    fake_y = self.photo_to_sketch(inputs["photo"])
    cyclic_x = self._run["F"](fake_y)
    return Outputs(fake_y, self.sketch_to_photo(inputs["sketch"]), cyclic_x,
                   self._run["G"](cyclic_x))

  def photo_to_sketch(self, photo: tf.Tensor) -> tf.Tensor:
    """G: photos [B, H, W, 3], pixels 0..255 -> sketches float32 [B, H, W, 1] in about [-1, 1]."""
    return self._run["G"](normalized(photo))

  def sketch_to_photo(self, sketch: tf.Tensor) -> tf.Tensor:
    """F: sketches [B, H, W, 1], pixels 0..255 -> photos float32 [B, H, W, 3] in about [-1, 1]."""
    return self._run["F"](normalized(sketch))

  def losses_of(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The six losses at the weights as they are, per pair, float32 [B]; changes nothing.

    Args:
      data: as for `call`. Discriminators take batch statistics, as in training.
    """
    photo, sketch = normalized(data["photo"]), normalized(data["sketch"])
    made, kind = self(data), self.config.gan_type
    judge = lambda name, *pair: self._run[name](*pair, training=True).logits
    on_y1, on_y2 = judge("Dy", photo, made.fake_y), judge("Dy", photo, made.fake_y2)
    on_x1 = judge("Dx", sketch, made.fake_x)
    real_y = adversarial_losses.real_loss(judge("Dy", photo, sketch), kind)
    real_x = adversarial_losses.real_loss(judge("Dx", sketch, photo), kind)
    return {"loss_Dy1": real_y + adversarial_losses.fake_loss(on_y1, kind),
            "loss_Dy2": real_y + adversarial_losses.fake_loss(on_y2, kind),
            "loss_Dx": real_x + adversarial_losses.fake_loss(on_x1, kind),
            "loss_F": self._generator_loss(on_x1, made.fake_x, photo),
            "loss_G1": self._generator_loss(on_y1, made.fake_y, sketch),
            "loss_G2": self._generator_loss(on_y2, made.fake_y2, sketch)}

  # Nothing here needs AutoGraph, which would take longer to convert the layers than to trace them.
  @tf.autograph.experimental.do_not_convert
  def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The three updates; `data` as for `call`.

    The original computes every pass again for each update. Here G(x) and F(y) are computed once,
    since G moves last and F is the same until its own update; and each discriminator pass is made
    in the one update that needs it: 6 generator and 8 discriminator passes instead of 12 and 24.
    """
    photo, sketch = normalized(data["photo"]), normalized(data["sketch"])
    with tf.GradientTape(persistent=True) as tape:  # what is recorded here is used further down
      fake_y, fake_x = self._run["G"](photo), self._run["F"](sketch)
    fake_y2 = self._run["G"](self._run["F"](fake_y))
    terms = self._update_discriminators(photo, sketch, fake_y, fake_x, fake_y2)
    with tape:
      logits = self._run["Dx"](sketch, fake_x, training=True).logits
      terms["loss_F"] = self._generator_loss(logits, fake_x, photo)
      objective = global_mean(terms["loss_F"])
    self._apply("loss_F", tape.gradient(objective, self.F.trainable_variables))
    with tape:
      fake_y2 = self._run["G"](self._run["F"](fake_y))  # with the new F
      made = {"loss_G1": fake_y, "loss_G2": fake_y2}
      for name, fake in made.items():
        logits = self._run["Dy"](photo, fake, training=True).logits
        terms[name] = self._generator_loss(logits, fake, sketch)
      objectives = {name: global_mean(terms[name]) for name in made}
    # Both gradients belong to the same weights; then both Adams move them.
    gradients = {name: tape.gradient(objective, self.G.trainable_variables)
                 for name, objective in objectives.items()}
    for name in made:
      self._apply(name, gradients[name])
    self.step.assign_add(1)
    return running_means.updated(self._means, terms)

  @tf.autograph.experimental.do_not_convert
  def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The six losses; pairs whose `weight` (float32 [B], optional) is 0 count nothing."""
    return running_means.updated(self._means, self.losses_of(data), data.get("weight"))

  def _update_discriminators(self, photo, sketch, fake_y, fake_x, fake_y2):
    """Moves Dy twice and Dx once; their losses per pair.

    The term of the true pairs, which both losses of Dy have, is computed and differentiated once.
    """
    kind = self.config.gan_type
    sides = {"Dy": (photo, sketch, {"loss_Dy1": fake_y, "loss_Dy2": fake_y2}),
             "Dx": (sketch, photo, {"loss_Dx": fake_x})}
    terms = {}
    for network, (condition, truth, fakes) in sides.items():
      variables, run = getattr(self, network).trainable_variables, self._run[network]
      shown = {name: self._pooled(network, index, condition, fake)
               for index, (name, fake) in enumerate(fakes.items())}
      with tf.GradientTape(persistent=True) as tape:
        passes = [run(condition, truth, training=True)]
        real = adversarial_losses.real_loss(passes[0].logits, kind)
        real_objective = global_mean(real)
        fake_terms = {}
        for name, pair in shown.items():
          passes.append(run(*pair, training=True))
          fake_terms[name] = adversarial_losses.fake_loss(passes[-1].logits, kind)
        objectives = {name: global_mean(term) for name, term in fake_terms.items()}
      of_real = tape.gradient(real_objective, variables)
      gradients = {name: [a + b for a, b in zip(of_real, tape.gradient(objective, variables))]
                   for name, objective in objectives.items()}
      for name, term in fake_terms.items():
        self._apply(name, gradients[name])
        terms[name] = real + term
      for one in passes:
        getattr(self, network).follow(one.moments)
    return terms

  def _pooled(self, network, index, condition, fake):
    """The pair that a discriminator is shown for a fake: the fake's own, or an earlier one's."""
    if network not in self.pools:
      return condition, fake
    seed = randomness.fold_in(randomness.step_seed(self.seed, self.step.read_value(), index),
                              ("Dy", "Dx").index(network))
    pair = self.pools[network](tf.concat([condition, fake], axis=-1), seed)  # [B, H, W, 4]
    return tf.split(pair, [condition.shape[-1], fake.shape[-1]], axis=-1)

  def _generator_loss(self, logits, made, truth):
    return losses.generator_loss(logits, made, truth, self.config.gan_type, self.config.l1_lambda)

  def _apply(self, loss, gradients):
    variables = getattr(self, NETWORK_OF[loss]).trainable_variables
    self.adams[loss].apply_gradients(zip(gradients, variables))

  def get_config(self) -> dict[str, Any]:
    return {"config": dataclasses.asdict(self.config), "seed": self.seed,
            "jit_compile_networks": self.jit_compile_networks}


def _check_precision(config: ScLmserConfig, compiled: bool) -> None:
  precision.refuse_float16("SC-Lmser")
  if config.synchronized_batch_norm and compiled:
    raise UserError("synchronized_batch_norm is true and XLA is on, but a compiled pass can't "
                    "exchange statistics between devices; turn one of them off.")
