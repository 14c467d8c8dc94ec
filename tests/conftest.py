"""Shared set-up: two logical CPUs, so that a strategy can be tested with two replicas."""

import gc
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest  # noqa: E402

from data_tools import keras_2  # noqa: E402

keras_2.choose()

import tensorflow as tf  # noqa: E402

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)


def pytest_collection_finish():
  """What is imported stays; looking for garbage in it time and again is a quarter of the time."""
  gc.collect()
  gc.freeze()
  gc.set_threshold(100_000, 20, 20)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
  """Tests never read or write the user's cache folder."""
  folder = tmp_path_factory.getbasetemp() / "cache"
  monkeypatch.setenv("SKETCH_ZOO_CACHE", str(folder))
