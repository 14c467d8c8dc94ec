"""Strokes as few bytes: variable-length numbers, 7 bits a byte.

Each row (dx, dy, pen lifted) is two numbers: 2 z(dx) + lifted and z(dy), where z takes signed to
unsigned, 0, -1, 1, -2, ... to 0, 1, 2, 3, ... A number's lowest 7 bits come first; a byte's highest
bit says that more follow. Small offsets take one byte. Smaller than zlib: docs/shards.md.
"""

import numpy as np
import tensorflow as tf

_MOST = 3  # bytes of a number: 17 bits
_SHIFTS = 7 * np.arange(_MOST)


def pack(strokes: np.ndarray) -> bytes:
  """Bytes of one drawing.

  Args:
    strokes: int16 [n, 3] = (dx, dy, pen lifted: 0 or 1).

  Raises:
    ValueError: another type or shape, or a pen that is neither 0 nor 1.
  """
  if strokes.dtype != np.int16 or strokes.ndim != 2 or strokes.shape[1] != 3:
    raise ValueError(f"expected int16 [n, 3]; got {strokes.dtype} {list(strokes.shape)}")
  wide = strokes.astype(np.int64)
  if ((wide[:, 2] != 0) & (wide[:, 2] != 1)).any():
    raise ValueError("the pen column holds more than 0 and 1")
  numbers = (wide[:, :2] << 1) ^ (wide[:, :2] >> 63)
  numbers[:, 0] = numbers[:, 0] << 1 | wide[:, 2]
  rest = numbers.reshape(-1, 1) >> _SHIFTS  # [2 n, 3]
  more = (rest >> 7) > 0
  needed = (rest > 0) | (_SHIFTS == 0)
  return ((rest & 127) | (more << 7)).astype(np.uint8)[needed].tobytes()


def unpack(content: bytes, length: int) -> np.ndarray:
  """One drawing from its bytes, everything checked.

  Args:
    content: of `pack`.
    length: n.

  Returns:
    int16 [n, 3].

  Raises:
    ValueError: the bytes are not those of n rows.
  """
  data = np.frombuffer(content, np.uint8).astype(np.int64)
  last = data < 128
  if last.sum() != 2 * length or (len(data) and not last[-1]):
    raise ValueError(f"the strokes hold {last.sum()} whole numbers where {2 * length} are declared")
  ends = np.flatnonzero(last)
  begins = np.concatenate([[0], ends[:-1] + 1]) if length else ends
  sizes = ends - begins + 1
  if (sizes > _MOST).any():
    raise ValueError(f"the strokes hold a number of more than {_MOST} bytes")
  places = np.arange(len(data)) - np.repeat(begins, sizes)
  numbers = np.add.reduceat((data & 127) << (7 * places), begins) if length else ends
  return _rows(numbers.reshape(length, 2))


def _rows(numbers: np.ndarray) -> np.ndarray:
  lifted = numbers[:, 0] & 1
  zigzag = np.column_stack([numbers[:, 0] >> 1, numbers[:, 1]])
  if (zigzag >= 2**16).any():
    raise ValueError("the strokes hold an offset that does not fit int16")
  offsets = (zigzag >> 1) ^ -(zigzag & 1)
  return np.column_stack([offsets, lifted]).astype(np.int16)


def unpack_batch(contents: tf.Tensor, lengths: tf.Tensor, max_length: int) -> tf.Tensor:
  """`unpack` of many drawings at once, in TensorFlow's graph, unchecked.

  Args:
    contents: string [B], of `pack`.
    lengths: int [B].
    max_length: T; rows beyond it are cut off.

  Returns:
    int32 [B, T, 3], zeros behind the ends.
  """
  data = tf.io.decode_raw(tf.strings.reduce_join(contents), tf.uint8)  # [M], all drawings' bytes
  data = tf.cast(data, tf.int32)
  last = tf.cast(data < 128, tf.int32)
  which = tf.cumsum(last, exclusive=True)  # the number that each byte belongs to
  positions = tf.range(tf.size(data))
  begins = tf.concat([[0], tf.boolean_mask(positions, last > 0) + 1], 0)
  shifts = 7 * (positions - tf.gather(begins, which))
  numbers = tf.math.segment_sum(tf.bitwise.left_shift(data & 127, shifts), which)
  first, second = numbers[0::2], numbers[1::2]
  rows = tf.stack([_signed(tf.bitwise.right_shift(first, 1)), _signed(second), first & 1], 1)
  ragged = tf.RaggedTensor.from_row_lengths(rows, lengths, validate=True)
  return ragged.to_tensor(shape=[None, max_length, 3])


def _signed(zigzag: tf.Tensor) -> tf.Tensor:
  return tf.bitwise.bitwise_xor(tf.bitwise.right_shift(zigzag, 1), -(zigzag & 1))
