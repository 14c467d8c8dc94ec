"""NLDA: how often a true sketch finds the one synthesised from the same person's photo.

  python evaluate/nlda.py --reference_dir=TRUE --generated_dir=MADE --protocol=CUFS
  python evaluate/nlda.py --reference_dir=TRUE --generated_dir=MADE --protocol=custom \\
      --train_identities=40 --curve=curve.csv --plot=curve.png

Each image is one person's; both sets pair by name. Repeats over random splits: trains null-space
LDA on some persons, recognises the others. `nlda` is the mean of each split's best rate over the
number of directions, chosen on the test persons as in published figures, hence optimistic;
`nlda_full_dimension` makes no such choice. Prints a table and, as the last line, JSON.
"""

from absl import flags

from data_tools import cli
from evaluate import nlda_run
from evaluate.image_flags import GENERATED_DIR, REFERENCE_DIR

_PROTOCOL = flags.DEFINE_enum(
    "protocol", "CUFS", [*nlda_run.PROTOCOLS, "custom"], "CUFS: 150 persons to train on (published "
    "with 338 pairs). CUFSF: 300 (944 pairs). custom: --train_identities.")
_TRAIN = flags.DEFINE_integer("train_identities", None, "Persons to train on, for "
                              "--protocol=custom; the others are tested.", lower_bound=2)
_REPETITIONS = flags.DEFINE_integer("repetitions", 20, "Random splits.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the splits: the same for every method compared.",
                             lower_bound=0)
_METHOD = flags.DEFINE_string("method_name", None, "Name of the method in what is written. "
                              "Default: that of --generated_dir.")
flags.DEFINE_alias("method-name", "method_name")
_CURVE = flags.DEFINE_string("curve", None, "A .csv file to write the rate by number of directions "
                             "to.")
_PLOT = flags.DEFINE_string("plot", None, "A .png file to draw that curve to.")


def main() -> None:
  """Reads the flags, runs the protocol and reports."""
  cli.emit(nlda_run.run(nlda_run.Options(
      reference_dir=REFERENCE_DIR.value, generated_dir=GENERATED_DIR.value,
      protocol=_PROTOCOL.value, train_identities=_TRAIN.value, repetitions=_REPETITIONS.value,
      seed=_SEED.value, method_name=_METHOD.value, curve=_CURVE.value, plot=_PLOT.value)))


if __name__ == "__main__":
  cli.run(main)
