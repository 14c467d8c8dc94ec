"""TensorFlow Serving's PredictionLog, made from the published field numbers; for tests."""

import functools

import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from tensorflow.core.framework import tensor_pb2  # makes tensor.proto known

# message -> field -> (number, type). tensorflow_serving/apis: prediction_log, predict, model.proto.
MESSAGES = {
    "ModelSpec": {"name": (1, "string"), "signature_name": (3, "string")},
    "Input": {"key": (1, "string"), "value": (2, "tensorflow.TensorProto")},
    "PredictRequest": {"model_spec": (1, "ModelSpec"), "inputs": (2, "repeated Input")},
    "PredictLog": {"request": (1, "PredictRequest")},
    "PredictionLog": {"predict_log": (6, "PredictLog")}}
PACKAGE = "sketch_zoo_test"


@functools.cache
def prediction_log_class():
  """The message class, which keeps fields that it does not know when it is written again."""
  field_type = descriptor_pb2.FieldDescriptorProto
  file = descriptor_pb2.FileDescriptorProto(
      name="warmup_test.proto", package=PACKAGE, syntax="proto3",
      dependency=[tensor_pb2.DESCRIPTOR.name])
  for message, fields in MESSAGES.items():
    described = file.message_type.add(name=message)
    for name, (number, kind) in fields.items():
      label = field_type.LABEL_REPEATED if "repeated" in kind else field_type.LABEL_OPTIONAL
      field = described.field.add(name=name, number=number, label=label)
      kind = kind.removeprefix("repeated ")
      if kind == "string":
        field.type = field_type.TYPE_STRING
      else:
        field.type = field_type.TYPE_MESSAGE
        field.type_name = f".{kind}" if "." in kind else f".{PACKAGE}.{kind}"
  pool = descriptor_pool.Default()
  pool.Add(file)
  return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.PredictionLog"))


def replayed(path, signatures) -> set[tuple[str, int]]:
  """Gives warm-up requests to the signatures they name, as a server does; only pairs are run.

  Returns:
    (signature, rows) of every request.
  """
  found = set()
  for record in tf.data.TFRecordDataset(str(path)):
    log = prediction_log_class().FromString(record.numpy())
    assert log.SerializeToString() == record.numpy(), "fields that the server does not know"
    request = log.predict_log.request
    inputs = {item.key: tf.constant(tf.make_ndarray(item.value)) for item in request.inputs}
    name, (size,) = request.model_spec.signature_name, {len(v) for v in inputs.values()}
    found.add((name, size))
    if size == 2:
      assert all(len(value) == 2 for value in signatures[name](**inputs).values())
  return found
