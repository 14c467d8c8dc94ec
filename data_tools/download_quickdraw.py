"""Fetches Quick, Draw! drawings (sketch-rnn format) by category.

  python data_tools/download_quickdraw.py --categories=bee,'The Mona Lisa' --output_dir=DIR
  python data_tools/download_quickdraw.py --all

An interrupted run goes on where it stopped. One JSON line per category goes to stdout. The drawings
are Google's Quick, Draw! data set, under CC BY 4.0.
"""

import pathlib

from absl import flags

from data_tools import category_names, cli, files, quickdraw_download
from data_tools.errors import UserError

_CATEGORIES = flags.DEFINE_multi_string(
    "categories", [], "Which categories: bee,bus or [bee,bus] or {'bee','bus'}; may be repeated.")
_ALL = flags.DEFINE_bool("all", False, "Fetches all 345 categories (several gigabytes).")
_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir", None, "Folder for the CATEGORY.npz files. Default: quickdraw in the cache folder "
    "($SKETCH_ZOO_CACHE, else ~/.cache/sketch_zoo).")
_BASE_URL = flags.DEFINE_string(
    "base_url", quickdraw_download.BASE_URL, "Web folder that holds the CATEGORY.npz files.")
_ATTEMPTS = flags.DEFINE_integer(
    "attempts", 4, "How often a file is tried, with growing waits.", lower_bound=1)
_WAIT = flags.DEFINE_float("wait", 1.0, "Seconds before the second attempt.", lower_bound=0)
_OVERWRITE = flags.DEFINE_bool("overwrite", False, "Fetches files anew that are there already.")


def main() -> None:
  """Reads the flags and fetches the files."""
  known = category_names.QUICKDRAW_CATEGORIES
  names = category_names.parse_categories(_CATEGORIES.value)
  if bool(names) == _ALL.value:
    raise UserError("Give either --categories=bee,bus or --all.")
  for name in names:
    category_names.check_known(name, known, "in Quick, Draw!")
  folder = pathlib.Path(_OUTPUT_DIR.value or files.cache_dir() / "quickdraw")
  source = quickdraw_download.Source(_BASE_URL.value, _ATTEMPTS.value, _WAIT.value)
  for name in names or known:
    cli.emit(quickdraw_download.fetch(name, folder, source, _OVERWRITE.value))


if __name__ == "__main__":
  cli.run(main)
