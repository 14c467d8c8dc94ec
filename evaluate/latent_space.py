"""A map of a model's latent space, and what became of each component of its mixture.

  python evaluate/latent_space.py --model=rpcl_pix2seq_demo --output_dir=DIR
  python evaluate/latent_space.py --model=RUN --data_dir=DATA --output_dir=DIR --projection=lda

Writes latent_map.png (codes of the test drawings by component, category and style) and
components.png (sketches of each live component). Prints the table of components to stderr and one
JSON line, the adjusted Rand indices in it, to stdout.
"""

from absl import flags

from data_tools import cli
from evaluate import latent_run
from evaluate.drawing_flags import DATA_DIR
from evaluate.model_flags import MODEL
from evaluate.sketching import Sketching

_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Where the pictures go.", required=True)
_SPLIT = flags.DEFINE_enum("split", "test", ["train", "valid", "test"], "Which drawings to show.")
_PROJECTION = flags.DEFINE_enum(
    "projection", "pca", latent_run.PROJECTIONS, "pca: where codes spread most. lda: where the "
    "components stand apart most, measured in their own spread.")
_SKETCHES = flags.DEFINE_integer("sketches", 8, "Sketches of each live component.", lower_bound=1)
_TEMPERATURE = flags.DEFINE_float("temperature", 0.24, "Of the sketches; above 0.")
_SEED = flags.DEFINE_integer("seed", 0, "Of the sketches.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 128, "Images or sketches at a time.")
_MAX_LENGTH = flags.DEFINE_integer("max_length", None, "Most points of a sketch.")


def main() -> None:
  """Reads the flags, draws and reports."""
  cli.emit(latent_run.run(latent_run.Options(
      model=MODEL.value, output_dir=_OUTPUT_DIR.value, data_dir=DATA_DIR.value,
      split=_SPLIT.value, projection=_PROJECTION.value, sketches=_SKETCHES.value, seed=_SEED.value,
      how=Sketching(_TEMPERATURE.value, max_length=_MAX_LENGTH.value,
                    batch_size=_BATCH_SIZE.value))))


if __name__ == "__main__":
  cli.run(main)
