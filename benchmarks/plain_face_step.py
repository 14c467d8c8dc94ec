"""SC-Lmser's training step in its plain form: what the fast form is proved and measured against.

As in the original program (Sheng et al., 2021): three runs, the discriminators, F, G, each of
which computes all that the losses have, four pictures and eight judgements, because its
optimisers wait for the moving statistics of them all; zeros put around every image before a
convolution; convolutions before averaging and after doubling. It takes our model's weights.
"""

import tensorflow as tf

from models import adversarial_losses
from models.sc_lmser import losses
from models.sc_lmser.model import LOSSES, NETWORK_OF, ScLmser, normalized

_EPSILON, _LEAK = 1e-5, 0.2
_RUNS = (("loss_Dy1", "loss_Dy2", "loss_Dx"), ("loss_F",), ("loss_G1", "loss_G2"))


class PlainStep:
  """Trains a model, which must be compiled (for its six Adams).

  Call: the model's `data`, photo and sketch -> the six losses, as the run that uses them sees them.
  """

  def __init__(self, model: ScLmser):
    self.model = model
    self.runs = {names: tf.function(lambda data, names=names: self._run(names, data),
                                    autograph=False) for names in _RUNS}

  def __call__(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    seen = {}
    for run in self.runs.values():
      seen |= run(data)
    return {name: seen[name] for name in LOSSES}

  def _run(self, names, data):
    with tf.GradientTape(persistent=True) as tape:
      found = self._losses(normalized(data["photo"]), normalized(data["sketch"]))
    variables = {name: getattr(self.model, NETWORK_OF[name]).trainable_variables for name in names}
    gradients = {name: tape.gradient(found[name], variables[name]) for name in names}
    for name in names:
      self.model.adams[name].apply_gradients(zip(gradients[name], variables[name]))
    return {name: found[name] for name in names}

  def _losses(self, x, y):
    model, kind = self.model, self.model.config.gan_type
    y1, x1 = generated(model.G, x), generated(model.F, y)
    y2 = generated(model.G, generated(model.F, y1))
    real_y, real_x = judged(model.Dy, x, y), judged(model.Dx, y, x)
    # The second judgements are those of the pictures from the pool, which returns what it is given.
    on_y1, on_y2, on_x1 = judged(model.Dy, x, y1), judged(model.Dy, x, y2), judged(model.Dx, y, x1)
    kept_y1, kept_y2, kept_x1 = (judged(model.Dy, x, y1), judged(model.Dy, x, y2),
                                 judged(model.Dx, y, x1))
    of_pair = lambda real, fake: (adversarial_losses.real_loss(real, kind)
                                  + adversarial_losses.fake_loss(fake, kind))
    of_maker = lambda logits, made, truth: losses.generator_loss(logits, made, truth, kind,
                                                                 model.config.l1_lambda)
    per_pair = {"loss_Dy1": of_pair(real_y, kept_y1), "loss_Dy2": of_pair(real_y, kept_y2),
                "loss_Dx": of_pair(real_x, kept_x1), "loss_F": of_maker(on_x1, x1, x),
                "loss_G1": of_maker(on_y1, y1, y), "loss_G2": of_maker(on_y2, y2, y)}
    return {name: tf.reduce_mean(term) for name, term in per_pair.items()}


def generated(network, image: tf.Tensor) -> tf.Tensor:
  """A generator's picture of an image, [B, H, W, *] float32."""
  named, encoded = network.named_variables(), []
  for number in range(1, 6):
    image = _block(named, f"encoder_{number}", image, up=False)
    encoded.append(image)
  for number in range(5, 0, -1):
    if number < 5:
      image = tf.concat([image, encoded[number - 1]], axis=-1)
    image = _block(named, f"decoder_{number}", image, up=True)
  return image


def judged(network, condition: tf.Tensor, candidate: tf.Tensor) -> tf.Tensor:
  """A discriminator's logits [B, h, w, 1]; its moving statistics follow."""
  x = tf.concat([condition, candidate], axis=-1)
  middle = len(network.norms)
  for number, conv in enumerate(network.convs, start=1):
    x = _convolved(x, conv.kernel, 1, 2 if number <= middle else 1)
    if 2 <= number <= middle + 1:
      norm = network.norms[number - 2]
      x, mean, variance = tf.compat.v1.nn.fused_batch_norm(x, norm.gamma, norm.beta,
                                                           epsilon=_EPSILON)
      for moving, value in ((norm.moving_mean, mean), (norm.moving_variance, variance)):
        moving.assign(0.1 * moving + 0.9 * value)
    if number <= middle + 1:
      x = tf.nn.leaky_relu(x, _LEAK)
  return x


def _block(named, name, image, up):
  before, after = (_doubled, tf.identity) if up else (tf.identity, _averaged)
  active = tf.nn.relu if up else lambda x: tf.nn.leaky_relu(x, _LEAK)
  kernel = lambda part: named[f"{name}/{part}/conv_0/conv2d/kernel"]

  def normed(x, part):
    mean, variance = tf.nn.moments(x, [1, 2], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance,
                                     named[f"{name}/{part}/instance_norm/offset"],
                                     named[f"{name}/{part}/instance_norm/scale"], _EPSILON)

  x = _convolved(before(active(normed(image, "res1"))), kernel("res1"), 1)
  x = after(_convolved(active(normed(x, "res2")), kernel("res2"), 1))
  return x + after(_convolved(before(image), kernel("skip"), 0))


def _convolved(x, kernel, padding, stride=1):
  x = tf.pad(x, [[0, 0], [padding] * 2, [padding] * 2, [0, 0]])
  return tf.nn.conv2d(x, kernel, stride, "VALID")


def _averaged(x):
  return tf.nn.avg_pool2d(x, 2, 2, "SAME")


def _doubled(x):
  return tf.image.resize(x, [2 * x.shape[1], 2 * x.shape[2]], "nearest")
