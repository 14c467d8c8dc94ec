"""Paints matrices of sketches in the styles of photos with Sketch-to-Image.

  python evaluate/generate_matrix.py --model=RUN --photo_dir=PHOTOS --sketch_dir=SKETCHES \\
      --output_dir=DIR
  python evaluate/generate_matrix.py --model=RUN --output_dir=DIR --rows=2 --columns=5 --count=1

Writes matrix_0.png, matrix_1.png, ...: on top the photos; then for each sketch a row of the sketch
and what the auto-encoder makes of it in every style, and under it the refined pictures. Which
sketches and photos they are is drawn by the seed, told in a table and in one JSON line.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from evaluate import generate_matrix_run, painting_flags
from evaluate.model_flags import MODEL

_OUTPUT_DIR = painting_flags.define_output_dir()
_SKETCH_DIR = painting_flags.define_sketch_dir()
_WEIGHTS = painting_flags.define_weights()
_ROWS = flags.DEFINE_integer("rows", 3, "Sketches on a matrix.", lower_bound=1)
_COLUMNS = flags.DEFINE_integer("columns", 3, "Photos on a matrix.", lower_bound=1)
_COUNT = flags.DEFINE_integer("count", 10, "How many matrices.", lower_bound=1)


def main() -> None:
  """Reads the flags, paints and reports."""
  cli.emit(generate_matrix_run.run(generate_matrix_run.Options(
      model=MODEL.value, output_dir=_OUTPUT_DIR.value,
      photo_dir=painting_flags.PHOTO_DIR.value, sketch_dir=_SKETCH_DIR.value, rows=_ROWS.value,
      columns=_COLUMNS.value, count=_COUNT.value, seed=painting_flags.SEED.value,
      weights=_WEIGHTS.value, statistics=painting_flags.STATISTICS_OF.value)))


if __name__ == "__main__":
  cli.run(main)
