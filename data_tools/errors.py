"""The one exception that a person who runs a command is meant to read."""


class UserError(Exception):
  """Bad input, told in one sentence: what was given, what was expected, what to do.

  `data_tools.cli.run` prints the sentence to stderr without a traceback and ends the
  program with exit code 1. Everything else that is raised is a bug and keeps its traceback.
  """
