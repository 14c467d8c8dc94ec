"""Tells what is wrong with drawings, before a data set of shards is built of them.

  python data_tools/check_drawings.py --input_dir=DIR --format=svg

Reads every drawing as `data_tools/build_dataset.py` does, of any of its formats. Prints a table of
the categories, each broken drawing with its file and why, and one JSON line; exits with 1 if
something is broken.
"""

from absl import flags

from data_tools import category_names, cli, findings
from data_tools.shards import drawing_check, sources

_INPUT_DIR = flags.DEFINE_string("input_dir", None, "Folder of the drawings.", required=True)
_FORMAT = flags.DEFINE_string("format", "npz", f"One of {', '.join(sources.FORMATS)}.")
_CATEGORIES = flags.DEFINE_multi_string(
    "categories", [], "Which categories, by the files' names: bee,bus; may be repeated. "
    "Default: all.")


def main() -> None:
  """Reads the flags, reads every drawing and reports."""
  with cli.progress(desc="checking", unit="drawing") as bar:
    report = drawing_check.inspect(_INPUT_DIR.value, _FORMAT.value,
                                   category_names.parse_categories(_CATEGORIES.value), bar.update)
  print(f"{'category':20} {'drawings':>9} {'points':>10} {'longest':>8} {'broken':>7}")
  for name, one in report.counts.items():
    findings.print_line(f"{name:20} {one.drawings:9} {one.points:10} {one.longest:8} "
                        f"{one.broken:7}")
  findings.show(report.problems, [])
  cli.emit({"input_dir": _INPUT_DIR.value, "format": _FORMAT.value, **report.as_json()})
  findings.refuse(_INPUT_DIR.value, report.problems)


if __name__ == "__main__":
  cli.run(main)
