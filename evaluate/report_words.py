"""How a report writes numbers and lists."""

from collections.abc import Sequence

NONE = "–"
_NAMES = 6  # that are listed in a sentence
_PERCENT = "\u00a0%"  # no line breaks in front of it


def percent(value: float | None) -> str:
  """A share of 1 in percent."""
  return NONE if value is None else f"{100 * value:.1f}{_PERCENT}"


def decimals(value: float | None, places: int) -> str:
  """A number with so many decimals."""
  return NONE if value is None else f"{value:,.{places}f}"


def count(value: int | None) -> str:
  """A number of things."""
  return NONE if value is None else f"{value:,}"


def share(name: str, part: float) -> str:
  """A name and how much of a whole it makes."""
  return f"{name}, {100 * part:.0f}{_PERCENT}" if name else NONE


def names(values: Sequence[str]) -> str:
  """Names for a sentence: all of a few, else how many."""
  if len(values) > _NAMES:
    return f"{len(values)} categories"
  return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} and {values[-1]}"


def duration(seconds: float) -> str:
  """Seconds to read: "3.2 s", "4 min 5 s", "2 h 3 min"."""
  if seconds < 60:
    return f"{seconds:.1f} s"
  minutes, rest = divmod(round(seconds), 60)
  if minutes < 60:
    return f"{minutes} min {rest} s"
  return f"{minutes // 60} h {minutes % 60} min"
