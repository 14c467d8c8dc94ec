"""Drawing a whole batch of sketches inside one graph.

Source of the rules: `sample.py` of RPCL-pix2seq (Zang et al., 2021) after sketch-rnn, which draw
one sketch at a time with one session call a point.
"""

import functools

import tensorflow as tf

from models.layers import randomness
from models.layers.compiled import compiled
from models.layers.recurrent.gates import gate_major
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
    decoder: a built decoder. Its `jit_compile` also compiles all of a step but the big products
      (which TensorFlow's own kernels spread better over CPU cores).
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
  cell = decoder.cell
  draw = _greedy if greedy else _Random(temperature)
  numbers = tf.zeros([max_length, rows, 0]) if greedy else _all_random_numbers(seed, max_length)
  of_code = cell.input_products(code, first=POINT_SIZE)
  # Read before the loop: inside it, the slices among the kernels would be copied at every step.
  parts = [part for part, _ in cell.state_kernels()]
  kernels = [tf.convert_to_tensor(kernel) for _, kernel in cell.state_kernels()]
  advance = compiled(functools.partial(_advance, decoder, draw), decoder.jit_compile)

  def body(step, point, state, finished, length, strokes):
    products = tuple(tf.matmul(state[part], kernel) for part, kernel in zip(parts, kernels))
    point, state, finished = advance(point, state, products, of_code, numbers[step], finished)
    length += tf.cast(tf.logical_not(finished), tf.int32)
    return step + 1, point, state, finished, length, strokes.write(step, point)

  strokes = tf.TensorArray(tf.float32, max_length, element_shape=[code.shape[0], POINT_SIZE])
  step, _, _, _, length, strokes = tf.while_loop(
      lambda step, point, state, finished, *_: tf.logical_not(tf.reduce_all(finished)), body,
      (tf.constant(0), tf.tile([START], [rows, 1]), cell.unpack(decoder.initial(code)),
       tf.zeros([rows], tf.bool), tf.zeros([rows], tf.int32), strokes),
      maximum_iterations=max_length)
  drawn = tf.transpose(strokes.stack(), [1, 0, 2])  # [B, T, 5], zeros after `step`
  unfinished = tf.range(max_length)[None, :, None] < step
  drawn = tf.where(unfinished, drawn, tf.constant(END))
  return tf.ensure_shape(drawn, [code.shape[0], max_length, POINT_SIZE]), length


def _advance(decoder, draw, point, state, products, of_code, numbers, finished):
  """The rest of a step after the products of the state [B, width]: the next point and state."""
  inputs = tuple(a + b for a, b in zip(decoder.cell.input_products(point), of_code))
  state = decoder.cell.update(inputs, tuple(gate_major(p) for p in products), state, None,
                              decoder.cell.small_weights())
  head = decoder.head(state[decoder.cell.output_index])
  point = draw(stroke_distribution.from_head(head), numbers)  # [B, 5]
  finished = tf.logical_or(finished, point[:, 4] > 0.5)
  return tf.where(finished[:, None], tf.constant(END), point), state, finished


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

  def __init__(self, temperature):
    self._temperature = temperature  # [B]

  def __call__(self, distribution: StrokeDistribution, numbers: tf.Tensor) -> tf.Tensor:
    for_mixture, for_pen, along, across = tf.unstack(numbers, num=4, axis=-1)  # [B] each
    mixture = pick(adjust_temperature(distribution.pi, self._temperature), for_mixture)
    pen = pick(adjust_temperature(tf.nn.softmax(distribution.pen_logits), self._temperature),
               for_pen)
    mu_x, mu_y, sigma_x, sigma_y, rho = _of_mixture(distribution, mixture)
    dx = mu_x + self._temperature * sigma_x * along
    dy = mu_y + self._temperature * sigma_y * (rho * along
                                               + tf.sqrt(1.0 - tf.square(rho)) * across)
    return _point(dx, dy, pen)


def _all_random_numbers(seed, steps):
  """For each step and row two uniforms and two normals: float32 [steps, B, 4]."""
  numbers = tf.map_fn(lambda row: _random_numbers(row, steps), seed,
                      fn_output_signature=tf.TensorSpec([steps, 4], tf.float32))
  return tf.transpose(numbers, [1, 0, 2])


def _random_numbers(seed, steps):
  """Those of one row, from its seed: float32 [steps, 4]."""
  pair = lambda purpose: tf.stack([tf.cast(seed, tf.int32), purpose])
  return tf.concat([randomness.uniform([steps, 2], pair(0)),
                    randomness.normal([steps, 2], pair(1))], axis=-1)


def _greedy(distribution: StrokeDistribution, numbers: tf.Tensor) -> tf.Tensor:
  mixture = tf.argmax(distribution.pi, axis=-1)
  mu_x, mu_y, *_ = _of_mixture(distribution, mixture)
  return _point(mu_x, mu_y, tf.argmax(distribution.pen_logits, axis=-1))


def _of_mixture(distribution, index):
  """mu_x, mu_y, sigma_x, sigma_y, rho of one mixture of each row, [B] each."""
  chosen = tf.one_hot(index, MIXTURES)
  return [tf.reduce_sum(values * chosen, axis=-1) for values in distribution[2:]]


def _point(dx, dy, pen):
  return tf.concat([dx[:, None], dy[:, None], tf.one_hot(pen, 3)], axis=-1)  # [B, 5]
