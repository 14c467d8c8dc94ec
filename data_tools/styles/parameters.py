"""Parameters of a sketch style: frozen dataclasses whose fields know their meaning and limits."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, TypeVar

from data_tools.category_names import suggestion
from data_tools.errors import UserError

_WORDS = {"above": "above", "at_least": "of at least", "at_most": "at most"}


def parameter(default: int | float, meaning: str, **limits: float) -> Any:
  """A field of a `Parameters` class.

  Args:
    default: an int where whole numbers are meant, else a float.
    meaning: one sentence with the unit, for people.
    **limits: above, at_least, at_most.
  """
  if limits.keys() - _WORDS.keys():
    raise ValueError(f"the limits of a parameter are {', '.join(_WORDS)}, not {', '.join(limits)}")
  return dataclasses.field(default=default, metadata={"meaning": meaning, "limits": limits})


@dataclasses.dataclass(frozen=True)
class Parameters:
  """Base of the parameter classes; checks every field when one is made.

  Raises:
    UserError: a value is no finite number, not whole where it must be, or outside its limits.
  """

  def __post_init__(self):
    for field in dataclasses.fields(self):
      value = _number(field, getattr(self, field.name))
      object.__setattr__(self, field.name, value)


Style = TypeVar("Style", bound=Parameters)


def make(cls: type[Style], values: Mapping[str, Any]) -> Style:
  """Makes parameters from names and values; what is not named keeps its default.

  Args:
    cls: a subclass of `Parameters`.
    values: field name -> number, or the text of a number.

  Raises:
    UserError: a name is unknown, or a value is refused.
  """
  known = [field.name for field in dataclasses.fields(cls)]
  for name in values:
    if name not in known:
      near = suggestion(name, known)
      hint = f"did you mean {near!r}?" if near else f"choose from {', '.join(known)}."
      raise UserError(f"{cls.__name__} has no parameter {name!r}; {hint}")
  return cls(**values)


def markdown_table(cls: type[Parameters]) -> str:
  """The parameters of a class as a Markdown table, for the documentation."""
  rows = ["| parameter | default | allowed | meaning |", "|---|---|---|---|"]
  rows += [f"| `{field.name}` | {field.default} | {_allowed(field)} | "
           f"{field.metadata['meaning']} |" for field in dataclasses.fields(cls)]
  return "\n".join(rows)


def _number(field: dataclasses.Field, value: Any) -> int | float:
  """The value of a field as its kind of number."""
  kind = type(field.default)
  try:
    number = float(value)
    fits = (not isinstance(value, bool) and math.isfinite(number) and kind(number) == number
            and _within(number, field.metadata["limits"]))
  except (TypeError, ValueError, OverflowError):
    fits = False
  if not fits:
    raise UserError(f"{field.name} is {value!r}, but it must be {_allowed(field)}.")
  return kind(number)


def _within(number: float, limits: Mapping[str, float]) -> bool:
  return (limits.get("above", -math.inf) < number
          and limits.get("at_least", -math.inf) <= number <= limits.get("at_most", math.inf))


def _allowed(field: dataclasses.Field) -> str:
  """The kind and the limits in words, such as "a number above 0 and at most 1"."""
  kind = "a whole number" if isinstance(field.default, int) else "a number"
  limits = [f"{words} {field.metadata['limits'][rule]}" for rule, words in _WORDS.items()
            if rule in field.metadata["limits"]]
  return f"{kind} {' and '.join(limits)}".rstrip()
