"""Sketches on the way between two drawings, or in a grid among four.

  python evaluate/interpolate.py --model=rpcl_pix2seq_demo --output_dir=DIR
  python evaluate/interpolate.py --model=RUN --output_dir=DIR --drawings=bee:3,bus:17 --steps=9
  python evaluate/interpolate.py --model=RUN --output_dir=DIR --grid

Writes interpolation.png and an SVG of each sketch, and prints one JSON line.
"""

from absl import flags

from data_tools import cli
from evaluate import interpolation_run
from evaluate.code_paths import PATHS
from evaluate.drawing_flags import DATA_DIR
from evaluate.model_flags import MODEL
from evaluate.sketching import Sketching

_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Where the files go.", required=True)
_SPLIT = flags.DEFINE_enum("split", "test", ["train", "valid", "test"], "Where drawings are from.")
_DRAWINGS = flags.DEFINE_list("drawings", [], "Two or four of CATEGORY:INDEX (INDEX from 0 among "
                              "the category's drawings); four stand for upper left, upper right, "
                              "lower left, lower right. Default: random ones.")
_GRID = flags.DEFINE_boolean("grid", False, "Without --drawings: among four instead of two.")
_PATH = flags.DEFINE_enum("path", "spherical", sorted(PATHS), "The way through the codes.")
_STEPS = flags.DEFINE_integer("steps", 8, "Sketches along each way, both ends included.")
_TEMPERATURE = flags.DEFINE_float("temperature", 0.1, "Above 0; low lets the codes speak.")
_GREEDY = flags.DEFINE_boolean("greedy", False, "Draw the most likely sketch of each code.")
_SEED = flags.DEFINE_integer("seed", 0, "Of random drawings and of the sketches.")
_MAX_LENGTH = flags.DEFINE_integer("max_length", None, "Most points of a sketch.")


def main() -> None:
  """Reads the flags, draws and reports."""
  cli.emit(interpolation_run.run(interpolation_run.Options(
      model=MODEL.value, output_dir=_OUTPUT_DIR.value, data_dir=DATA_DIR.value,
      split=_SPLIT.value, drawings=tuple(_DRAWINGS.value), grid=_GRID.value, path=_PATH.value,
      steps=_STEPS.value, seed=_SEED.value,
      how=Sketching(_TEMPERATURE.value, _GREEDY.value, _MAX_LENGTH.value))))


if __name__ == "__main__":
  cli.run(main)
