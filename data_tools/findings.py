"""How the checkers of data folders tell what they found."""

from collections.abc import Callable, Sequence
from typing import Any

from data_tools.errors import UserError

_NAMES_SHOWN = 5


def attempt(problems: list[str], action: Callable[[], Any]) -> Any:
  """The result of an action; or None, and what it raised as UserError is one problem more."""
  try:
    return action()
  except UserError as error:
    problems.append(str(error))
    return None


def show(problems: Sequence[str], notes: Sequence[str]) -> None:
  """Prints every sentence to stdout, and how many there are."""
  for kind, sentences in (("Problem", problems), ("Note", notes)):
    for sentence in sentences:
      print_line(f"{kind}: {sentence}")
  print(f"{counted(len(problems), 'problem')}, {counted(len(notes), 'note')}")


def print_line(line: str) -> None:
  """Prints a line to stdout; a file name that is not UTF-8 is shown with its bytes escaped."""
  print(line.encode("utf-8", "backslashreplace").decode("utf-8"))


def refuse(what: str, problems: Sequence[str], have: str = "has") -> None:
  """Raises UserError if there are problems.

  Args:
    what: was looked at.
    problems: that were shown.
    have: the verb.
  """
  if problems:
    raise UserError(f"{what} {have} {counted(len(problems), 'problem')}; mend what is listed above "
                    "and check again.")


def counted(number: int, one: str, several: str | None = None) -> str:
  """Such as "no notes", "1 note", "2 notes".

  Args:
    number: how many.
    one: the word for one.
    several: the word for another number, if it is not `one` with an s.
  """
  return f"{number or 'no'} {one if number == 1 else several or f'{one}s'}"


def some(names: Sequence[str]) -> str:
  """The first five names, and how many more there are."""
  more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
  return ", ".join(names[:_NAMES_SHOWN]) + more
