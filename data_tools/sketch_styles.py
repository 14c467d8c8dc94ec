"""Draws folders of photos in styles that need no training: XDoG, FDoG and photocopy.

  python data_tools/sketch_styles.py --input_dir=PHOTOS --output_dir=DIR --workers=2
  python data_tools/sketch_styles.py --input_dir=PHOTOS --output_dir=DIR --styles=xdog,fdog \\
      --params="xdog.sigma=1.5, fdog.rho=.995"

Makes DIR/STYLE/NAME.png, gray, of the photo's size. One JSON line goes to stdout, progress to
stderr. What is complete already is skipped. docs/sketch_styles.md shows styles and parameters.
"""

from absl import flags

from data_tools import cli
from data_tools.styles import STYLES, assignments, photo_folder

_INPUT_DIR = flags.DEFINE_string(
    "input_dir", None, "Folder of photos (not searched below), or a text file with one path a "
    "line.", required=True)
_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir", None, "Gets a folder for each style; made if missing.", required=True)
_STYLES = flags.DEFINE_list("styles", list(STYLES), f"Which styles: {', '.join(STYLES)}.")
_PARAMS = flags.DEFINE_string(
    "params", "", "STYLE.PARAMETER=NUMBER, separated by commas; docs/sketch_styles.md lists them.")
_WORKERS = flags.DEFINE_integer("workers", 1, "Number of processes that draw.", lower_bound=1)
_OVERWRITE = flags.DEFINE_bool("overwrite", False, "Draws complete sketches anew.")


def main() -> None:
  """Reads the flags, draws the photos and reports."""
  styles = assignments.parse_parameters(_PARAMS.value, assignments.style_names(_STYLES.value))
  cli.emit(photo_folder.draw_folders(_INPUT_DIR.value, _OUTPUT_DIR.value, styles, _WORKERS.value,
                                     _OVERWRITE.value))


if __name__ == "__main__":
  cli.run(main)
