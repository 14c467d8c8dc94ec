"""TOM as a Keras model: it learns to make sketches of photos without any pair of the two."""

import dataclasses
from typing import Any

import tensorflow as tf

from models import adversarial_losses, precision, running_means
from models.layers import replicas
from models.layers.pixels import normalized
from models.optimizers import TorchAdam, make_moments
from models.tom import losses, style
from models.tom.config import TomConfig
from models.tom.discriminator import StyleDiscriminator
from models.tom.generator import Generator
from models.tom.vgg_features import VggFeatures

# Above it, on [0, 1], is paper.
THRESHOLD = 0.7
FIGURES = ("loss_D", "loss_G", "loss_adversarial", "loss_content", "loss_gram", "real_probability",
           "fake_probability", "generated_probability")
# Levels of VGG-16 that are used: the third is what sketches are made from, all but the first are
# their style. (The original computes a fifth, for nothing.)
_LEVELS = 4
_CONTENT, _STYLE = 2, slice(1, _LEVELS)
_GAN = "hinge"
_BETAS = (0.5, 0.99)


def greys(made: tf.Tensor) -> tf.Tensor:
  """The mean over the channels, from [-1, 1] to [0, 1]: float32 [B, H, W, 3] -> [B, H, W, 1]."""
  return (tf.reduce_mean(made, axis=-1, keepdims=True) + 1.0) / 2.0


def thresholded(grey: tf.Tensor, threshold: float = THRESHOLD) -> tf.Tensor:
  """Ink and paper: 1 where a grey lies above the threshold, else 0; float32 [B, H, W, 1]."""
  return tf.cast(grey > threshold, tf.float32)


