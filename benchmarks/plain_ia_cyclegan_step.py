"""IACycleGAN's training step in its plain form: what ours is proved and measured against.

As a port of CycleGAN's program with the paper's losses is usually written: eager, one tape for the
generators and one for the discriminators, every layer TensorFlow's own operation, the pools Python
lists. It takes our model's weights and Adams.
"""

import random

import tensorflow as tf

from models.ia_cyclegan.model import FIGURES, IaCycleGan

_EPSILON, _LEAK = 1e-5, 0.2
_STRIDES = (2, 2, 2, 1, 1)  # of a discriminator


class PlainPool:
  """CycleGAN's `ImagePool`: a list of pictures [1, H, W, C]."""

  def __init__(self, size: int):
    self.size, self.pictures = size, []

  def __call__(self, new: tf.Tensor) -> tf.Tensor:
    returned = []
    for picture in tf.split(new, new.shape[0]):
      if len(self.pictures) < self.size:
        self.pictures.append(picture)
      elif self.size and random.random() < 0.5:
        place = random.randrange(self.size)
        picture, self.pictures[place] = self.pictures[place], picture
      returned.append(picture)
    return tf.concat(returned, axis=0)


class PlainStep:
  """Trains a model, which must be compiled.

  Call: the model's `data`, photo and sketch -> the model's `FIGURES`, scalars.
  """

  def __init__(self, model: IaCycleGan):
    self.model = model
    self.pools = {domain: PlainPool(model.config.pool_size) for domain in ("photo", "sketch")}

  def __call__(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    model = self.model
    x = tf.cast(data["photo"], tf.float32) / 127.5 - 1
    y = tf.tile(tf.cast(data["sketch"], tf.float32) / 127.5 - 1, [1, 1, 1, 3])
    with tf.GradientTape() as tape:
      fake_y, fake_x = generated(model.G_sketch, x), generated(model.G_photo, y)
      terms = self._terms(x, y, fake_x, fake_y)
    sides = {"G": (tape, terms["loss_G"])}
    with tf.GradientTape() as tape:
      terms["loss_D_photo"] = self._judgement("photo", x, fake_x)
      terms["loss_D_sketch"] = self._judgement("sketch", y, fake_y)
      loss = terms["loss_D_photo"] + terms["loss_D_sketch"]
    sides["D"] = (tape, loss)
    for side, (tape, loss) in sides.items():
      variables = model.variables_of(side)
      model.adams[side].apply_gradients(zip(tape.gradient(loss, variables), variables))
    return {name: terms[name] for name in FIGURES}

  def _terms(self, x, y, fake_x, fake_y):
    config, model = self.model.config, self.model
    l1 = lambda a, b: tf.reduce_mean(tf.abs(a - b))
    true = lambda network, fake: _adversarial(judged(network, fake), 1.0, config.gan_type)
    terms = {
        "adversarial": config.adversarial_weight * (true(model.D_photo, fake_x)
                                                    + true(model.D_sketch, fake_y)),
        "cycle": config.cycle_weight * (l1(generated(model.G_photo, fake_y), x)
                                        + l1(generated(model.G_sketch, fake_x), y)),
        "identity_mapping": config.identity_mapping_weight * (l1(fake_y, x) + l1(fake_x, y)),
        "identity_perception": tf.constant(0.0)}
    if config.has_recognisers:
      distance = lambda phi, a, b: tf.reduce_mean(
          tf.reduce_sum((phi.embed(a) - phi.embed(b)) ** 2, axis=1))
      terms["identity_perception"] = config.identity_perception_weight * (
          distance(model.frozen.photo, fake_x, x) + distance(model.frozen.sketch, fake_y, y))
    return {**terms, "loss_G": sum(terms.values())}

  def _judgement(self, domain, true, fake):
    network, kind = getattr(self.model, f"D_{domain}"), self.model.config.gan_type
    shown = self.pools[domain](tf.stop_gradient(fake))
    return (_adversarial(judged(network, true), 1.0, kind)
            + _adversarial(judged(network, shown), 0.0, kind)) / 2


def generated(network, image: tf.Tensor) -> tf.Tensor:
  """A generator's picture of an image, [B, H, W, 3] float32."""
  x = tf.nn.relu(_normed(_convolved(image, network.first, 1, 3, "REFLECT")))
  for layer in network.down:
    x = tf.nn.relu(_normed(_convolved(x, layer, 2, 1)))
  for block in network.blocks:
    inner = tf.nn.relu(_normed(_convolved(x, block.conv1, 1, 1, "REFLECT")))
    x = x + _normed(_convolved(inner, block.conv2, 1, 1, "REFLECT"))
  for layer in network.up:
    x = tf.nn.relu(_normed(_transposed(x, layer)))
  return tf.tanh(_convolved(x, network.last, 1, 3, "REFLECT"))


def judged(network, image: tf.Tensor) -> tf.Tensor:
  """A discriminator's logits [B, h, w, 1]."""
  x = image
  for number, (conv, stride) in enumerate(zip(network.convs, _STRIDES)):
    x = _convolved(x, conv, stride, 1)
    if 0 < number < 4:
      x = _normed(x)
    if number < 4:
      x = tf.nn.leaky_relu(x, _LEAK)
  return x


def _adversarial(logits, label, kind):
  if kind == "lsgan":
    return tf.reduce_mean((logits - label) ** 2)
  return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(
      tf.fill(logits.shape, label), logits))


def _convolved(x, layer, stride, padding, border="CONSTANT"):
  x = tf.pad(x, [[0, 0], [padding] * 2, [padding] * 2, [0, 0]], border)
  return tf.nn.conv2d(x, layer.kernel, stride, "VALID") + layer.bias


def _transposed(x, layer):
  batch, height, width, _ = x.shape
  size = [batch, 2 * height + 1, 2 * width + 1, layer.kernel.shape[2]]
  return tf.nn.conv2d_transpose(x, layer.kernel, size, 2, "VALID")[:, 1:, 1:] + layer.bias


def _normed(x):
  mean, variance = tf.nn.moments(x, [1, 2], keepdims=True)
  return (x - mean) / tf.sqrt(variance + _EPSILON)
