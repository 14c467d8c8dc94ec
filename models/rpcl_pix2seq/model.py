"""RPCL-pix2seq as a Keras model: sketch image -> latent mixture -> strokes and image."""

import dataclasses
from typing import Any, NamedTuple

import tensorflow as tf

from models import micro_batches, precision, running_means, shaped_steps
from models.layers import randomness
from models.layers.replicas import global_mean, global_sum
from models.optimizers import make_moments
from models.rpcl_pix2seq import losses, schedules, stroke_distribution
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.encoder import SketchEncoder
from models.rpcl_pix2seq.image_decoder import ImageDecoder
from models.rpcl_pix2seq.latent_mixture import LatentMixture
from models.rpcl_pix2seq.mixture import Mixture
from models.rpcl_pix2seq.sampling import sample_strokes
from models.rpcl_pix2seq.stroke_decoder import DecoderDropout, StrokeDecoder

# The original's evaluation graph never learns the step count: it always stands at 1 there.
EVALUATION_STEP = 1


class Outputs(NamedTuple):
  """What one pass through the model gives."""

  mean: tf.Tensor  # [B, Z]
  variance: tf.Tensor  # [B, Z]
  code: tf.Tensor  # [B, Z]
  posterior: tf.Tensor  # [B, K]
  image: tf.Tensor  # [B, W, W, 1]
  head: tf.Tensor  # [B, T, 3 + 6M]
  last_state: tf.Tensor  # [B, state_size]


