"""Ret@1, 10 and 50: how often a sketch finds the drawing that it was made from.

  python evaluate/retrieval.py --model=RUN --data_dir=DATA --sample_dir=DIR
  python evaluate/retrieval.py --model=rpcl_pix2seq_demo --generate

DIR is the output of `evaluate/sample.py --num_samples=0` (every drawing of the test split, in
black). With --generate the sketches are drawn now and not kept. Prints one JSON line.
"""

from absl import flags

from data_tools import cli
from evaluate import retrieval_run
from evaluate.drawing_flags import DATA_DIR
from evaluate.model_flags import MODEL
from evaluate.sketching import Sketching

_SAMPLE_DIR = flags.DEFINE_string("sample_dir", None, "Folder of the sketches' CATEGORY_INDEX.png.")
flags.DEFINE_alias("output_dir", "sample_dir")
_SPLIT = flags.DEFINE_enum("split", "test", ["train", "valid", "test"], "The drawings to find.")
_GENERATE = flags.DEFINE_boolean("generate", False, "Draw a sketch of every drawing now.")
_PARTIAL = flags.DEFINE_boolean("partial", False, "Score though some drawings have no sketch.")
_TEMPERATURE = flags.DEFINE_float("temperature", 0.24, "For --generate.")
_GREEDY = flags.DEFINE_boolean("greedy", False, "For --generate.")
_SEED = flags.DEFINE_integer("seed", 0, "For --generate.", lower_bound=0)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 128, "Images or sketches at a time.")
_MAX_LENGTH = flags.DEFINE_integer("max_length", None, "For --generate: most points of a sketch.")
_JIT = flags.DEFINE_boolean("jit_compile", False, "For --generate: compile with XLA.")


def main() -> None:
  """Reads the flags, scores and reports."""
  cli.emit(retrieval_run.run(retrieval_run.Options(
      model=MODEL.value, sample_dir=_SAMPLE_DIR.value, data_dir=DATA_DIR.value,
      split=_SPLIT.value, generate=_GENERATE.value, partial=_PARTIAL.value, seed=_SEED.value,
      jit_compile=_JIT.value,
      how=Sketching(_TEMPERATURE.value, _GREEDY.value, _MAX_LENGTH.value, _BATCH_SIZE.value))))


if __name__ == "__main__":
  cli.run(main)
