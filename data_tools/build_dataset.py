"""Builds a data set too large for memory: drawings and pictures in sharded TFRecord files.

  python data_tools/build_dataset.py --input_dir=DIR --output_dir=SHARDS --workers=8
  python data_tools/build_dataset.py --input_dir=DIR --format=raw --output_dir=SHARDS --skip_broken

Reads CATEGORY.npz files in sketch-rnn's format (with their own splits), or Quick, Draw!'s own
files, simplified or raw .ndjson or .bin (split by their key ids), or your own drawings, one in a
file, CATEGORY/*.svg or CATEGORY/*.json (split by their names). Needs Apache Beam. One JSON line
goes to stdout. The files don't depend on the number of workers. Format: docs/shards.md.
`data_tools/check_drawings.py` tells before what is wrong with the drawings.
"""

from absl import flags

from data_tools import category_names, cli
from data_tools.shards import build, pipeline
from data_tools.shards.stages import Settings

_INPUT_DIR = flags.DEFINE_string("input_dir", None, "Folder of the drawing files.", required=True)
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Folder for the shards.", required=True)
_FORMAT = flags.DEFINE_string(
    "format", "npz", "npz (sketch-rnn's), simplified or raw (Quick, Draw!'s .ndjson), binary, "
    "svg or json (your own, one drawing a file).")
_CATEGORIES = flags.DEFINE_multi_string(
    "categories", [], "Which categories, by the files' names: bee,bus; may be repeated. "
    "Default: all.")
_PNG_WIDTH = flags.DEFINE_integer("png_width", 48, "Width of a picture, pixels.", lower_bound=4)
_TRAIN_SHARDS = flags.DEFINE_integer(
    "train_shards", 16, "Files of train; each is held in memory once.", 1, 99999)
_EVAL_SHARDS = flags.DEFINE_integer("eval_shards", 2, "Files of valid, and of test.", 1, 99999)
_VALID_FRACTION = flags.DEFINE_float(
    "valid_fraction", 1 / 30, "Of the drawings, where the files have no splits of their own.")
_TEST_FRACTION = flags.DEFINE_float("test_fraction", 1 / 30, "As valid_fraction.")
_SKIP_BROKEN = flags.DEFINE_bool("skip_broken", False, "Leaves broken records out, counted.")
_RECOGNIZED_ONLY = flags.DEFINE_bool(
    "recognized_only", False, "Leaves out drawings that the game did not recognise.")
_RENDERER = flags.DEFINE_string("renderer", "auto", "auto, cairo or pyvips.")
_WORKERS = flags.DEFINE_integer("workers", 1, "Processes of the DirectRunner.", lower_bound=1)
_RUNNER = flags.DEFINE_string("runner", "DirectRunner", "Beam's runner.")
_PIPELINE_OPTIONS = flags.DEFINE_multi_string(
    "pipeline_options", [], "One of Beam's own options, --name=value; may be repeated.")
_OVERWRITE = flags.DEFINE_bool("overwrite", False, "Replaces a data set, or part of one.")


def main() -> None:
  """Reads the flags and builds the data set."""
  settings = Settings(
      _FORMAT.value, _PNG_WIDTH.value, _TRAIN_SHARDS.value, _EVAL_SHARDS.value,
      _VALID_FRACTION.value, _TEST_FRACTION.value, _SKIP_BROKEN.value, _RECOGNIZED_ONLY.value)
  options = [*pipeline.local_options(_RUNNER.value, _WORKERS.value), *_PIPELINE_OPTIONS.value]
  cli.emit(build.build(
      _INPUT_DIR.value, _OUTPUT_DIR.value, settings,
      category_names.parse_categories(_CATEGORIES.value), options, _RENDERER.value,
      _OVERWRITE.value))


if __name__ == "__main__":
  cli.run(main)
