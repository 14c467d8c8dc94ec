"""Draws sketches with a trained model, and a contact sheet of them.

  python evaluate/sample.py --model=rpcl_pix2seq_demo --output_dir=DIR
  python evaluate/sample.py --model=RUN --data_dir=DATA --output_dir=DIR --num_samples=0
  python evaluate/sample.py --model=RUN --output_dir=DIR --unconditional --num_samples=60
  python evaluate/sample.py --model=RUN --output_dir=DIR --component=3

Writes CATEGORY_INDEX.svg and .png, code_CATEGORY_INDEX.npy, gau_idx_CATEGORY_INDEX.npy and
contact_sheet.png, and prints one JSON line. What DIR holds of an earlier run is replaced.
"""

from absl import flags

from data_tools import cli
from evaluate import sample_run
from evaluate.drawing_flags import DATA_DIR
from evaluate.model_flags import MODEL
from evaluate.sketching import Sketching

_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Where the files go.", required=True)
_SPLIT = flags.DEFINE_enum("split", "test", ["train", "valid", "test"], "Which drawings to encode.")
_NUM_SAMPLES = flags.DEFINE_integer(
    "num_samples", 10, "Sketches per category (0: all of the split), or in all if --unconditional.")
flags.DEFINE_alias("num_per_category", "num_samples")
_CONDITIONAL = flags.DEFINE_boolean("conditional", True, "Draw sketches of given drawings.")
_UNCONDITIONAL = flags.DEFINE_boolean("unconditional", False, "Draw sketches of codes from the "
                                      "learned mixture; the same as --noconditional.")
_COMPONENT = flags.DEFINE_integer("component", None, "Draw codes from this component of the "
                                  "mixture only (implies --unconditional).")
_TEMPERATURE = flags.DEFINE_float("temperature", 0.24, "Above 0; low is neat, 1 is as learned.")
_GREEDY = flags.DEFINE_boolean("greedy", False, "Draw the most likely sketch instead.")
_SEED = flags.DEFINE_integer("seed", 0, "Same seed, same sketches.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 128, "Sketches drawn at a time.")
_MAX_LENGTH = flags.DEFINE_integer("max_length", None, "Most points of a sketch. Default: that of "
                                   "the model's longest training drawing.")
_COLOUR = flags.DEFINE_boolean("colour", False, "Colour by category, as the original; retrieval "
                               "needs black.")
_VARIANTS = flags.DEFINE_integer("sheet_variants", 3, "Further sketches of each drawing on the "
                                 "contact sheet.", lower_bound=0)
_JIT = flags.DEFINE_boolean("jit_compile", False, "Compile with XLA; pays for many sketches.")


def main() -> None:
  """Reads the flags, samples and reports."""
  how = Sketching(_TEMPERATURE.value, _GREEDY.value, _MAX_LENGTH.value, _BATCH_SIZE.value)
  conditional = (_CONDITIONAL.value and not _UNCONDITIONAL.value and _COMPONENT.value is None)
  cli.emit(sample_run.run(sample_run.Options(
      model=MODEL.value, output_dir=_OUTPUT_DIR.value, data_dir=DATA_DIR.value,
      split=_SPLIT.value, conditional=conditional, component=_COMPONENT.value,
      num_samples=_NUM_SAMPLES.value, seed=_SEED.value, colour=_COLOUR.value,
      sheet_variants=_VARIANTS.value, jit_compile=_JIT.value, how=how)))


if __name__ == "__main__":
  cli.run(main)
