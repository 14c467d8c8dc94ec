"""Tells what is wrong with folders of photos and their sketches, before any training.

  python data_tools/check_sketch_sets.py --photo_dir=PHOTOS --sketch_dirs=SKETCHES_1,SKETCHES_2

A photo's sketches have its name, the ending left out, one in each folder; black lines on white. Any
size will do: all become squares. Prints a table, each problem as a sentence and one JSON line;
exits with 1 if there are problems.
"""

from absl import flags

from data_tools import cli, findings
from data_tools.sketch_sets import sketch_set_check

_PHOTO_DIR = flags.DEFINE_string("photo_dir", None, "Folder of the photos.", required=True)
_SKETCH_DIRS = flags.DEFINE_list(
    "sketch_dirs", None, "Folders of sketches, separated by commas; self-supervision takes the "
    "last.", required=True)


def main() -> None:
  """Reads the flags, looks at every picture and reports."""
  folders = [folder for folder in _SKETCH_DIRS.value if folder]
  report = sketch_set_check.inspect(_PHOTO_DIR.value, folders)
  _show(report)
  cli.emit({**report.as_json(), "photo_dir": _PHOTO_DIR.value, "sketch_dirs": folders})
  findings.refuse(f"{_PHOTO_DIR.value} and its sketches", report.problems, "have")


def _show(report: sketch_set_check.Report) -> None:
  print(f"{'pictures':>8} {'paired':>8}  folder")
  for folder, counts in report.counts.items():
    findings.print_line(f"{counts['pictures']:8} {counts['paired']:8}  {folder}")
  findings.show(report.problems, report.notes)


if __name__ == "__main__":
  cli.run(main)
