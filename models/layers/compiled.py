"""Graph functions that XLA may compile, and how many programs it has been given."""

import collections
from collections.abc import Callable
from typing import Any

import tensorflow as tf

_COUNTS: collections.Counter[str] = collections.Counter()  # of this process
_PROGRAMS = "programs"


def compiled(body: Callable[..., Any], jit_compile: bool) -> Callable[..., Any]:
  """`tf.function` without AutoGraph.

  Args:
    body: of tensors whose shapes are static where XLA is to compile it.
    jit_compile: compile it with XLA; each time that it is traced is one more program.
  """
  if not jit_compile:
    return tf.function(body, autograph=False)

  def counted(*arguments):
    _COUNTS[_PROGRAMS] += 1  # while it is traced, not when it runs
    return body(*arguments)

  return tf.function(counted, autograph=False, jit_compile=True)


def programs() -> int:
  """How many programs XLA has been given by `compiled` in this process."""
  return _COUNTS[_PROGRAMS]
