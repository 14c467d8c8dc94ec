"""A pass through a network in training mode that leaves no trace."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf


def undisturbed(variables: Sequence[tf.Variable], work: Callable[[], Any]) -> Any:
  """The result of some work, after which the variables have the values from before it.

  For networks whose statistics move in every pass in training mode. Under a strategy it is called
  within a replica, and each replica's own values come back.

  Args:
    variables: that the work may change.
    work: what is done; its result is not changed.
  """
  before = [tf.identity(variable) for variable in variables]
  result = work()
  with tf.control_dependencies([one for one in tf.nest.flatten(result) if tf.is_tensor(one)]):
    for variable, value in zip(variables, before):
      variable.assign(value)
  return result
