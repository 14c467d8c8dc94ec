"""Sends mutated files through every reader of strangers' files, and tells what came of them.

  python tests/fuzz/run.py --files=5000 --seed=0
  python tests/fuzz/run.py --reader=npz,svg --files=300 --keep=DIR

One JSON line per reader goes to stdout; the exit code is 1 if anything but a reading or a sentence
came of a file. What counts as that: tests/fuzz/sandbox.py.
"""

import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))

from data_tools import category_names, cli, findings  # noqa: E402
from tests.fuzz import sandbox  # noqa: E402
from tests.fuzz.readers import READERS  # noqa: E402

_FILES = flags.DEFINE_integer("files", 5000, "Mutated files of each reader.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the mutations.", lower_bound=0)
_READER = flags.DEFINE_multi_string("reader", [], "Which: npz,svg; may be repeated. Default: all.")
_KEEP = flags.DEFINE_string("keep", None, "Folder for the files that show a defect.")


def main() -> None:
  """Reads the flags and runs the readers one after the other."""
  names, problems = category_names.parse_categories(_READER.value) or list(READERS), []
  for name in names:
    category_names.check_known(name, list(READERS), "among the readers")
  for name in names:
    with cli.progress(total=_FILES.value, desc=name, unit="file") as bar:
      outcome = sandbox.run(name, _FILES.value, _SEED.value, bar.update)
    problems += [f"{one.reader}, {one.kind}: {one.what}" for one in outcome.defects]
    for number, one in enumerate(outcome.defects):
      cli.say(f"Defect: {one.reader}, {one.kind}: {one.what}")
      _keep(one, number)
    cli.emit({"reader": name, "files": _FILES.value, "seed": _SEED.value, **outcome.counts})
  findings.refuse("The readers", problems, "have")


def _keep(defect: sandbox.Defect, number: int) -> None:
  if _KEEP.value:
    folder = pathlib.Path(_KEEP.value)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{defect.reader}_{defect.kind}_{number}").write_bytes(defect.content)


if __name__ == "__main__":
  cli.run(main)
