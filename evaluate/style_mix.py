"""Paints sketches in mixtures of the styles of four photos with Sketch-to-Image.

  python evaluate/style_mix.py --model=RUN --photo_dir=PHOTOS --sketch_dir=SKETCHES \\
      --output_dir=DIR

Four photos are joined to one in four ways: one above the other, side by side, and two by two in
columns and in rows. Each is a style of its own. Writes mix_0.png, mix_1.png, ...: on top the four
mixtures; then for each sketch a row of the sketch and what the auto-encoder makes of it in every
style, and under it the refined pictures. Which sketches and photos they are is drawn by the seed,
told in a table and in one JSON line.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from evaluate import painted_sheets, painting_flags, style_mix_run
from evaluate.model_flags import MODEL

_OUTPUT_DIR = painting_flags.define_output_dir()
_SKETCH_DIR = painting_flags.define_sketch_dir()
_WEIGHTS = painting_flags.define_weights()
_ROWS = flags.DEFINE_integer("rows", 3, "Sketches on a sheet.", lower_bound=1)
_COUNT = flags.DEFINE_integer("count", 10, "How many sheets.", lower_bound=1)


def main() -> None:
  """Reads the flags, paints and reports."""
  cli.emit(style_mix_run.run(painted_sheets.SheetOptions(
      model=MODEL.value, output_dir=_OUTPUT_DIR.value,
      photo_dir=painting_flags.PHOTO_DIR.value, sketch_dir=_SKETCH_DIR.value, rows=_ROWS.value,
      count=_COUNT.value, seed=painting_flags.SEED.value, weights=_WEIGHTS.value,
      statistics=painting_flags.STATISTICS_OF.value)))


if __name__ == "__main__":
  cli.run(main)
