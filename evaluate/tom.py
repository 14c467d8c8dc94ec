"""Makes sketches of photos with TOM: a set of them for each of several checkpoints.

  python evaluate/tom.py --model=RUN --checkpoints=700,1900,2300 --input_dir=PHOTOS --output_dir=DIR
  python evaluate/tom.py --model=CONVERTED --input_dir=PHOTOS --output_dir=DIR

writes DIR/sketch_1, DIR/sketch_2, ..., in each a sketch under every photo's name: with the photos
the data of self-supervised sketch-to-image. Prints one JSON line.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from evaluate import tom_sketches_run
from evaluate.model_flags import MODEL
from models.tom.model import THRESHOLD

_CHECKPOINTS = flags.DEFINE_list(
    "checkpoints", [], "Steps of a training run whose kept checkpoints draw a set each. Not given: "
    "one set by the newest.")
_INPUT_DIR = flags.DEFINE_string("input_dir", None, "The photos: a folder (not searched below), or "
                                 "a text file with one path a line.", required=True)
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Where the folders sketch_1, sketch_2, ... "
                                  "are made; they may not hold anything yet.", required=True)
_FORMAT = flags.DEFINE_enum("format", "png", list(tom_sketches_run.FORMATS), "Of the sketches; the "
                            "original's is jpg, which blurs them.")
_THRESHOLD = flags.DEFINE_float(
    "threshold", THRESHOLD, "Greys above it, on [0, 1], become white paper, the others black ink.",
    lower_bound=0, upper_bound=1)
_GREYS = flags.DEFINE_boolean("greys", False, "Write the greys as they are, without the threshold.")
_IM_SIZE = flags.DEFINE_integer(
    "im_size", None, "Width and height that photos are resized to, and of the sketches; a multiple "
    "of 32. Default: what the model was trained on.", lower_bound=32)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 8, "Photos at a time; never changes a sketch by "
                                   "more than rounding.", lower_bound=1)


def main() -> None:
  """Reads the flags, sketches and reports."""
  cli.emit(tom_sketches_run.run(tom_sketches_run.Options(
      model=MODEL.value, checkpoints=tuple(_CHECKPOINTS.value), input_dir=_INPUT_DIR.value,
      output_dir=_OUTPUT_DIR.value, format=_FORMAT.value,
      threshold=None if _GREYS.value else _THRESHOLD.value, im_size=_IM_SIZE.value,
      batch_size=_BATCH_SIZE.value)))


if __name__ == "__main__":
  cli.run(main)
