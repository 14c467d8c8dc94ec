"""Both training iterations of Sketch-to-Image in their plain form, run eagerly.

As in the original program (Liu et al., 2021): the content encoder is called four times, the style
encoder twice, the discriminator three times. Weights, optimisers and draws are those of our model,
so that both forms see the same.
"""
# The draws are the model's own business otherwise.
# pylint: disable=protected-access

from collections.abc import Mapping

import tensorflow as tf

from benchmarks import plain_sketch2image_networks as plain
from benchmarks.plain_sketch2image_networks import Net
from models.layers import derangement
from models.sketch2image import autoencoder_model as stage_1
from models.sketch2image import gan_model as stage_2
from models.sketch2image.config import SHOE

_MARGIN = 2.0
_LPIPS_SIZE = 256
_LEVELS = 3


class PlainAutoEncoderStep:
  """One iteration of stage 1; the model must be compiled.

  Call: the model's `data` -> the six figures.
  """

  def __init__(self, model: stage_1.SketchAutoEncoder):
    self._model = model
    self._style, self._content, self._decoder = (
        Net(network.named_variables()) for network in model.networks.networks.values())
    self._shoe = model.config.data_name == SHOE

  def __call__(self, data: Mapping[str, Mapping[str, tf.Tensor]]) -> dict[str, tf.Tensor]:
    figures = self._self_supervised(data["self_supervised"]) | self._paired(data["paired"])
    self._model.step.assign_add(1)
    return figures

  def _self_supervised(self, data):
    model, photo = self._model, _pixels(data["photo"])
    orders = model._orders(derangement.derangements, 9, photo, stage_1._CONTENT_ORDERS)
    mixed = model._orders(derangement.permutations, _LEVELS, photo, stage_1._STYLE_ORDERS)
    with tf.GradientTape() as tape:
      styles = [plain.style(self._style, one) for one in (_pixels(data["distorted"]), photo)]
      codes = [plain.content(self._content, _pixels(data[name])) for name in stage_1.VERSIONS]
      made = plain.decoded(self._decoder, codes[int(model._version())], styles[0])
      distance = _mean_difference if self._shoe else self._perceptual
      terms = {
          "rec_rd": _mse(made, photo) + distance(made, photo),
          "cls": sum(_cross_entropy(data["label"], plain.classified(self._style, one))
                     for one in styles),
          "style_consist": sum(map(_style_term, *styles, mixed)),
          "content_consist": sum(map(_content_term, [one for code in codes[1:] for one in code],
                                     3 * codes[0], orders))}
      total = sum(terms.values())
    self._update(tape, total, ("S", "classifier", "C", "D"))
    return terms

  def _paired(self, data):
    model, photo = self._model, _pixels(data["photo"])
    with tf.GradientTape() as tape:
      code = plain.content(self._content, _pixels(data["sketch"]))
      vectors = plain.style(self._style, photo)
      made = plain.decoded(self._decoder, code, vectors)
      terms = {"rec_org": _mse(made, photo), "rec_grey": tf.constant(0.0)}
      if self._shoe:
        order, = model._orders(derangement.derangements, 1, photo, stage_1._GREY_ORDER)
        others = [tf.gather(vector, order) for vector in vectors]
        terms["rec_grey"] = _grey_mse(plain.decoded(self._decoder, code, others), photo)
      else:
        terms["rec_org"] += self._perceptual(made, photo)
      total = sum(terms.values())
    self._update(tape, total, ("S", "D", "C"))
    return terms

  def _perceptual(self, made, photo):
    return _perceptual(self._model, made, photo)

  def _update(self, tape, total, names):
    variables = self._model.trained_variables()
    gradients = tape.gradient(total, [variables[name] for name in names])
    for name, found in zip(names, gradients):
      _adam_step(self._model.adams[name], found, variables[name])


