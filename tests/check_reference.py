"""Compares the zoo with a folder of arrays that the original RPCL-pix2seq wrote.

  python tests/check_reference.py --reference_dir=tests/reference/rpcl/synthetic

Prints a table to stdout (file, what was compared, tolerance, worst figure) and exits with 1 if a
comparison fails. What the folder lacks is skipped. With --as_shipped only the forward files are
compared, with our own rounding in place of the original's (see original_rounding.py).
"""

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
from tests.reference_checks import (cells, checkpoint, forward, hparams_text,  # noqa: E402
                                    raster_images, retrieval_scores, sampling,
                                    stroke_arrays, training)

CELLS = ("lstm", "layer_norm", "hyper")
CHECKS = {**{f"cells_{cell}.npz": cells.check for cell in CELLS},
          **{f"forward_{cell}.npz": forward.check for cell in CELLS},
          **{f"train_{cell}.npz": training.check for cell in CELLS},
          "tf1_checkpoint": checkpoint.check, "sampling.npz": sampling.check,
          "raster.npz": raster_images.check, "strokes.npz": stroke_arrays.check,
          "retrieval.npz": retrieval_scores.check, "hparams.json": hparams_text.check}
SHIPPED_CHECKS = {f"forward_{cell}.npz": forward.check_shipped for cell in CELLS}

_REFERENCE_DIR = flags.DEFINE_string("reference_dir", None, "Folder of one reference set.",
                                     required=True)
_AS_SHIPPED = flags.DEFINE_bool("as_shipped", False, "Our own rounding, forward files only.")
_ONLY = flags.DEFINE_list("only", [], "Files to check; default: all that are there.")


def main() -> None:
  for noisy in ("pyvips", "tensorflow"):
    logging.getLogger(noisy).setLevel(logging.ERROR)
  folder = pathlib.Path(_REFERENCE_DIR.value)
  failed = compared = 0
  for file, check in (SHIPPED_CHECKS if _AS_SHIPPED.value else CHECKS).items():
    if _ONLY.value and file not in _ONLY.value:
      continue
    if not (folder / file).exists():
      print(f"{file:24} skipped: not in {folder}", flush=True)
      continue
    for finding in check(folder / file):
      compared, failed = compared + 1, failed + (not finding.ok)
      print(f"{file:24} {finding.name:48} {finding.tolerance:9.1e} {finding.worst:9.1e} "
            f"{'ok' if finding.ok else 'FAILED'}", flush=True)
  print(f"{compared} comparisons, {failed} failed")
  if failed or not compared:
    raise UserError(f"{failed} of {compared} comparisons with {folder} failed; the table above "
                    "names them.")


if __name__ == "__main__":
  cli.run(main)
