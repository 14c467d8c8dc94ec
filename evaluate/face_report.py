"""Judges a face model on test pairs: pictures as the original's results, then every metric.

  python evaluate/face_report.py --model=RUN --output_dir=DIR
  python evaluate/face_report.py --model=RUN --data_dir=FACES --data_type=CUFS --output_dir=DIR
  python evaluate/face_report.py --model=RUN --output_dir=DIR --direction=photo_to_sketch \\
      --metrics=fsim,ssim,nlda

Writes the synthesised pictures and the true ones, sheet.png and results.json; what DIR holds of an
earlier report is replaced. Prints one table, beside the published figures that are known, and one
JSON line. Without --data_dir the test split of the built-in faces is used. A metric whose weights
can't be had is told in its row.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from data_tools.faces import layout
from evaluate import face_report_run
from evaluate.face_scores import METRICS, How
from evaluate.model_flags import MODEL
from evaluate.translating import DIRECTIONS
from models.lpips.model import BACKBONES

_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Where the report goes.", required=True)
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Folder that holds the sets' folders, or one "
                                "that data_tools/make_faces.py made. Default: the built-in faces.")
_DATA_TYPE = flags.DEFINE_string("data_type", "CUFS",
                                 f"Which sets: {', '.join(layout.DATA_TYPES)}.")
_LISTS_DIR = flags.DEFINE_string("lists_dir", None, "Folder of the original's lists of pairs, such "
                                 "as CUFS_test_photo_paths.txt.")
_DIRECTION = flags.DEFINE_enum("direction", face_report_run.BOTH,
                               [*DIRECTIONS, face_report_run.BOTH], "What is made of what.")
_METRICS = flags.DEFINE_list("metrics", list(METRICS), "Which ones, with commas between.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 8, "Pictures at a time; moves results by rounding "
                                   "only. The original's is 1.", lower_bound=1)
_SHEET_ROWS = flags.DEFINE_integer("sheet_rows", 12, "Persons on the sheet; 0: no sheet.",
                                   lower_bound=0)
_CSV = flags.DEFINE_boolean("csv", False, "Write the figures of every picture to scores.csv, too.")
_INCEPTION = flags.DEFINE_string("inception_weights", None, "FID's weight file, as for "
                                 "evaluate/fid.py.")
_LPIPS_NET = flags.DEFINE_enum("lpips_net", "alex", list(BACKBONES), "LPIPS's backbone.")
_BACKBONE = flags.DEFINE_string("backbone_weights", None, "LPIPS's weight file of the backbone, as "
                                "for evaluate/lpips.py.")
_HEADS = flags.DEFINE_string("heads_weights", None, "LPIPS's calibration weights, likewise.")
_OTHER = flags.DEFINE_boolean("allow_other_weights", False, "Take weight files that are not the "
                              "published ones; such figures can't be compared with others.")
_SEED = flags.DEFINE_integer("seed", 0, "Of NLDA's splits.")


def main() -> None:
  """Reads the flags, judges and reports."""
  how = How(tuple(_METRICS.value), _INCEPTION.value, _LPIPS_NET.value, _BACKBONE.value,
            _HEADS.value, _OTHER.value, _SEED.value)
  cli.emit(face_report_run.run(face_report_run.Options(
      model=MODEL.value, output_dir=_OUTPUT_DIR.value, data_dir=_DATA_DIR.value,
      data_type=_DATA_TYPE.value, lists_dir=_LISTS_DIR.value, direction=_DIRECTION.value,
      batch_size=_BATCH_SIZE.value, sheet_rows=_SHEET_ROWS.value, csv=_CSV.value, how=how)))


if __name__ == "__main__":
  cli.run(main)
