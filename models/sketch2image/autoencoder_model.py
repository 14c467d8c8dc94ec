"""Stage 1 of Sketch-to-Image as a Keras model: the auto-encoder, trained by self-supervision."""

import dataclasses
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from models.layers import batch_norm, derangement, randomness
from models.layers.pixels import normalized
from models.layers.replicas import gathered, global_mean
from models.optimizers import make_moments
from models.sketch2image import losses, training
from models.sketch2image.autoencoder import AutoEncoder
from models.sketch2image.config import SHOE, Sketch2ImageConfig

# What one of the four content codes is decoded from, in the original's order.
VERSIONS = ("sketch", "bold", "erased", "erased_bold")
FIGURES = ("rec_rd", "rec_org", "cls", "style_consist", "content_consist", "rec_grey")
# Draws of a step, by purpose.
_CONTENT_ORDERS, _STYLE_ORDERS, _VERSION, _GREY_ORDER = range(4)


@tf.keras.utils.register_keras_serializable("sketch_zoo.sketch2image")
class SketchAutoEncoder(tf.keras.Model):
  """Learns content of sketches and style of photos from photos and sketches made of them.

  A step makes two updates, on batches of their own: by self-supervision (distorted photos and
  changed sketches keep style and content), then as a plain auto-encoder.

  Args:
    config: hyperparameters (or their dict), validated here.
    seed: of start values and of all draws.
    jit_compile_networks: not for this model, whose norms change in every pass; refused.

  Attributes:
    networks: style encoder, content encoder and decoder.
    adams: "S", "classifier", "C", "D" -> its optimiser, once compiled.
    step: int64, training steps so far.

  Source: Liu et al. (AAAI 2021), `train_step_1_ae.py` of its program.
  """

  def __init__(self, config: Sketch2ImageConfig, seed: int = 0,
               jit_compile_networks: bool = False, **kwargs):
    super().__init__(**kwargs)
    self._autocast = False
    training.refuse_compiled(jit_compile_networks)
    self.config, self.seed = training.checked(config), seed
    self.networks = AutoEncoder(self.config.nfc, self.config.nbr_cls, self.config.im_size_ae,
                                seed, name="networks")
    self.networks.style_encoder.reset_classifier(seed)
    if self.config.synchronized_batch_norm:
      batch_norm.synchronize(self)
    self.step = training.step_counter(self)
    self.adams: dict[str, tf.keras.optimizers.legacy.Adam] = {}
    self._perceptual: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None
    self._means = {name: tf.keras.metrics.Mean(name) for name in FIGURES}
    self.built = True

  @property
  def metrics(self):
    return list(self._means.values())

  def compile(self, perceptual=None, **kwargs):
    """As Keras's, and makes the four optimisers with their moments at once.

    Args:
      perceptual: LPIPS: two batches of pictures float32 [B, 256, 256, 3] in [-1, 1] -> float32
        [B]; shoes do without.
      **kwargs: of Keras's.
    """
    # In a closure: its weights are not this model's, so checkpoints do not hold them.
    self._perceptual = None if perceptual is None else (lambda a, b: perceptual(a, b))
    self.adams = {name: training.adam(self.config.learning_rate, name)
                  for name in self.trained_variables()}
    super().compile(optimizer=self.adams["D"], **kwargs)
    for name, variables in self.trained_variables().items():
      make_moments(self.adams[name], variables)

  def trained_variables(self) -> dict[str, list[tf.Variable]]:
    """What each optimiser moves."""
    style = self.networks.style_encoder
    return {"S": style.main_variables(), "classifier": style.classifier.trainable_variables,
            "C": self.networks.content_encoder.trainable_variables,
            "D": self.networks.decoder.trainable_variables}

  def call(self, inputs: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
    """Pictures of sketches in the style of photos.

    Args:
      inputs: `sketch` [B, S, S, 1] and `photo` [B, S, S, 3], pixels 0..255 of any type.
      training: as for the networks.

    Returns:
      float32 [B, S, S, 3] in (-1, 1).
    """
    return self.networks(normalized(inputs["sketch"]), normalized(inputs["photo"]),
                         training=training)[0]

  def begin_set(self, number: int) -> None:
    """A new self-supervision set begins: the classifier and its Adam start anew.

    Args:
      number: of the set, from 0; decides the values.
    """
    self.networks.style_encoder.reset_classifier(self.seed + number)
    training.restart(self.adams["classifier"])

  # Nothing here needs AutoGraph, which would take longer to convert the layers than to trace them.
  @tf.autograph.experimental.do_not_convert
  def train_step(self, data: dict[str, dict[str, tf.Tensor]]) -> dict[str, tf.Tensor]:
    """The two updates.

    Args:
      data: "self_supervised" and "paired", batches of `data_tools.sketch_sets`.
    """
    self._set_learning_rates()
    figures = self._self_supervise(data["self_supervised"])
    figures.update(self._reconstruct(data["paired"]))
    self.step.assign_add(1)
    for name, value in figures.items():
      self._means[name].update_state(value)
    return {name: metric.result() for name, metric in self._means.items()}

  @tf.autograph.experimental.do_not_convert
  def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """`rec_org` of pairs, nothing changed; those whose `weight` (float32 [B], optional) is 0 count
    nothing."""
    photo = normalized(data["photo"])
    self._means["rec_org"].update_state(self._distances(self(data), photo), data.get("weight"))
    return {"rec_org": self._means["rec_org"].result()}

  def _self_supervise(self, data):
    """Phase 1; its figures."""
    style, content = self.networks.style_encoder, self.networks.content_encoder
    clean = normalized(data["photo"])
    with tf.GradientTape() as tape:
      styles = [style(photo, training=True) for photo in (normalized(data["distorted"]), clean)]
      codes = [content(normalized(data[name]), training=True) for name in VERSIONS]
      terms = {"content_consist": self._content_consistency(codes),
               "style_consist": self._style_consistency(styles),
               "cls": tf.reduce_mean(tf.add_n([losses.classification(data["label"], one.logits)
                                               for one in styles]))}
      made = self.networks.decoder(self._chosen(codes), styles[0].vectors, training=True)
      terms["rec_rd"] = tf.reduce_mean(
          self._distances(made, clean, shoe_term=losses.absolute_error(made, clean)))
      common = self._in_common(codes[0], styles[1])
      objective = global_mean(tf.add_n([*terms.values(), common]))
    self._apply(tape, objective, ("S", "classifier", "C", "D"))
    return terms

  def _reconstruct(self, data):
    """Phase 2; its figures."""
    photo = normalized(data["photo"])
    with tf.GradientTape() as tape:
      vectors = self.networks.style_encoder(photo, training=True).vectors
      code = self.networks.content_encoder(normalized(data["sketch"]), training=True)
      made = self.networks.decoder(code, vectors, training=True)
      terms = {"rec_org": tf.reduce_mean(self._distances(made, photo)),
               "rec_grey": tf.constant(0.0)}
      if self.config.data_name == SHOE:
        order = self._orders(derangement.derangements, 1, photo, _GREY_ORDER)[0]
        others = [training.rows_in_order(vector, order) for vector in vectors]
        grey = losses.grey_error(self.networks.decoder(code, others, training=True), photo)
        terms["rec_grey"] = tf.reduce_mean(grey)
      objective = global_mean(tf.add_n(list(terms.values())))
    self._apply(tape, objective, ("S", "D", "C"))
    return terms

  def _content_consistency(self, codes):
    """Of the three changed sketches with the plain one, over the global batch."""
    plain, *changed = [[gathered(level) for level in code] for code in codes]
    orders = self._orders(derangement.derangements, len(changed) * len(plain), codes[0][0],
                          _CONTENT_ORDERS)
    return tf.add_n([
        losses.content_consistency(code, plain, orders[number * len(plain):][:len(plain)])
        for number, code in enumerate(changed)])

  def _style_consistency(self, styles):
    distorted, clean = [[gathered(vector) for vector in one.vectors] for one in styles]
    orders = self._orders(derangement.permutations, len(clean), styles[0].vectors[0],
                          _STYLE_ORDERS)
    return losses.style_consistency(distorted, clean, orders)

  def _chosen(self, codes):
    """The content that is decoded: that of one version, drawn for the whole batch."""
    version = self._version()
    return [tf.gather(tf.stack(levels), version) for levels in zip(*codes)]

  def _version(self):
    drawn = randomness.uniform([], self._seed_of(_VERSION)) * len(VERSIONS)
    return tf.minimum(tf.cast(drawn, tf.int32), len(VERSIONS) - 1)

  def _distances(self, made, photo, shoe_term=0.0):
    """What each reconstruction lacks, [B]; the mean over the global batch is the loss."""
    rows = losses.squared_error(made, photo)
    if self.config.data_name == SHOE:
      return rows + shoe_term
    return rows + training.perceptual_rows(self._perceptual, made, photo,
                                           self.config.lpips_reduction)

  def _in_common(self, code, style):
    """Our own penalty, see `losses.cross_correlation`; 0 where it is off."""
    weight = self.config.mutual_information_weight
    if not weight:
      return tf.constant(0.0)
    content = tf.reduce_mean(gathered(code[-1]), axis=[1, 2])  # [B, 8n]
    return weight * losses.cross_correlation(content, gathered(style.vectors[-1]))

  def _orders(self, draw, count, rows, purpose):
    """`count` permutations of the rows of the global batch, the same on every replica."""
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return tf.unstack(draw(count, rows.shape[0] * replicas, self._seed_of(purpose)))

  def _seed_of(self, purpose):
    return randomness.step_seed(self.seed, self.step.read_value(), purpose)

  def _set_learning_rates(self):
    """Style encoder and decoder learn slower from the first new set on; the others do not."""
    later = self.step >= self.config.steps_per_set
    rate = tf.where(later, self.config.later_learning_rate, self.config.learning_rate)
    for name in ("S", "D"):
      self.adams[name].learning_rate.assign(rate)

  def _apply(self, tape, objective, names):
    variables = self.trained_variables()
    gradients = tape.gradient(objective, [variables[name] for name in names])
    for name, found in zip(names, gradients):
      training.apply(self.adams[name], found, variables[name])

  def get_config(self) -> dict[str, Any]:
    return {"config": dataclasses.asdict(self.config), "seed": self.seed}
