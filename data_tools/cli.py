"""What every command line of the zoo shares: errors as sentences, results as JSON lines, progress.

Results go to stdout, progress and messages to stderr.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported

from absl import app, flags  # noqa: E402
from tqdm import tqdm  # noqa: E402

from data_tools import keras_2  # noqa: E402
from data_tools.errors import UserError  # noqa: E402

try:
  keras_2.choose()  # before TensorFlow is imported, too
except UserError as impossible:
  sys.exit(f"Error: {impossible}")

_PACKAGES = ("data_tools", "models", "train", "evaluate", "pretrained", "benchmarks")


def run(main: Callable[[], Any]) -> None:
  """Parses the flags, runs `main()` and exits: 0, 1 after a UserError, 2 for a wrong flag.

  Args:
    main: takes no arguments; reads absl flags; raises UserError for what the user can mend.
  """
  # Else strategies tell of every sum over replicas that is traced, twice.
  logging.getLogger("tensorflow").setLevel(logging.WARNING)
  app.run(lambda _: _guarded(main), flags_parser=_parse_flags)


def _guarded(main: Callable[[], Any]) -> None:
  try:
    main()
  except UserError as error:
    say(f"Error: {error}")
    sys.exit(1)
  except KeyboardInterrupt:
    say("Stopped.")
    sys.exit(130)


def _parse_flags(argv: Sequence[str]) -> list[str]:
  _show_shared_flags(argv[0])
  try:
    rest = flags.FLAGS(list(argv))
  except flags.Error as error:
    say(f"Error: {error} Pass --help to see the flags of this command.")
    sys.exit(2)
  if len(rest) > 1:
    say(f"Error: unexpected argument {rest[1]!r}: every option of this command is a flag, "
        "--name=value; pass --help to see them.")
    sys.exit(2)
  return rest


def _show_shared_flags(program: str) -> None:
  """Lets --help list the flags that modules of the zoo define for several commands, too."""
  for module, own_flags in flags.FLAGS.flags_by_module_dict().items():
    if module.split(".")[0] in _PACKAGES:
      for flag in own_flags:
        flags.FLAGS.register_key_flag_for_module(program, flag)


def say(message: str) -> None:
  """Prints one line of progress or explanation to stderr."""
  print(message, file=sys.stderr, flush=True)


def emit(result: dict[str, Any]) -> None:
  """Prints a result to stdout as one JSON line."""
  print(json.dumps(result, allow_nan=False), flush=True)


def progress(items: Iterable | None = None, *, total: int | None = None, desc: str = "",
             unit: str = "it", shown: bool = True) -> tqdm:
  """A progress bar on stderr, over `items` or fed with `.update(n)`; not `shown`, it is silent."""
  return tqdm(items, total=total, desc=desc, unit=unit, file=sys.stderr, dynamic_ncols=True,
              mininterval=0.5, disable=not shown)
