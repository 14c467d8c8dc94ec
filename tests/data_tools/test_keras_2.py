"""tf.keras is Keras 2 or a sentence says why not; on every set of packages."""

import importlib.metadata
import importlib.util
import os
import sys
import types

import pytest
import tensorflow as tf

from data_tools import keras_2
from data_tools.errors import UserError


@pytest.fixture
def installed(monkeypatch):
  """installed(tf_keras, keras): pretends that there are these; a version, or None."""
  def pretend(tf_keras: bool, keras: str | None):
    monkeypatch.setenv(keras_2.VARIABLE, "")  # so that what is set in the test is undone
    monkeypatch.delenv(keras_2.VARIABLE)
    monkeypatch.delitem(sys.modules, "tensorflow")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: tf_keras or None)

    def version(name):
      if keras is None:
        raise importlib.metadata.PackageNotFoundError(name)
      return keras
    monkeypatch.setattr(importlib.metadata, "version", version)
  return pretend


def in_use(monkeypatch, **keras):
  tensorflow = types.SimpleNamespace(keras=types.SimpleNamespace(**keras))
  monkeypatch.setitem(sys.modules, "tensorflow", tensorflow)


def test_the_tests_run_with_keras_2():
  assert tf.keras.layers.Layer.__module__.startswith(("keras.src.engine", "tf_keras.src.engine"))


def test_tf_keras_is_chosen_where_it_is_installed(installed, monkeypatch):
  for keras in ({}, {"__version__": "2.15.0"}):
    installed(tf_keras=True, keras="3.15.1")
    in_use(monkeypatch, **keras)
    keras_2.choose()
    assert os.environ[keras_2.VARIABLE] == "1"


@pytest.mark.parametrize("keras", ["2.15.0", None])
def test_where_it_is_not_it_is_not_asked_for(installed, monkeypatch, keras):
  installed(tf_keras=False, keras=keras)
  for given in (None, "1"):
    if given:
      monkeypatch.setenv(keras_2.VARIABLE, given)
    keras_2.choose()
    assert keras_2.VARIABLE not in os.environ


def test_keras_3_alone_is_refused(installed):
  installed(tf_keras=False, keras="3.15.1")
  with pytest.raises(UserError, match="Keras 3.15.1 is installed without .*; install tf-keras"):
    keras_2.choose()


def test_keras_3_asked_for_is_refused(installed, monkeypatch):
  installed(tf_keras=True, keras="3.15.1")
  monkeypatch.setenv(keras_2.VARIABLE, "0")
  with pytest.raises(UserError, match="TF_USE_LEGACY_KERAS=0, .*; set TF_USE_LEGACY_KERAS=1"):
    keras_2.choose()


def test_keras_3_in_use_is_refused(installed, monkeypatch):
  installed(tf_keras=True, keras="3.15.1")
  in_use(monkeypatch, __version__="3.15.1")
  with pytest.raises(UserError, match="tf.keras is Keras 3 in this program already"):
    keras_2.choose()
