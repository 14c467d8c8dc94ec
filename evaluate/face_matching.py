"""Face recognition across photo and sketch: does a sketch find the photo of the same person?

  python evaluate/face_matching.py --model=GAN_RUN --output_dir=DIR
  python evaluate/face_matching.py --model=GAN_RUN --recogniser_photo=DIR1 \\
      --recogniser_sketch=DIR2 --data_dir=FACES --data_type=CUFS --output_dir=DIR

Turns the gallery's photos into sketches and the probe sketches into photos, and compares features
of the recognisers by their cosine: sketch matching, photo matching and their sum (fusion), beside
the same recognisers without synthesis. Writes results.json, cmc.csv, roc.csv, cmc.png and roc.png;
prints a table and one JSON line. Without --data_dir the test split of the built-in faces is used.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from data_tools.faces import layout
from evaluate import face_matching_run
from evaluate.face_matching_scores import PROTOCOLS
from evaluate.model_flags import MODEL

_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Where the results go: a new or empty "
                                  "folder.", required=True)
_PHOTO = flags.DEFINE_string("recogniser_photo", None, "Folder of the recogniser of photos, a "
                             "model of the kind vggface. Default: the one that --model carries.")
_SKETCH = flags.DEFINE_string("recogniser_sketch", None, "Likewise of sketches.")
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Folder that holds the sets' folders, or one "
                                "that data_tools/make_faces.py made. Default: the built-in faces.")
_DATA_TYPE = flags.DEFINE_string("data_type", "CUFS",
                                 f"Which sets: {', '.join(layout.DATA_TYPES)}.")
_LISTS_DIR = flags.DEFINE_string("lists_dir", None, "Folder of the original's lists of pairs, such "
                                 "as CUFS_test_photo_paths.txt.")
_PROTOCOL = flags.DEFINE_enum(
    "protocol", "pairs", list(PROTOCOLS), "Where persons have several pictures: "
    + ". ".join(f"{name}: {words}" for name, words in PROTOCOLS.items()) + ".")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 8, "Pictures at a time; moves results by rounding "
                                   "only.", lower_bound=1)


def main() -> None:
  """Reads the flags, matches and reports."""
  cli.emit(face_matching_run.run(face_matching_run.Options(
      model=MODEL.value, output_dir=_OUTPUT_DIR.value, recogniser_photo=_PHOTO.value,
      recogniser_sketch=_SKETCH.value, data_dir=_DATA_DIR.value, data_type=_DATA_TYPE.value,
      lists_dir=_LISTS_DIR.value, protocol=_PROTOCOL.value, batch_size=_BATCH_SIZE.value)))


if __name__ == "__main__":
  cli.run(main)
