"""Warm-up requests of TensorFlow Serving, written without its Python package.

A server replays `assets.extra/tf_serving_warmup_requests` before it takes traffic, so that no
user waits for the first call of a signature. The file is a TFRecord of PredictionLog messages
(tensorflow_serving/apis: prediction_log.proto, predict.proto, model.proto). Only these fields are
used, so they are written by hand in the protocol buffers' wire format:

    PredictionLog   6: PredictLog
    PredictLog      1: PredictRequest
    PredictRequest  1: ModelSpec   2: map entry, repeated
    ModelSpec       1: model name  3: signature name
    map entry       1: input name  2: TensorProto

All of them are length-delimited: a tag byte (field number * 8 + 2), the length, the content.
"""

import os
from collections.abc import Iterable, Mapping

import tensorflow as tf

from tensorflow.core.framework import tensor_pb2

PATH = "assets.extra/tf_serving_warmup_requests"
MAX_RECORDS = 1000  # a server refuses to load a model that has more


def write(path: str | os.PathLike, model: str,
          signatures: Mapping[str, Mapping[str, tf.TensorSpec]],
          batch_sizes: Iterable[int]) -> int:
  """Writes one request for each signature and batch size, all inputs filled with ones.

  Args:
    path: the TFRecord file; its folder must exist.
    model: name of the servable.
    signatures: name -> inputs by name; the first axis is the batch, the others' sizes are known.
    batch_sizes: those that the batching file allows.

  Returns:
    The number of records.

  Raises:
    ValueError: there would be more records than a server takes, or a size is not known.
  """
  records = [_prediction_log(model, name, inputs, size)
             for name, inputs in sorted(signatures.items()) for size in batch_sizes]
  if len(records) > MAX_RECORDS:
    raise ValueError(f"{len(records)} warm-up requests, but a server takes {MAX_RECORDS}")
  with tf.io.TFRecordWriter(os.fspath(path)) as writer:
    for record in records:
      writer.write(record)
  return len(records)


def _prediction_log(model, signature, inputs, batch_size):
  model_spec = _field(1, model.encode()) + _field(3, signature.encode())
  request = _field(1, model_spec)
  for name, spec in inputs.items():
    tensor = ones(spec, batch_size).SerializeToString()
    request += _field(2, _field(1, name.encode()) + _field(2, tensor))
  return _field(6, _field(1, request))


def ones(spec: tf.TensorSpec, batch_size: int) -> tensor_pb2.TensorProto:
  """A tensor of ones. A single value stands for all, so it takes a few bytes whatever its shape.
  """
  if None in spec.shape[1:]:
    raise ValueError(f"a warm-up request needs the sizes of {spec}")
  tensor = tf.make_tensor_proto(1, dtype=spec.dtype, shape=[])
  for size in [batch_size, *spec.shape[1:]]:
    tensor.tensor_shape.dim.add(size=size)
  return tensor


def _field(number: int, content: bytes) -> bytes:
  return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
  """Seven bits a byte, lowest first; the eighth says that more follow."""
  encoded = bytearray()
  while value > 0x7F:
    encoded.append(value & 0x7F | 0x80)
    value >>= 7
  encoded.append(value)
  return bytes(encoded)
