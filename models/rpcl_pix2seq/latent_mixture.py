"""The latent mixture as a layer: its variables, its update, and as a distribution."""

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from models.layers.replicas import global_sum
from models.rpcl_pix2seq import mixture as maths
from models.rpcl_pix2seq.mixture import Mixture


@tf.keras.utils.register_keras_serializable("sketch_zoo.rpcl_pix2seq")
class LatentMixture(tf.keras.layers.Layer):
  """Self-organised mixture of K Gaussians over the latent code.

  Args:
    components: K.
    z_size: Z.
    momentum: share of the old value at an update.
    delearning_rate: how far a rival is pushed away in an RPCL step.
    min_variance: lower bound of the variances.
    rpcl_start: the last step that is EM only.
    rpcl_period: after that, every step divisible by this is RPCL.
    seed: of the start values.

  Attributes:
    means: [K, Z], uniform in [-1, 1] at the start; variances: [K, Z], ones;
    mixture_weights: [K, 1], 1 / K. None of them is trained by gradient.

  Source: Zang, Tu & Xu, Neural Networks 137 (2021).
  """

  def __init__(self, components: int, z_size: int, momentum: float = 0.95,
               delearning_rate: float = 1e-4, min_variance: float = 1e-10, rpcl_start: int = 500,
               rpcl_period: int = 3, seed: int = 0, **kwargs):
    super().__init__(dtype="float32", **kwargs)
    self.components, self.z_size = components, z_size
    self.momentum, self.delearning_rate = momentum, delearning_rate
    self.min_variance = min_variance
    self.rpcl_start, self.rpcl_period, self.seed = rpcl_start, rpcl_period, seed
    self.means = self._variable("means", [components, z_size],
                                tf.keras.initializers.RandomUniform(-1.0, 1.0, seed))
    self.variances = self._variable("variances", [components, z_size], "ones")
    self.mixture_weights = self._variable("weights", [components, 1],
                                   tf.keras.initializers.Constant(1.0 / components))

  def _variable(self, name, shape, initializer):
    # Every replica computes the same value from all-reduced sums and writes it.
    return self.add_weight(name, shape, initializer=initializer, trainable=False,
                           aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)

  def current(self) -> Mixture:
    """The parameters as they stand."""
    return Mixture(self.means.read_value(), self.variances.read_value(),
                   self.mixture_weights.read_value())

  def call(self, codes: tf.Tensor) -> tf.Tensor:
    """Posterior of codes [B, Z] under the mixture: float32 [B, K]."""
    return maths.posterior(codes, self.current())

  def updated(self, p: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor,
              step: tf.Tensor) -> Mixture:
    """The mixture after one EM or RPCL step on the global batch; nothing is assigned.

    Args:
      p: posterior, float32 [B, K].
      mean: float32 [B, Z] of the encoder.
      variance: float32 [B, Z] of the encoder.
      step: int scalar; decides between EM and RPCL.

    Returns:
      The new parameters, without gradient.
    """
    step = tf.cast(step, tf.int64)
    rpcl = tf.logical_and(step > self.rpcl_start, tf.equal(step % self.rpcl_period, 0))
    r = tf.where(rpcl, maths.rpcl_responsibilities(p, self.delearning_rate), p)
    new = maths.batch_estimate(r, mean, variance, global_sum)
    blended = maths.blend(self.current(), new, self.momentum, self.min_variance)
    return Mixture(*map(tf.stop_gradient, blended))

  def assign(self, mixture: Mixture) -> None:
    """Makes `mixture` the current parameters."""
    self.means.assign(mixture.means)
    self.variances.assign(mixture.variances)
    self.mixture_weights.assign(mixture.weights)

  def distribution(self) -> tfp.distributions.MixtureSameFamily:
    """The mixture as a distribution over codes: `.sample(n, seed)`, `.log_prob(codes)`.

    Training uses the formulas of `mixture.py` instead, which are several times faster.
    """
    means, variances, weights = self.current()
    return tfp.distributions.MixtureSameFamily(
        tfp.distributions.Categorical(probs=weights[:, 0]),
        tfp.distributions.MultivariateNormalDiag(means, tf.sqrt(variances)))

  def component(self, index: int) -> tfp.distributions.MultivariateNormalDiag:
    """One Gaussian of the mixture, to sample codes of one kind of drawing."""
    return tfp.distributions.MultivariateNormalDiag(self.means[index],
                                                    tf.sqrt(self.variances[index]))

  def live(self) -> np.ndarray:
    """Which components are alive: bool [K], weight above a tenth of the even share 1 / K.

    A component that wins no codes loses 5 % of its weight at every update, so it falls below
    this bound some fifty steps after its last win.
    """
    return self.mixture_weights.numpy()[:, 0] > 0.1 / self.components

  def get_config(self) -> dict:
    return {**super().get_config(), "components": self.components, "z_size": self.z_size,
            "momentum": self.momentum, "delearning_rate": self.delearning_rate,
            "min_variance": self.min_variance,
            "rpcl_start": self.rpcl_start, "rpcl_period": self.rpcl_period, "seed": self.seed}
