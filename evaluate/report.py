"""Evaluates a trained RPCL-pix2seq with every metric and writes a page about it.

  python evaluate/report.py --model_dir=rpcl_pix2seq_demo --output_dir=DIR
  python evaluate/report.py --model_dir=RUN --data_dir=DATA --output_dir=DIR --classifier=RUN2

Draws a sketch of every test drawing (kept under DIR/samples, and used again by a later report with
the same settings) and computes Ret@1, 10 and 50, Rec, the FID of sketches, what became of the
latent mixture. Writes DIR/results.json and DIR/report.html, one page that holds its pictures and
needs nothing else. Prints one JSON line.
"""

from absl import flags

from data_tools import cli
from evaluate import report_run
from evaluate.drawing_flags import DATA_DIR
from evaluate.model_flags import MODEL
from evaluate.sketching import Sketching

_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Where the report goes.", required=True)
_CLASSIFIER = flags.DEFINE_string(
    "classifier", None, "For Rec: a Sketch-a-Net that comes with the zoo, or the folder of its "
    "training run, trained on the same categories. Default: no Rec.")
_INCEPTION = flags.DEFINE_string(
    "inception_weights", None, "For FID: the file of the Inception network's weights. Default: "
    "it is fetched once and kept.")
_SPLIT = flags.DEFINE_enum("split", "test", ["train", "valid", "test"], "The drawings to judge by.")
_TEMPERATURE = flags.DEFINE_float("temperature", 0.24, "Of the sketches; above 0.")
_SEED = flags.DEFINE_integer("seed", 0, "Of the sketches and of the halves.", lower_bound=0)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 128, "Images or sketches at a time.")
_NUM_SAMPLES = flags.DEFINE_integer("num_samples", 0, "Sketches per category; 0: all drawings of "
                                    "the split.", lower_bound=0)
_OVERWRITE = flags.DEFINE_boolean("overwrite", False, "Draw the sketches anew, even if DIR holds "
                                  "some of an earlier report.")


def main() -> None:
  """Reads the flags, evaluates and reports."""
  cli.emit(report_run.run(report_run.Options(
      model=MODEL.value, output_dir=_OUTPUT_DIR.value, data_dir=DATA_DIR.value,
      split=_SPLIT.value, seed=_SEED.value,
      how=Sketching(_TEMPERATURE.value, batch_size=_BATCH_SIZE.value),
      classifier=_CLASSIFIER.value, inception_weights=_INCEPTION.value,
      num_samples=_NUM_SAMPLES.value, overwrite=_OVERWRITE.value)))


if __name__ == "__main__":
  cli.run(main)
