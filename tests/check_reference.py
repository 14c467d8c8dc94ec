"""Compares the zoo with a folder of arrays that one of the original programs wrote.

  python tests/check_reference.py --reference_dir=tests/reference/rpcl/synthetic
  python tests/check_reference.py --reference_dir=tests/reference/lmser
  python tests/check_reference.py --reference_dir=tests/reference/s2i

Prints a table to stdout (file, what was compared, tolerance, worst figure) and exits with 1 if a
comparison fails. What the folder lacks is skipped. With --as_shipped only the forward files are
compared, with our own rounding in place of the original's (see original_rounding.py).
"""

import itertools
import logging
import os
import pathlib
import sys

# The convolutions of the original are Eigen's. oneDNN's round differently, which in six training
# steps can put a ReLU input on the other side of zero.
if "--as_shipped" not in sys.argv:
  os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # has to be there before TensorFlow is imported

# The folder of this script is on the path, whose tests/models would hide the package `models`.
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))

from data_tools import cli  # noqa: E402  (before TensorFlow is imported)

from absl import flags  # noqa: E402

from data_tools.errors import UserError  # noqa: E402
from tests.reference_checks import programs  # noqa: E402

_REFERENCE_DIR = flags.DEFINE_string("reference_dir", None, "Folder of one reference set.",
                                     required=True)
_AS_SHIPPED = flags.DEFINE_bool("as_shipped", False, "Our own rounding, forward files only.")
_ONLY = flags.DEFINE_list("only", [], "Files to check; default: all that are there.")


def main() -> None:
  for noisy in ("pyvips", "tensorflow"):
    logging.getLogger(noisy).setLevel(logging.ERROR)
  folder = pathlib.Path(_REFERENCE_DIR.value)
  checks = programs.AS_SHIPPED if _AS_SHIPPED.value else programs.checks_of(folder)
  failed = compared = 0
  for file in _ONLY.value or checks:
    if file not in checks or not (folder / file).exists():
      why = "there is no check of it" if file not in checks else f"not in {folder}"
      print(f"{file:24} skipped: {why}", flush=True)
      continue
    for finding in itertools.chain.from_iterable(check(folder / file) for check in checks[file]):
      compared, failed = compared + 1, failed + (not finding.ok)
      print(f"{file:24} {finding.name:48} {finding.tolerance:9.1e} {finding.worst:9.1e} "
            f"{'ok' if finding.ok else 'FAILED'}", flush=True)
  print(f"{compared} comparisons, {failed} failed")
  if failed or not compared:
    raise UserError(f"{failed} of {compared} comparisons with {folder} failed; the table above "
                    "names them.")


if __name__ == "__main__":
  cli.run(main)
