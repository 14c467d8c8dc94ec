"""Shared by the tests of training."""

import pytest
import tensorflow as tf


@pytest.fixture(scope="module", name="eagerly")
def run_functions_eagerly():
  """A module's training runs are not traced, which takes longer than their few small steps."""
  tf.config.run_functions_eagerly(True)
  yield
  tf.config.run_functions_eagerly(False)
