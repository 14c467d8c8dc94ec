"""--strategy: what it makes, what it refuses, and which rows a worker gets."""

import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from tests.models import tiny_contextual_gan
from tests.strategies import replicas
from train import cluster, contextual_gan_run, devices
from train.contextual_gan_options import ContextualGanOptions

TWO = {"worker": ["a:1", "b:2"]}


def config(workers=None, **task):
  return json.dumps({"cluster": workers or TWO, "task": {"type": "worker", "index": 0, **task}})


@pytest.mark.parametrize("workers, task, expected", [
  (TWO, {}, (2, True)), (TWO, {"index": 1}, (2, False)),
  ({"chief": ["a:1"], "worker": ["b:2", "c:3"]}, {}, (3, False)),
  ({"chief": ["a:1"], "worker": ["b:2", "c:3"]}, {"type": "chief"}, (3, True)),
])
def test_who_is_chief(workers, task, expected):
  found = cluster.task(config(workers, **task))
  assert (found.workers, found.is_chief) == expected


@pytest.mark.parametrize("text, words", [
  (None, "needs the variable TF_CONFIG"), ("", "needs the variable TF_CONFIG"),
  ("{worker", "is no JSON"), ("[1]", "is no JSON object"), ("{}", "has no cluster"),
  ('{"cluster": {}}', "has no cluster"), (json.dumps({"cluster": TWO}), "has no task"),
  (json.dumps({"cluster": TWO, "task": {"type": "worker"}}), "no task with type and index"),
  (config(index=2), "has the index 2, but there are 2 of type worker"),
  (config(index=-1), "has the index -1"), (config(index="0"), "has the index '0'"),
  (config(index=True), "has the index True"), (config(type="evaluator"), "is a 'evaluator'"),
  (config({"worker": ["a:1"], "ps": ["b:2"]}), "cluster with ps"),
  (config({"worker": "a:1"}), "no list of addresses"),
  (config({"worker": ["a"]}), "no list of addresses"),
  (config({"worker": [":1"]}), "no list of addresses"),
  (config({"worker": ["a:1", "a:1"]}), "same address twice"),
  (config({"worker": ["a:1"], "chief": ["b:1", "c:1"]}), "more than one chief"),
])
def test_a_wrong_tf_config_is_a_sentence(text, words):
  with pytest.raises(UserError, match=words) as error:
    cluster.task(text)
  assert str(error.value).endswith(".") and "\n" not in str(error.value)


def train(tmp_path, **options):
  contextual_gan_run.run(ContextualGanOptions(log_root=str(tmp_path / "run"), **options))


@pytest.mark.parametrize("value, words", [(None, "it is not set"), ("{", "is no JSON"),
                                          (config(index=7), "has the index 7")])
def test_a_command_refuses_a_wrong_tf_config_at_once(tmp_path, monkeypatch, value, words):
  monkeypatch.delenv("TF_CONFIG", raising=False)
  if value:
    monkeypatch.setenv("TF_CONFIG", value)
  with pytest.raises(UserError, match=words):
    train(tmp_path, strategy="multi_worker")
  assert not (tmp_path / "run").exists() and cluster.is_chief()


def test_a_model_that_is_not_proven_is_refused(monkeypatch):
  monkeypatch.setenv("TF_CONFIG", config())
  with pytest.raises(UserError, match="trains contextual_gan, ia_cyclegan, .* not a_new_one;"):
    cluster.check("a_new_one")


@pytest.mark.parametrize("strategy", ["mirrored", "one_device"])
def test_several_workers_that_would_train_alone_are_refused(tmp_path, monkeypatch, strategy):
  monkeypatch.setenv("TF_CONFIG", config(index=1))
  with pytest.raises(UserError, match="names 2 workers, .* train alone, .*--strategy=multi_worker"):
    train(tmp_path, strategy=strategy)
  assert not (tmp_path / "run").exists()
  for other in (config({"worker": ["a:1"]}), "of another program", ""):
    monkeypatch.setenv("TF_CONFIG", other)
    cluster.refuse_unused()


def test_a_tpu_of_another_machine_is_a_sentence(tmp_path):
  with pytest.raises(UserError, match="--tpu=grpc://10.0.0.2:8470 is a TPU of another machine"):
    train(tmp_path, strategy="tpu", tpu="grpc://10.0.0.2:8470")


def test_strategies_of_one_machine():
  assert isinstance(devices.strategy(3), tf.distribute.MirroredStrategy)
  assert isinstance(devices.strategy(3, "one_device"), tf.distribute.OneDeviceStrategy)


def test_a_batch_that_replicas_cannot_share_is_a_sentence(monkeypatch):
  monkeypatch.setattr(devices, "connect", lambda *_: replicas(2))
  with pytest.raises(UserError, match="batch_size=3 can't be shared evenly by 2 devices"):
    devices.strategy(3)


def test_one_device_trains_like_mirrored():
  ends = []
  for name in ("mirrored", "one_device"):
    with devices.strategy(2, name).scope():
      model = tiny_contextual_gan.model()
    model.fit(tf.data.Dataset.from_tensors(tiny_contextual_gan.batch()).repeat(2), verbose=0)
    ends.append([variable.numpy() for variable in model.variables])
  for one, two in zip(*ends):
    np.testing.assert_array_equal(one, two)


def batches(count):
  """Batch i holds the rows 100 i + 0..7, as two tensors of different shapes."""
  rows = lambda i: 100 * i + tf.range(8, dtype=tf.int64)
  return tf.data.Dataset.range(count).map(
      lambda i: {"row": rows(i), "pair": tf.tile(rows(i)[:, None], [1, 2])})


@pytest.mark.parametrize("workers, each", [(1, 1), (2, 1), (2, 2), (4, 2), (1, 4)])
def test_the_replicas_of_all_workers_get_each_row_once_and_in_order(workers, each):
  whole = []
  for worker in range(workers):
    context = tf.distribute.InputContext(workers, worker, workers * each)
    parts = list(devices.own_rows(batches(3), context).as_numpy_iterator())
    assert len(parts) == 3 * each
    for part in parts:
      np.testing.assert_array_equal(part["pair"], np.stack([part["row"]] * 2, axis=1))
    whole.append(np.reshape([part["row"] for part in parts], [3, -1]))
  np.testing.assert_array_equal(np.concatenate(whole, axis=1),
                                100 * np.arange(3)[:, None] + np.arange(8))


def test_shapes_and_length_of_the_parts_are_known():
  context = tf.distribute.InputContext(2, 1, 4)
  parts = devices.own_rows(batches(3), context)
  assert parts.element_spec["pair"].shape == [2, 2] and parts.cardinality() == 6
  endless = devices.own_rows(batches(3).repeat(), context)
  assert endless.cardinality() == tf.data.INFINITE_CARDINALITY