@tf.keras.utils.register_keras_serializable("sketch_zoo.tom")
class Tom(tf.keras.Model):
  """TOM, the sketch synthesis of self-supervised sketch-to-image.

  Args:
    config: hyperparameters (or their dict), validated here.
    seed: of start values.
    jit_compile_features: compile the passes through VGG-16 with XLA.

  Attributes:
    vgg: frozen features; random ones until weights are read (see `VggFeatures`). They are none of
      the model's variables, see `models.frozen_weights`.
    G: features of a photo -> a sketch.
    D: Gram matrices -> real or fake.
    adams: loss -> its optimiser, once compiled.
    step: int64, training steps so far.

  Source: Liu, Zhu, Song & Elgammal, "Self-Supervised Sketch-to-Image Synthesis", AAAI 2021, and its
  program's folder sketch_styletransfer.
  """

  def __init__(self, config: TomConfig, seed: int = 0, jit_compile_features: bool = False,
               **kwargs):
    super().__init__(**kwargs)
    self._autocast = False
    if isinstance(config, dict):
      config = TomConfig(**config)
    self.config, self.seed = config.validate(), seed
    self.jit_compile_features = jit_compile_features
    precision.refuse_float16("TOM")
    # Past Keras, which would put the frozen weights into every checkpoint.
    object.__setattr__(self, "vgg", VggFeatures(_LEVELS, name="vgg"))
    norms = {"synchronized": config.synchronized_batch_norm}
    self.G = Generator(config.generator_width, seed=seed + 100, name="G", **norms)
    self.D = StyleDiscriminator(seed=seed + 200, name="D", **norms)
    self.step = self.add_weight("step", shape=[], dtype=tf.int64, initializer="zeros",
                                trainable=False,
                                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
    self.adams: dict[str, TorchAdam] = {}
    self._means = running_means.make(FIGURES)
    self._compiled_features = (
        tf.function(self.vgg.__call__, jit_compile=True, autograph=False)
        if jit_compile_features else None)
    self.built = True

  @property
  def frozen(self) -> VggFeatures:
    """What is kept beside the model, see `models.frozen_weights`."""
    return self.vgg

  @property
  def metrics(self):
    return list(self._means.values())

  def compile(self, **kwargs):
    """As Keras's, and makes both optimisers with their moments at once.

    `optimizer`, which Keras's own callbacks read, is that of loss_G.
    """
    beta1, beta2 = _BETAS
    self.adams = {loss: TorchAdam(self.config.lr, beta1, beta2, name=f"Adam_{loss}")
                  for loss in ("loss_D", "loss_G")}
    super().compile(optimizer=self.adams["loss_G"], **kwargs)
    for loss, network in (("loss_D", self.D), ("loss_G", self.G)):
      make_moments(self.adams[loss], network.trainable_variables)

  def call(self, photo: tf.Tensor, training: bool = False) -> tf.Tensor:
    """Photos [B, H, W, 3], pixels 0..255, H and W multiples of 32 -> what G makes of them.

    Returns:
      float32 [B, H, W, 3] in [-1, 1].
    """
    return self.G(self._content(photo), training=training)

  def photo_to_sketch(self, photo: tf.Tensor, threshold: float | None = None) -> tf.Tensor:
    """Sketches as the original evaluates: the mean over G's channels, brought to [0, 1].

    Args:
      photo: as for `call`.
      threshold: what lies above it becomes 1, the rest 0; None leaves the greys. The original's is
        THRESHOLD.

    Returns:
      float32 [B, H, W, 1], 0 ink, 1 paper.
    """
    grey = greys(self(photo))
    return grey if threshold is None else thresholded(grey, threshold)

  def losses_of(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The figures of `FIGURES` with the networks as they are used, not trained; changes nothing.

    Args:
      data: `photo` and `sketch` [B, H, W, 3], pixels 0..255 of any type; H and W multiples of 32.

    Returns:
      float32 [B] each, but loss_gram, a scalar.
    """
    seen = self._targets(data)
    fake = self._features(self.G(seen["content"]))
    judge = lambda levels: self.D(style.style_sample(levels[_STYLE]))
    real, made = judge(seen["sketch"]), judge(fake)
    terms = self._generator_terms(made, fake, seen)
    return {"loss_D": _discriminator_loss(real, made), **terms,
            "real_probability": losses.probability(real),
            "fake_probability": losses.probability(made),
            "generated_probability": losses.probability(made)}

  # Nothing here needs AutoGraph, which would take longer to convert the layers than to trace them.
  @tf.autograph.experimental.do_not_convert
  def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """D's update, then G's, which sees the new D; `data` as for `losses_of`.

    D passes over real sketches, over fakes, and over the fakes again for G: its spectral norms and
    moving averages move three times, as the original's.
    """
    seen = self._targets(data)
    tape = tf.GradientTape()  # what is recorded here is used further down
    with tape:
      fake = self._features(self.G(seen["content"], training=True))
      sample = style.style_sample(fake[_STYLE])
    figures = self._update_discriminator(style.style_sample(seen["sketch"][_STYLE]),
                                         tf.stop_gradient(sample))
    with tape:
      judged = self.D(sample, training=True)
      figures |= self._generator_terms(judged, fake, seen)
      objective = replicas.global_mean(figures["loss_G"])
    self._apply("loss_G", tape.gradient(objective, self.G.trainable_variables),
                self.G.trainable_variables)
    figures["generated_probability"] = losses.probability(judged)
    self.step.assign_add(1)
    return running_means.updated(self._means, figures)

  @tf.autograph.experimental.do_not_convert
  def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    return running_means.updated(self._means, self.losses_of(data))

  def _targets(self, data):
    """What no gradient goes to: features of both sides, and what the fakes' should be."""
    content = self._content(data["photo"])
    sketch = self._features(normalized(data["sketch"]))
    return {"content": content, "sketch": sketch, "target": style.adain(content, sketch[_CONTENT])}

  def _features(self, images, levels=_LEVELS):
    return (self._compiled_features or self.vgg)(images, levels)

  def _content(self, photo):
    return self._features(normalized(photo), _CONTENT + 1)[_CONTENT]

  def _update_discriminator(self, real_sample, fake_sample):
    variables = self.D.trainable_variables
    with tf.GradientTape() as tape:
      real, fake = self.D(real_sample, training=True), self.D(fake_sample, training=True)
      loss = _discriminator_loss(real, fake)
      objective = replicas.global_mean(loss)
    self._apply("loss_D", tape.gradient(objective, variables), variables)
    return {"loss_D": loss, "real_probability": losses.probability(real),
            "fake_probability": losses.probability(fake)}

  def _generator_terms(self, judged, fake, seen):
    config = self.config
    adversarial = adversarial_losses.adversarial_loss(judged, _GAN)
    content = losses.content_loss(fake[_CONTENT], seen["target"])
    gathered = [[replicas.gathered(level) for level in levels[_STYLE]]
                for levels in (fake, seen["sketch"])]
    gram = losses.gram_loss(*gathered)
    total = adversarial + config.mse_weight * content + config.gram_weight * gram  # [B]
    return {"loss_adversarial": adversarial, "loss_content": content, "loss_gram": gram,
            "loss_G": total}

  def _apply(self, loss, gradients, variables):
    self.adams[loss].apply_gradients(zip(gradients, variables))

  def get_config(self) -> dict[str, Any]:
    return {"config": dataclasses.asdict(self.config), "seed": self.seed,
            "jit_compile_features": self.jit_compile_features}


def _discriminator_loss(real, fake):
  return adversarial_losses.real_loss(real, _GAN) + adversarial_losses.fake_loss(fake, _GAN)
