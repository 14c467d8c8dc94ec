"""Flags of their own for hyperparameters: all, where the original's command line had them, or some.
"""

import dataclasses
import typing
from collections.abc import Collection

from absl import flags

from models import hparams


def define(config: type, names: Collection[str] | None = None) -> None:
  """Defines --NAME for the fields of a config class; not given, the preset's value holds.

  Booleans are proper ones: --name, --noname, --name=true. Lists are written 286,286.

  Args:
    config: the class.
    names: of its fields; None: all.
  """
  for field in _fields(config, names):
    kind, words = _kind_of(config, field), field.metadata["help"]
    if kind is bool:
      flags.DEFINE_boolean(field.name, None, words)
    else:
      allowed = hparams.allowed_text(field.metadata["allowed"])
      flags.DEFINE_string(field.name, None, f"{words} {allowed and f'({allowed})'}".strip())


def given(config: type, names: Collection[str] | None = None) -> str:
  """What the command line gave, as text for `hparams.parse`; empty if nothing. See `define`."""
  values = {field: getattr(flags.FLAGS, field.name) for field in _fields(config, names)}
  return ", ".join(_assignment(config, field, value) for field, value in values.items()
                   if value is not None)


def _fields(config, names):
  return [field for field in dataclasses.fields(config) if names is None or field.name in names]


def _assignment(config, field, value) -> str:
  kind = _kind_of(config, field)
  if typing.get_origin(kind) is tuple:
    return f"{field.name}=[{value.strip('()[] ')}]"
  return f"{field.name}={str(value).lower() if kind is bool else value}"


def _kind_of(config, field):
  return typing.get_type_hints(config)[field.name]
