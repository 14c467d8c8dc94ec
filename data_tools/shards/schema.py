"""One drawing as a tf.train.Example: the records of a shard. Described in docs/shards.md."""

import zlib
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from data_tools.shards import stroke_bytes

VERSION = 1
_LEVEL = 9  # of zlib; pictures are written once and read often
FEATURES = {
    "version": tf.io.FixedLenFeature([], tf.int64),
    "key_id": tf.io.FixedLenFeature([], tf.int64),
    "category": tf.io.FixedLenFeature([], tf.string),
    "length": tf.io.FixedLenFeature([], tf.int64),
    "strokes": tf.io.FixedLenFeature([], tf.string),
    "image": tf.io.FixedLenFeature([], tf.string),
}


class Record(NamedTuple):
  """One drawing of a shard.

  Attributes:
    key_id: 0 <= key_id < 2**64.
    category: its name.
    strokes: int16 [n, 3] = (dx, dy, pen lifted), in the units of the source, not clipped.
    image: uint8 [W, W], 0 ink, 255 paper.
  """

  key_id: int
  category: str
  strokes: np.ndarray
  image: np.ndarray


def encode(record: Record) -> bytes:
  """The serialised Example of a record.

  Raises:
    ValueError: see `stroke_bytes.pack`; also an image that is not uint8 [W, W].
  """
  image = record.image
  if image.dtype != np.uint8 or image.ndim != 2 or image.shape[0] != image.shape[1]:
    raise ValueError(f"expected uint8 [W, W]; got {image.dtype} {list(image.shape)}")
  signed = record.key_id - 2**64 if record.key_id >= 2**63 else record.key_id  # the same 64 bits
  features = {
      "version": _integer(VERSION), "key_id": _integer(signed),
      "category": _bytes(record.category.encode()), "length": _integer(len(record.strokes)),
      "strokes": _bytes(stroke_bytes.pack(record.strokes)),
      "image": _bytes(zlib.compress(image.tobytes(), _LEVEL))}
  example = tf.train.Example(features=tf.train.Features(feature=features))
  return example.SerializeToString(deterministic=True)


def decode(content: bytes, width: int) -> Record:
  """A record from its serialised Example, everything checked.

  Args:
    content: of `encode`.
    width: W.

  Raises:
    ValueError: it is another message, of another version, or its parts don't fit each other.
  """
  values = _values(content)
  if values["version"] != VERSION:
    raise ValueError(f"it is of version {values['version']}, not {VERSION}")
  strokes = stroke_bytes.unpack(values["strokes"], values["length"])
  unzip = zlib.decompressobj()
  try:
    pixels = unzip.decompress(values["image"], width * width + 1)
  except zlib.error as error:
    raise ValueError(f"its image can't be unpacked ({error})") from error
  if len(pixels) != width * width:
    raise ValueError(f"its image is not of {width} x {width} pixels")
  image = np.frombuffer(pixels, np.uint8).reshape(width, width)
  return Record(values["key_id"] % 2**64, values["category"].decode(), strokes, image)


def _values(content: bytes) -> dict[str, int | bytes]:
  """Name -> the one number or text of each feature."""
  try:
    features = tf.train.Example.FromString(content).features.feature
  except Exception as error:  # protobuf's DecodeError, whose home differs between its versions
    raise ValueError("it is no tf.train.Example") from error
  values = {}
  for name, feature in FEATURES.items():
    found = (features[name].int64_list if feature.dtype == tf.int64 else features[name].bytes_list)
    if len(found.value) != 1:
      raise ValueError(f"it holds {len(found.value)} values of {name!r} where one is expected")
    values[name] = found.value[0]
  return values


def _integer(value: int) -> tf.train.Feature:
  return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))


def _bytes(value: bytes) -> tf.train.Feature:
  return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