class PlainGanStep:
  """One iteration of stage 2; the model must be compiled.

  Call: the model's `data` -> the six figures.
  """

  def __init__(self, model: stage_2.SketchGan):
    self._model, self._shoe = model, model.config.data_name == SHOE
    self._frozen = [Net(network.named_variables(), training=False)
                    for network in model.networks.networks.values()]
    self._generator = Net(model.G.named_variables())
    self._discriminator = Net(model.D.named_variables())
    self._levels = len(model.D.blocks) + 1

  def __call__(self, data: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    model, photo, sketch = self._model, _pixels(data["photo"]), _pixels(data["sketch"])
    judged = lambda image: plain.judged(self._discriminator, image, self._levels)
    with tf.GradientTape() as tape:
      made = self._refined(sketch, photo, stage_2._NOISE)
      with tf.GradientTape() as inner:
        real, fake = judged(photo), judged(tf.stop_gradient(made))
        loss_d = tf.reduce_mean(tf.nn.relu(1 - real)) + tf.reduce_mean(tf.nn.relu(1 + fake))
      _adam_step(model.adams["D"], inner.gradient(loss_d, model.D.trainable_variables),
                 model.D.trainable_variables)
      loss_g, (distance, grey) = -tf.reduce_mean(judged(made)), self._distances(sketch, photo, made)
      total = loss_g + model.config.perceptual_weight * (distance + grey)
    weights = model.G.trainable_variables
    _adam_step(model.adams["G"], tape.gradient(total, weights), weights)
    for average, weight in zip(model.average, weights):
      average.assign(model.config.ema_decay * average + (1 - model.config.ema_decay) * weight)
    model.step.assign_add(1)
    return {"loss_d": loss_d, "loss_g": loss_g, "pred_real": tf.reduce_mean(real),
            "pred_fake": tf.reduce_mean(fake), "reconstruction": distance, "rec_grey": grey}

  def _refined(self, sketch, photo, purpose):
    """The generator's picture, in training mode, of what the frozen auto-encoder makes."""
    style, content, decoder = self._frozen
    vectors = plain.style(style, photo)
    image = plain.decoded(decoder, plain.content(content, sketch), vectors)
    image, *vectors = map(tf.stop_gradient, (image, *vectors))
    noise = self._model._noise(purpose)
    normal = lambda shape: noise.normal(shape[0], shape[1:])
    if self._model.config.data_name in ("face", "celeba"):
      return plain.face(self._generator, image, vectors, normal, noise.coin)
    return plain.art(self._generator, image, vectors, normal, not self._shoe)

  def _distances(self, sketch, photo, made):
    if not self._shoe:
      return _perceptual(self._model, made, photo), tf.constant(0.0)
    others = tf.gather(photo, self._model._grey_order(photo.shape[0]))
    grey = _grey_mse(self._refined(sketch, others, stage_2._GREY_NOISE), photo)
    return _mse(made, photo) + _mean_difference(made, photo), grey


def _pixels(picture):
  return tf.cast(picture, tf.float32) / 127.5 - 1


def _mse(a, b):
  return tf.reduce_mean((a - b) ** 2)


def _mean_difference(a, b):
  return tf.reduce_mean(tf.abs(a - b))


def _grey_mse(made, photo):
  return _mse(tf.reduce_mean(made, -1), tf.reduce_mean(photo, -1))


def _perceptual(model, made, photo):
  """The sum of LPIPS over the batch, at 256 pixels."""
  factor = photo.shape[1] // _LPIPS_SIZE
  if factor > 1:
    made, photo = (tf.nn.avg_pool2d(one, factor, factor, "VALID") for one in (made, photo))
  return tf.reduce_sum(model._perceptual(made, photo))


def _cross_entropy(labels, logits):
  return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


def _style_term(distorted, clean, order):
  cosine = lambda a, b: tf.reduce_mean(tf.reduce_sum(
      tf.math.l2_normalize(a, 1) * tf.math.l2_normalize(b, 1), 1))
  clean = tf.stop_gradient(clean)
  return cosine(distorted, tf.gather(clean, order)) - cosine(distorted, clean)


def _content_term(changed, sketch, order):
  sketch = tf.stop_gradient(sketch)
  return tf.nn.relu(_MARGIN + _mse(changed, sketch) - _mse(tf.gather(changed, order), sketch))


def _adam_step(adam, gradients, variables):
  adam.apply_gradients([pair for pair in zip(gradients, variables) if pair[0] is not None])
