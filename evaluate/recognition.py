"""Rec: the share of sketches that a classifier puts in their category; or identification.

  python evaluate/recognition.py --classifier=sketch_a_net_demo --generated_dir=SAMPLES
  python evaluate/recognition.py --reference_dir=PHOTOS --generated_dir=SYNTHESISED

With --classifier (a Sketch-a-Net of train/sketch_a_net.py): SAMPLES is the output of
evaluate/sample.py. Each sketch is recognised among ALL classes of the classifier; the classifier's
rate on real drawings of the same categories, drawn in the same way, stands beside it.
With --reference_dir: each generated image is identified among the true ones of all names, by the
mean squared difference of gray pixels. Prints tables and, as the last line, JSON.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from evaluate import recognition_run

_CLASSIFIER = flags.DEFINE_string("classifier", None, "A classifier that comes with the zoo, or "
                                  "the folder of a run of train/sketch_a_net.py.")
_GENERATED_DIR = flags.DEFINE_string("generated_dir", None, "The sketches or images to judge: a "
                                     "folder, or a text file with one path a line.", required=True)
_REFERENCE_DIR = flags.DEFINE_string("reference_dir", None, "The true images, to identify among: a "
                                     "folder, or a text file with one path a line.")
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Folder of the CATEGORY.npz files of the real "
                                "drawings. Default: the built-in drawings.")
_SPLIT = flags.DEFINE_enum("split", "test", ["train", "valid", "test"], "Of the real drawings.")
_MAX_RANK = flags.DEFINE_integer("max_rank", 10, "Ranks of the CMC.", lower_bound=1)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 64, "Sketches at a time; never changes a number.",
                                   lower_bound=1)


def main() -> None:
  """Reads the flags, recognises and reports."""
  cli.emit(recognition_run.run(recognition_run.Options(
      generated_dir=_GENERATED_DIR.value, classifier=_CLASSIFIER.value,
      reference_dir=_REFERENCE_DIR.value, data_dir=_DATA_DIR.value, split=_SPLIT.value,
      max_rank=_MAX_RANK.value, batch_size=_BATCH_SIZE.value)))


if __name__ == "__main__":
  cli.run(main)
