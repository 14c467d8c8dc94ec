"""Turns photos into sketches, or sketches into photos, with a trained model.

  python evaluate/translate.py --model=RUN --direction=photo_to_sketch --input_dir=PHOTOS \\
      --output_dir=DIR
  python evaluate/translate.py --model=RUN --direction=sketch_to_photo --input_dir=SKETCHES \\
      --output_dir=DIR --truth_dir=PHOTOS
  python evaluate/translate.py --model=RUN --direction=photo_to_sketch --input_dir=PHOTOS \\
      --output_dir=DIR --any_size
  python evaluate/translate.py --model=SKETCH2IMAGE_RUN --direction=sketch_to_photo \\
      --input_dir=SKETCHES --style_dir=PHOTOS --output_dir=DIR

Writes a result under each picture's name and sheet.png, where they stand beside what they were made
from; prints one JSON line. Faces need the ratio of the model's (4:5) and are resized as the
original does, unless --any_size is given.

Sketch-to-Image paints a sketch in the style of the photo of its own name (the ending left out); if
there is none, of the only photo in --style_dir, or else of the photos in order. Any picture becomes
a square of the model's size.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from evaluate import translate_plan, translate_run
from evaluate.model_flags import MODEL
from evaluate.painting import LARGEST_SEED, STATISTICS, WEIGHTS
from evaluate.translating import DIRECTIONS

_DIRECTION = flags.DEFINE_enum("direction", None, list(DIRECTIONS), "What is made of what.",
                               required=True)
_INPUT_DIR = flags.DEFINE_string("input_dir", None, "The pictures: a folder (not searched below), "
                                 "or a text file with one path a line.", required=True)
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Where the results go; those of the same "
                                  "name are replaced.", required=True)
_TRUTH_DIR = flags.DEFINE_string("truth_dir", None, "True pictures, shown on the sheet beside the "
                                 "results of the same name.")
_FORMAT = flags.DEFINE_enum("format", "png", list(translate_plan.FORMATS), "Of the results; jpg "
                            "has the quality of the original's, 75.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 8, "Pictures at a time; never changes a result by "
                                   "more than rounding, unless --statistics=batch. With --any_size "
                                   "it is 1.", lower_bound=1)
_ANY_SIZE = flags.DEFINE_boolean(
    "any_size", False, "Keep each picture's own size and ratio: white is added up to multiples of "
    "32, and cut off again. Models know faces of their own size best. At SC-Lmser's full width it "
    "takes 1.5 GB of memory a megapixel.")
_STYLE_DIR = flags.DEFINE_string("style_dir", None, "Of Sketch-to-Image: the photos whose style "
                                 "the sketches take, a folder or a list.")
_SEED = flags.DEFINE_integer("seed", None, "Of Sketch-to-Image: of the generator's noise. Default: "
                             "0.", lower_bound=0, upper_bound=LARGEST_SEED)
_WEIGHTS = flags.DEFINE_enum("weights", None, list(WEIGHTS), "Of Sketch-to-Image: the moving "
                             "average of the generator's weights (the default), or the trained "
                             "ones.")
_STATISTICS = flags.DEFINE_enum(
    "statistics", None, list(STATISTICS), "Of Sketch-to-Image: what the generator's norms take; "
    "moving (the default), with which each picture stands for itself, or batch, the statistics of "
    "what is painted together, as whenever the original samples.")
_SHEET = flags.DEFINE_string("sheet", None, "The PNG to compare on. Default: sheet.png in "
                             "OUTPUT_DIR.")
_SHEET_ROWS = flags.DEFINE_integer("sheet_rows", 12, "Pictures on the sheet, the first ones by "
                                   "name; 0: no sheet.", lower_bound=0)


def main() -> None:
  """Reads the flags, translates and reports."""
  cli.emit(translate_run.run(translate_plan.Options(
      model=MODEL.value, direction=_DIRECTION.value, input_dir=_INPUT_DIR.value,
      output_dir=_OUTPUT_DIR.value, truth_dir=_TRUTH_DIR.value, format=_FORMAT.value,
      batch_size=_BATCH_SIZE.value, any_size=_ANY_SIZE.value,
      style_dir=_STYLE_DIR.value, seed=_SEED.value, weights=_WEIGHTS.value,
      statistics=_STATISTICS.value, sheet=_SHEET.value, sheet_rows=_SHEET_ROWS.value)))


if __name__ == "__main__":
  cli.run(main)
