"""Makes the built-in drawings as files: CATEGORY.npz, in sketch-rnn's format.

  python data_tools/make_drawings.py --output_dir=DIR --categories={'bee','bus'} \\
      --contact_sheet=DIR/sheet.png

One JSON line per category goes to stdout, progress to stderr. A file that is there already is
kept. What trains without --data_dir makes its drawings by itself; this command is for looking.
"""

import pathlib

from absl import flags

from data_tools import builtin_drawings, category_names, cli, stroke_files
from data_tools.builtin_drawings.contact_sheet import save_contact_sheet

_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir", None, "Folder for the files; made if missing.", required=True)
_CATEGORIES = flags.DEFINE_multi_string(
    "categories", [], "Which categories: bee,bus or [bee,bus] or {'bee','bus'}; may be repeated. "
    f"Default: all, {', '.join(builtin_drawings.CATEGORIES)}.")
_SEED = flags.DEFINE_integer("seed", 0, "Another seed, other drawings.", lower_bound=0)
_COUNTS = {split: flags.DEFINE_integer(split, count, f"Number of {split} drawings per category.",
                                       lower_bound=0)
           for split, count in builtin_drawings.DEFAULT_COUNTS.items()}
_CONTACT_SHEET = flags.DEFINE_string(
    "contact_sheet", None, "PNG to make with the first drawings of each category.")
_ON_SHEET = 30  # drawings per category


def main() -> None:
  """Reads the flags, makes the files and reports them."""
  categories = (category_names.parse_categories(_CATEGORIES.value)
                or list(builtin_drawings.CATEGORIES))
  folder = builtin_drawings.ensure(categories, {key: flag.value for key, flag in _COUNTS.items()},
                                   _SEED.value, _OUTPUT_DIR.value)
  shown = []
  for category in categories:
    path = folder / f"{category}.npz"
    splits = stroke_files.read_drawings(path)
    shown += splits["train"][:_ON_SHEET]
    cli.emit(_report(category, path, splits))
  if _CONTACT_SHEET.value:
    save_contact_sheet(_CONTACT_SHEET.value, shown)


def _report(category: str, path: pathlib.Path, splits: dict[str, list]) -> dict[str, object]:
  arrays = stroke_files.read_arrays(path)
  styles = {str(name): int((arrays["train_style"] == place).sum())
            for place, name in enumerate(arrays["style_names"])}
  return {"category": category, "file": str(path), "train_styles": styles,
          **{split: len(drawings) for split, drawings in splits.items()}}


if __name__ == "__main__":
  cli.run(main)
