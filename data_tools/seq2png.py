"""Draws the strokes of whole categories: CATEGORY.npz in, CATEGORY_png.npz out.

  python data_tools/seq2png.py --input_dir=DIR --output_dir=DIR --png_width=48 \\
      --categories={'bee','bus'}

The pictures are those of RPCL-pix2seq's own seq2png, pixel for pixel. One JSON line per category
goes to stdout, progress to stderr. What is complete already is skipped.
"""

from absl import flags

from data_tools import category_names, cli, png_dataset
from data_tools.raster import RENDERERS

_INPUT_DIR = flags.DEFINE_string(
    "input_dir", None, "Folder with CATEGORY.npz (or sketchrnn_CATEGORY.npz) drawing files.",
    required=True)
_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir", None, "Folder for the CATEGORY_png.npz files; made if missing.", required=True)
_PNG_WIDTH = flags.DEFINE_integer("png_width", 48, "Width and height of a picture, pixels.")
_CATEGORIES = flags.DEFINE_multi_string(
    "categories", [], "Which categories: bee,bus or [bee,bus] or {'bee','bus'}; may be repeated. "
    "Default: all files of --input_dir.")
_RENDERER = flags.DEFINE_enum(
    "renderer", "auto", RENDERERS, "cairo (system library, fast) or pyvips (wheels only); the "
    "pixels are the same. auto: cairo if it is installed, else pyvips.")
_WORKERS = flags.DEFINE_integer("workers", 1, "Number of processes that draw.", lower_bound=1)
_OVERWRITE = flags.DEFINE_bool("overwrite", False, "Makes complete files anew.")


def main() -> None:
  """Reads the flags and makes the files."""
  png_dataset.make_png_files(
      _INPUT_DIR.value, _OUTPUT_DIR.value,
      categories=category_names.parse_categories(_CATEGORIES.value), width=_PNG_WIDTH.value,
      renderer=_RENDERER.value, workers=_WORKERS.value, overwrite=_OVERWRITE.value)


if __name__ == "__main__":
  cli.run(main)
