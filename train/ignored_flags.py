"""Flags of an original's command line that do nothing, so that its command lines still run."""

from absl import flags

from data_tools import cli

_names: list[str] = []


def define(*names: str) -> None:
  """Takes them."""
  _names.extend(names)
  for name in names:
    flags.DEFINE_string(name, None, "Taken, without effect.")


def say(why: str) -> None:
  """Tells which of them were given.

  Args:
    why: and what does what they seem to.
  """
  given = [f"--{name}" for name in _names if getattr(flags.FLAGS, name) is not None]
  if given:
    cli.say(f"{', '.join(given)}: without effect, {why}.")
