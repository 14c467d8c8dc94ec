"""Tells what is wrong with a folder of face photos and sketches, before any training.

  python data_tools/check_faces.py --data_dir=DIR --data_type=CUFS
  python data_tools/check_faces.py --data_dir=DIR --data_type=CUFS --write_lists=LISTS_DIR

DIR holds CUHK, AR, XM2VTS, CUFSF; each with the folders Training Photos, Training Sketches,
Testing Photos and Testing Sketches; photo and sketch of a face have the same name. Pictures are
200 x 250 pixels (width x height) or have that ratio. Prints a table, each problem as a sentence and
one JSON line; exits with 1 if there are problems.
"""

import os
from typing import Any

from absl import flags

from data_tools import cli, findings
from data_tools.faces import face_check, layout, pairs

_DATA_DIR = flags.DEFINE_string("data_dir", None, "Folder that holds the sets' folders.",
                                required=True)
_DATA_TYPE = flags.DEFINE_string("data_type", "CUFS",
                                 f"Which sets: {', '.join(layout.DATA_TYPES)}.")
_WRITE_LISTS = flags.DEFINE_string(
    "write_lists", None, "Folder to write the lists of pairs to, if there are no problems, such as "
    "CUFS_train_photo_paths.txt.")


def main() -> None:
  """Reads the flags, looks at every picture and reports."""
  report = face_check.inspect(_DATA_DIR.value, _DATA_TYPE.value)
  _show(report)
  written = []
  if _WRITE_LISTS.value and not report.problems:
    written = pairs.write_lists(_WRITE_LISTS.value, _DATA_DIR.value, _DATA_TYPE.value)
  cli.emit(_as_json(report, written))
  findings.refuse(_DATA_DIR.value, report.problems)


def _as_json(report: face_check.Report, written: list[os.PathLike]) -> dict[str, Any]:
  return {**report.as_json(), "data_dir": _DATA_DIR.value,
          "data_type": layout.data_type(_DATA_TYPE.value), "lists": [str(path) for path in written]}


def _show(report: face_check.Report) -> None:
  print(f"{'set':8} {'split':6} {'pairs':>6} {'published':>10} {'resized':>8}")
  for (face_set, split), counts in report.counts.items():
    print(f"{face_set:8} {split:6} {counts['pairs']:6} {counts['expected']:10} "
          f"{counts['resized']:8}")
  findings.show(report.problems, report.notes)


if __name__ == "__main__":
  cli.run(main)
