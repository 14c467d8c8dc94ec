"""The flags that the commands on Sketch-to-Image share."""

from absl import flags

from evaluate.painting import LARGEST_SEED, STATISTICS, WEIGHTS

PHOTO_DIR = flags.DEFINE_string(
    "photo_dir", None, "The photos: a folder, not searched below. Without it, and without a folder "
    "of sketches: built-in faces, a demonstration.")
SEED = flags.DEFINE_integer("seed", 0, "Of what is chosen, and of the generator's noise.",
                            lower_bound=0, upper_bound=LARGEST_SEED)
STATISTICS_OF = flags.DEFINE_enum(
    "statistics", "batch", list(STATISTICS), "What the generator's norms take: batch, the "
    "statistics of what is painted together, as whenever the original samples; moving, those of "
    "training, with which each picture stands for itself.")


def define_output_dir(about: str = "Where the pictures go; those of the same name are replaced."
                      ) -> flags.FlagHolder:
  """--output_dir."""
  return flags.DEFINE_string("output_dir", None, about, required=True)


def define_sketch_dir() -> flags.FlagHolder:
  """--sketch_dir."""
  return flags.DEFINE_string("sketch_dir", None, "The sketches, black lines on white, likewise.")


def define_weights(default: str | None = "average", more: str = "") -> flags.FlagHolder:
  """--weights; `more` is said at the end of its help."""
  return flags.DEFINE_enum(
      "weights", default, list(WEIGHTS), "Of the generator: average, the moving average over the "
      f"training, which the original's previews show; live, the trained ones.{more}")
