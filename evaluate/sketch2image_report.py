"""Judges Sketch-to-Image on photos and their sketches: FID in own and other styles, LPIPS, SSIM.

  python evaluate/sketch2image_report.py --model=RUN --photo_dir=PHOTOS --sketch_dir=SKETCHES \\
      --output_dir=DIR
  python evaluate/sketch2image_report.py --model=RUN --output_dir=DIR --metrics=ssim

Paints every sketch twice: in the style of its own photo, and in that of another one. Writes the
photos and both sets of pictures, sheet.png and results.json into a new folder; prints a table and
one JSON line. Without folders the test split of the built-in faces is used, a demonstration. A
metric whose weights can't be had is told in its row.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from evaluate import painting_flags, sketch2image_report_run
from evaluate.face_scores import How
from evaluate.model_flags import MODEL
from evaluate.sketch2image_scores import METRICS
from models.lpips.model import BACKBONES

_OUTPUT_DIR = painting_flags.define_output_dir("Where the report goes: a new or empty folder.")
_SKETCH_DIR = painting_flags.define_sketch_dir()
_WEIGHTS = painting_flags.define_weights(more=" FID in the original's training is of live ones.")
_COUNT = flags.DEFINE_integer("count", 4000, "Pairs at the most, the first ones by name; the "
                              "original's FID takes 4000.", lower_bound=2)
_METRICS = flags.DEFINE_list("metrics", list(METRICS), "Which ones, with commas between.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 8, "Sketches at a time, as in the original; with "
                                   "--statistics=batch it counts.", lower_bound=1)
_SHEET_ROWS = flags.DEFINE_integer("sheet_rows", 8, "Sketches on the sheet, evenly over their "
                                   "order; 0: no sheet.", lower_bound=0)
_INCEPTION = flags.DEFINE_string("inception_weights", None, "FID's weight file, as for "
                                 "evaluate/fid.py.")
_LPIPS_NET = flags.DEFINE_enum("lpips_net", "vgg", list(BACKBONES), "LPIPS's backbone; vgg is what "
                               "the model is trained with.")
_BACKBONE = flags.DEFINE_string("backbone_weights", None, "LPIPS's weight file of the backbone, as "
                                "for evaluate/lpips.py.")
_HEADS = flags.DEFINE_string("heads_weights", None, "LPIPS's calibration weights, likewise.")
_OTHER = flags.DEFINE_boolean("allow_other_weights", False, "Take weight files that are not the "
                              "published ones; such figures can't be compared with others.")


def main() -> None:
  """Reads the flags, judges and reports."""
  how = How(tuple(_METRICS.value), _INCEPTION.value, _LPIPS_NET.value, _BACKBONE.value,
            _HEADS.value, _OTHER.value)
  cli.emit(sketch2image_report_run.run(sketch2image_report_run.Options(
      model=MODEL.value, output_dir=_OUTPUT_DIR.value,
      photo_dir=painting_flags.PHOTO_DIR.value, sketch_dir=_SKETCH_DIR.value, count=_COUNT.value,
      batch_size=_BATCH_SIZE.value, seed=painting_flags.SEED.value, weights=_WEIGHTS.value,
      statistics=painting_flags.STATISTICS_OF.value, sheet_rows=_SHEET_ROWS.value, how=how)))


if __name__ == "__main__":
  cli.run(main)
