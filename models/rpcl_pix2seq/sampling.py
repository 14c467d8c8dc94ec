"""Drawing a whole batch of sketches inside one graph.

Source of the rules: `sample.py` of RPCL-pix2seq (Zang et al., 2021) after sketch-rnn, which draw
one sketch at a time with one session call a point.
"""

import tensorflow as tf

from models.rpcl_pix2seq import stroke_distribution
from models.rpcl_pix2seq.stroke_decoder import POINT_SIZE, StrokeDecoder
from models.rpcl_pix2seq.stroke_distribution import MIXTURES, StrokeDistribution

START = (0.0, 0.0, 1.0, 0.0, 0.0)
END = (0.0, 0.0, 0.0, 0.0, 1.0)


def sample_strokes(decoder: StrokeDecoder, code: tf.Tensor, temperature: tf.Tensor,
                   seed: tf.Tensor, max_length: int, greedy: bool = False) -> tuple[
                       tf.Tensor, tf.Tensor]:
  """Draws one sketch per code.

  A row's random numbers depend on its own seed only, so a sketch does not depend on what else
  is in the batch. The loop ends when every sketch has.

  Args:
    decoder: a built decoder.
    code: float32 [B, Z].
    temperature: float32 [B], above 0; the default of the original is 0.24.
    seed: int32 [B].
    max_length: T, the most points a sketch may have.
    greedy: take the most likely mixture, its mean and the most likely pen state.

  Returns:
    strokes float32 [B, T, 5], rows from the end on are (0, 0, 0, 0, 1); length int32 [B],
    the points before the end.
  """
  rows = tf.shape(code)[0]
  draw = _greedy if greedy else _Random(temperature, seed, max_length)
  of_code = decoder.cell.input_products(code, first=POINT_SIZE)
  end = tf.constant(END)

  def body(step, point, state, finished, length, strokes):
    inputs = tuple(a + b for a, b in zip(decoder.cell.input_products(point), of_code))
    state = decoder.cell.step(inputs, state)
    head = decoder.head(state[decoder.cell.output_index])
    point = draw(stroke_distribution.from_head(head), step)  # [B, 5]
    finished = tf.logical_or(finished, point[:, 4] > 0.5)
    point = tf.where(finished[:, None], end, point)
    length += tf.cast(tf.logical_not(finished), tf.int32)
    return step + 1, point, state, finished, length, strokes.write(step, point)

  strokes = tf.TensorArray(tf.float32, max_length, element_shape=[code.shape[0], POINT_SIZE])
  step, _, _, _, length, strokes = tf.while_loop(
      lambda step, point, state, finished, *_: tf.logical_not(tf.reduce_all(finished)), body,
      (tf.constant(0), tf.tile([START], [rows, 1]), decoder.cell.unpack(decoder.initial(code)),
       tf.zeros([rows], tf.bool), tf.zeros([rows], tf.int32), strokes),
      maximum_iterations=max_length)
  drawn = tf.transpose(strokes.stack(), [1, 0, 2])  # [B, T, 5], zeros after `step`
  unfinished = tf.range(max_length)[None, :, None] < step
  drawn = tf.where(unfinished, drawn, end)
  return tf.ensure_shape(drawn, [code.shape[0], max_length, POINT_SIZE]), length


def adjust_temperature(probabilities: tf.Tensor, temperature: tf.Tensor) -> tf.Tensor:
  """softmax(log p / temperature): float32 [B, N], temperature [B] -> [B, N]."""
  return tf.nn.softmax(tf.math.log(probabilities) / temperature[:, None], axis=-1)


def pick(probabilities: tf.Tensor, uniform: tf.Tensor) -> tf.Tensor:
  """The first index at which the cumulated probability reaches `uniform`, else the last.

  Args:
    probabilities: float32 [B, N].
    uniform: float32 [B] in [0, 1).

  Returns:
    int32 [B].
  """
  below = tf.cumsum(probabilities, axis=-1) < uniform[:, None]
  return tf.minimum(tf.reduce_sum(tf.cast(below, tf.int32), axis=-1), probabilities.shape[-1] - 1)


class _Random:
  """Draws points at a temperature, from random numbers made before the loop."""

  def __init__(self, temperature, seed, max_length):
    self._temperature = temperature
    numbers = tf.map_fn(lambda row: _random_numbers(row, max_length), seed,
                        fn_output_signature=tf.TensorSpec([max_length, 4], tf.float32))
    self._numbers = tf.transpose(numbers, [1, 0, 2])  # [T, B, 4]

  def __call__(self, distribution: StrokeDistribution, step: tf.Tensor) -> tf.Tensor:
    for_mixture, for_pen, along, across = tf.unstack(self._numbers[step], axis=-1)
    mixture = pick(adjust_temperature(distribution.pi, self._temperature), for_mixture)
    pen = pick(adjust_temperature(tf.nn.softmax(distribution.pen_logits), self._temperature),
               for_pen)
    mu_x, mu_y, sigma_x, sigma_y, rho = _of_mixture(distribution, mixture)
    dx = mu_x + self._temperature * sigma_x * along
    dy = mu_y + self._temperature * sigma_y * (rho * along
                                               + tf.sqrt(1.0 - tf.square(rho)) * across)
    return _point(dx, dy, pen)


def _random_numbers(seed, steps):
  """Two uniforms and two normals for each step, from one row's seed: float32 [steps, 4]."""
  pair = lambda purpose: tf.stack([tf.cast(seed, tf.int32), purpose])
  return tf.concat([tf.random.stateless_uniform([steps, 2], pair(0)),
                    tf.random.stateless_normal([steps, 2], pair(1))], axis=-1)


def _greedy(distribution: StrokeDistribution, step: tf.Tensor) -> tf.Tensor:
  mixture = tf.argmax(distribution.pi, axis=-1)
  mu_x, mu_y, *_ = _of_mixture(distribution, mixture)
  return _point(mu_x, mu_y, tf.argmax(distribution.pen_logits, axis=-1))


def _of_mixture(distribution, index):
  """mu_x, mu_y, sigma_x, sigma_y, rho of one mixture of each row, [B] each."""
  chosen = tf.one_hot(index, MIXTURES)
  return [tf.reduce_sum(values * chosen, axis=-1) for values in distribution[2:]]


def _point(dx, dy, pen):
  return tf.concat([dx[:, None], dy[:, None], tf.one_hot(pen, 3)], axis=-1)  # [B, 5]