@tf.keras.utils.register_keras_serializable("sketch_zoo.rpcl_pix2seq")
class RpclPix2Seq(tf.keras.Model):
  """Controllable stroke-based sketch synthesis from a self-organised latent space.

  Args:
    config: hyperparameters (or their dict), validated here.
    seed: of start values, noise and dropout.
    jit_compile_decoder: compile the recurrence of the stroke decoder with XLA.

  Attributes:
    encoder, mixture, stroke_decoder, image_decoder: the four parts.
    step: int64, training steps so far; set back when a checkpoint is reloaded.
    draws: int64, how often random numbers were drawn; never set back in a run.

  Source: Zang, Tu & Xu, Neural Networks 137 (2021), and its program CMACH508/RPCL-pix2seq.
  """

  def __init__(self, config: RpclPix2SeqConfig, seed: int = 0,
               jit_compile_decoder: bool = False, **kwargs):
    super().__init__(**kwargs)
    precision.refuse_float16("RPCL-pix2seq")
    self._autocast = False  # points keep float32 under mixed precision; layers cast for themselves
    if isinstance(config, dict):
      config = RpclPix2SeqConfig(**config)
    self.config, self.seed, self.jit_compile_decoder = config.validate(), seed, jit_compile_decoder
    self.encoder = SketchEncoder(config.z_size, seed + 100, name="encoder")
    self.mixture = LatentMixture(
        config.num_components, config.z_size, config.momentum, config.delearning_rate,
        config.min_variance, config.rpcl_start, config.rpcl_period, seed + 200, name="mixture")
    self.stroke_decoder = StrokeDecoder(
        config.dec_rnn_size, config.z_size, config.dec_model, _dropout(config),
        jit_compile_decoder, seed + 300, name="stroke_decoder")
    self.image_decoder = ImageDecoder(config.png_width, seed + 400, name="image_decoder")
    self.step = self._counter("step")
    self.draws = self._counter("draws")
    self._means = running_means.make(
        ("loss", "reconstruction_loss", "image_loss", "alpha_loss", "gaussian_loss"))
    self._build()

  def _counter(self, name):
    return self.add_weight(name, shape=[], dtype=tf.int64, initializer="zeros", trainable=False,
                           aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)

  def _build(self):
    """Makes every variable, so that checkpoints can be restored before the first call."""
    width = self.config.png_width
    self({"image": tf.zeros([1, width, width, 1]), "strokes": tf.zeros([1, 2, 5])})

  @property
  def metrics(self):
    return list(self._means.values())

  def compile(self, optimizer: tf.keras.optimizers.legacy.Optimizer | None = None, **kwargs):
    """As Keras's, and makes the optimiser's moments at once.

    A checkpoint can then be restored before the first step, and no variable is made inside a
    traced step, which several replicas do not survive.

    Args:
      optimizer: None for the original's `adam`.
      **kwargs: of `tf.keras.Model.compile`.

    Raises:
      TypeError: an optimizer that is not one of `tf.keras.optimizers.legacy`.
      UserError: the devices can't work through a batch in accumulate_gradients equal parts.
    """
    optimizer = optimizer or adam(self.config)
    if not isinstance(optimizer, tf.keras.optimizers.legacy.Optimizer):
      raise TypeError(f"optimizer is {optimizer!r}, but this model needs one of "
                      "tf.keras.optimizers.legacy, which can skip summing over replicas; leave it "
                      "out for the original's Adam.")
    micro_batches.check(self.config.batch_size, self.config.accumulate_gradients)
    super().compile(optimizer=optimizer, **kwargs)
    make_moments(self.optimizer, self.trainable_variables)

  def call(self, inputs: dict[str, tf.Tensor], training: bool = False) -> Outputs:
    """One teacher-forced pass.

    Args:
      inputs: `image` float32 [B, W, W, 1] in [-1, 1] and `strokes` float32 [B, T + 1, 5]
        (stroke-5 with the start token); optionally `noise` float32 [B, Z] for the code, and
        `batch_rows` int32 [2], where these rows are in the global batch (for dropout), as of
        `micro_batches.rows_of_part`.
      training: sample the code and drop units; else the code is the encoder's mean unless
        noise is given.
    """
    mean, variance = self.encoder(inputs["image"])
    noise = inputs.get("noise")
    dropout_seed = None
    if training:
      dropout_seed = randomness.step_seed(self.seed, self.draws, 1)
      if noise is None:
        noise = randomness.batch_normal(tf.shape(mean)[0], self.config.z_size,
                                  randomness.step_seed(self.seed, self.draws, 0))
    code = mean if noise is None else mean + tf.sqrt(variance) * noise
    head, last_state = self.stroke_decoder(code, inputs["strokes"][:, :-1], dropout_seed,
                                           inputs.get("batch_rows"))
    return Outputs(mean, variance, code, self.mixture(code), self.image_decoder(code), head,
                   last_state)

  def losses_of(self, inputs: dict[str, tf.Tensor], outputs: Outputs, step: tf.Tensor,
                training: bool, mixture: Mixture | None = None
                ) -> tuple[dict[str, tf.Tensor], Mixture]:
    """Every loss term per drawing, float32 [B], and the updated mixture (not assigned).

    Args:
      inputs: as for `call`.
      outputs: of `call`.
      step: int scalar, decides EM or RPCL and the weight of the latent terms.
      training: which form of the reconstruction loss.
      mixture: the updated one, where these are not all rows of the batch.
    """
    if mixture is None:
      mixture = self.mixture.updated(outputs.posterior, outputs.mean, outputs.variance, step)
    terms = {
        "alpha_loss": losses.alpha_loss(outputs.posterior, mixture),
        "gaussian_loss": losses.gaussian_loss(outputs.posterior, outputs.mean, outputs.variance,
                                              mixture),
        "reconstruction_loss": losses.reconstruction_loss(
            stroke_distribution.from_head(outputs.head), inputs["strokes"][:, 1:], training),
        "image_loss": losses.image_loss(inputs["image"], outputs.image)}
    latent = schedules.kl_weight(step, self.config) * (terms["alpha_loss"] + terms["gaussian_loss"])
    terms["loss"] = (latent + terms["reconstruction_loss"]
                     + self.config.de_weight * terms["image_loss"])
    return terms, mixture

  def train_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """One step of Adam and one of the mixture, both on the global batch."""
    step = self.step.read_value()
    if self.config.accumulate_gradients > 1:
      gradients, terms, mixture = self._accumulated(data, step)
    else:
      gradients, terms, mixture = self._gradients(data, step)
    self._apply(gradients, step)
    self.mixture.assign(mixture)
    self.step.assign_add(1)
    self.draws.assign_add(1)
    return running_means.updated(self._means, terms)

  def test_step(self, data: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """The original's evaluation: code = mean, no dropout, step 1, pen loss masked.

    Drawings whose `weight` (float32 [B], optional) is 0 only fill up a batch and count nothing.
    """
    step = tf.constant(EVALUATION_STEP, tf.int64)
    terms, _ = self.losses_of(data, self(data), step, training=False)
    return running_means.updated(self._means, terms, data.get("weight"))

  def make_train_function(self, force: bool = False):
    """As Keras's; with trim_padding the step is traced once for each length of a batch."""
    if not self.config.trim_padding:
      return super().make_train_function(force)
    if self.train_function is None or force:
      self.train_function = shaped_steps.train_function(self)
    return self.train_function

  def _gradients(self, data, step, mixture=None):
    """This replica's share of the gradients, the loss terms, and the updated mixture."""
    with tf.GradientTape() as tape:
      terms, mixture = self.losses_of(data, self(data, training=True), step, True, mixture)
      objective = global_mean(terms["loss"])
    return tape.gradient(objective, self.trainable_variables), terms, mixture

  def _accumulated(self, data, step):
    """As `_gradients`, but only a part of the batch is worked on at a time.

    The mixture's update, which the losses look at, is that of the whole batch, so all images are
    encoded once before.
    """
    count = self.config.accumulate_gradients
    rows = micro_batches.number_of_rows(data["image"])
    seed = randomness.step_seed(self.seed, self.draws, 0)
    data = {**data, "noise": randomness.batch_normal(rows, self.config.z_size, seed)}
    parts = micro_batches.split(data, count)
    mean, variance = micro_batches.joined(tf.map_fn(
        self.encoder, parts["image"], fn_output_signature=(tf.float32, tf.float32),
        parallel_iterations=1))
    posterior = self.mixture(mean + tf.sqrt(variance) * data["noise"])
    mixture = self.mixture.updated(posterior, mean, variance, step)

    def gradients_of(part, index):
      batch_rows = micro_batches.rows_of_part(rows, count, index)
      return self._gradients({**part, "batch_rows": batch_rows}, step, mixture)[:2]

    gradients, terms = micro_batches.mean_gradients(parts, self.trainable_variables, gradients_of,
                                                    list(self._means))
    return gradients, terms, mixture

  def _apply(self, gradients, step):
    """Sums over the replicas, clips by value, then Adam at the step's learning rate."""
    limit = self.config.grad_clip
    clipped = [tf.clip_by_value(g, -limit, limit) for g in global_sum(gradients)]
    self.optimizer.learning_rate.assign(schedules.learning_rate(step, self.config))
    self.optimizer.apply_gradients(zip(clipped, self.trainable_variables),
                                   experimental_aggregate_gradients=False)

  def encode(self, image: tf.Tensor) -> dict[str, tf.Tensor]:
    """Images [B, W, W, 1] in [-1, 1] -> mean, variance [B, Z], posterior [B, K], component [B].

    The posterior and the component are those of the mean.
    """
    mean, variance = self.encoder(image)
    posterior = self.mixture(mean)
    return {"mean": mean, "variance": variance, "posterior": posterior,
            "component": tf.argmax(posterior, axis=-1, output_type=tf.int32)}

  def decode_image(self, code: tf.Tensor) -> tf.Tensor:
    """Codes [B, Z] -> images [B, W, W, 1] in (-1, 1)."""
    return self.image_decoder(code)

  def sample(self, code: tf.Tensor, temperature: tf.Tensor, seed: tf.Tensor,
             max_length: int | None = None, greedy: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
    """Codes -> strokes; see `sampling.sample_strokes`."""
    return sample_strokes(self.stroke_decoder, code, temperature, seed,
                          max_length or self.config.max_seq_len, greedy)

  def get_config(self) -> dict[str, Any]:
    return {"config": dataclasses.asdict(self.config), "seed": self.seed,
            "jit_compile_decoder": self.jit_compile_decoder}


def _dropout(config: RpclPix2SeqConfig) -> DecoderDropout:
  return DecoderDropout(
      config.recurrent_dropout_prob if config.use_recurrent_dropout else None,
      config.input_dropout_prob if config.use_input_dropout else None,
      config.output_dropout_prob if config.use_output_dropout else None)


def adam(config: RpclPix2SeqConfig) -> tf.keras.optimizers.legacy.Adam:
  """The original's optimiser: beta1 0.5, epsilon 1e-8.

  Keras's legacy Adam runs TensorFlow's fused kernel, the very one the original ran; the new
  one takes several passes over the weights on a CPU.
  """
  return tf.keras.optimizers.legacy.Adam(config.learning_rate, beta_1=0.5, epsilon=1e-8)
