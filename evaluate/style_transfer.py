"""Paints photos anew in the styles of other photos: TOM draws them, Sketch-to-Image paints them.

  python evaluate/style_transfer.py --model=RUN --tom=TOM_RUN --photo_dir=PHOTOS --output_dir=DIR
  python evaluate/style_transfer.py --model=RUN --tom=TOM_RUN --photo_dir=FACES \\
      --style_dir=PAINTINGS --output_dir=DIR --rows=5 --columns=4

Writes style_transfer_0.png, style_transfer_1.png, ...: on top the photos whose styles are taken;
then a row for each photo: itself, its sketch, and the pictures. Which photos they are is drawn by
the seed, told in a table and in one JSON line.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from evaluate import painting_flags, style_transfer_run
from evaluate.model_flags import MODEL
from evaluate.style_transfer_run import VARIANTS

_TOM = flags.DEFINE_string("tom", None, "The TOM that draws: the folder of a training run or of a "
                           "converted model.", required=True)
_OUTPUT_DIR = painting_flags.define_output_dir()
_STYLE_DIR = flags.DEFINE_string("style_dir", None, "The photos whose style is taken, likewise. "
                                 "Default: others of PHOTO_DIR.")
_ROWS = flags.DEFINE_integer("rows", 3, "Photos on a sheet that are painted anew.", lower_bound=1)
_COLUMNS = flags.DEFINE_integer("columns", 3, "Styles on a sheet.", lower_bound=1)
_COUNT = flags.DEFINE_integer("count", 20, "How many sheets.", lower_bound=1)
_VARIANT = flags.DEFINE_enum(
    "variant", "intended", list(VARIANTS), "How TOM's drawings become sketches. intended: as "
    "evaluate/tom.py makes them. original: as the original's script does, by an oversight it "
    "seems: above .85 of white is paper, the rest ink, and ink is middle grey.")
_WEIGHTS = painting_flags.define_weights(None, " Default: average; with --variant=original live, "
                                         "as there.")


def main() -> None:
  """Reads the flags, paints and reports."""
  cli.emit(style_transfer_run.run(style_transfer_run.Options(
      model=MODEL.value, tom=_TOM.value, output_dir=_OUTPUT_DIR.value,
      photo_dir=painting_flags.PHOTO_DIR.value, style_dir=_STYLE_DIR.value, rows=_ROWS.value,
      columns=_COLUMNS.value, count=_COUNT.value, seed=painting_flags.SEED.value,
      variant=_VARIANT.value, weights=_WEIGHTS.value,
      statistics=painting_flags.STATISTICS_OF.value)))


if __name__ == "__main__":
  cli.run(main)
