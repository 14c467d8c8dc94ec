"""Warm-up requests, read back with message types made from the published field numbers."""

import numpy as np
import pytest
import tensorflow as tf

from pretrained import warmup_requests
from tests.pretrained.prediction_log import prediction_log_class

INPUTS = {"image": tf.TensorSpec([None, 48, 48, 1], tf.float32, "image"),
          "seed": tf.TensorSpec([None], tf.int32, "seed")}


def test_one_request_for_each_signature_and_batch_size(tmp_path):
  path = tmp_path / "requests"
  signatures = {"encode": {"image": INPUTS["image"]}, "reconstruct": INPUTS}
  assert warmup_requests.write(path, "bees", signatures, (1, 300)) == 4
  found = []
  for record in tf.data.TFRecordDataset(str(path)):
    request = prediction_log_class().FromString(record.numpy()).predict_log.request
    inputs = {item.key: tf.make_ndarray(item.value) for item in request.inputs}
    name, (size,) = request.model_spec.signature_name, {len(v) for v in inputs.values()}
    found.append((name, size))
    assert request.model_spec.name == "bees" and set(inputs) == set(signatures[name])
    for key, values in inputs.items():
      wanted = np.ones([size, *INPUTS[key].shape[1:]], INPUTS[key].dtype.as_numpy_dtype)
      np.testing.assert_array_equal(values, wanted, strict=True)
  assert found == [("encode", 1), ("encode", 300), ("reconstruct", 1), ("reconstruct", 300)]


def test_long_messages_have_long_lengths():
  content = bytes(300)
  encoded = warmup_requests._field(2, content)
  assert encoded[:3] == bytes([0x12, 0xAC, 0x02]) and encoded[3:] == content


def test_a_tensor_of_ones_is_short_whatever_its_shape():
  tensor = warmup_requests.ones(INPUTS["image"], 32)
  assert tensor.ByteSize() < 40
  np.testing.assert_array_equal(tf.make_ndarray(tensor), np.ones([32, 48, 48, 1], np.float32))


def test_too_many_requests_are_a_bug(tmp_path):
  with pytest.raises(ValueError, match="a server takes 1000"):
    warmup_requests.write(tmp_path / "x", "bees", {"a": {}}, range(1, 1002))


def test_a_size_that_is_not_known_is_a_bug():
  with pytest.raises(ValueError, match="needs the sizes"):
    warmup_requests.ones(tf.TensorSpec([None, None, 48, 1], tf.float32, "image"), 1)
