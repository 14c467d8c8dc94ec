"""Whether Contextual GAN's search finds again what its own generator drew: a check of the search.

  python evaluate/recovery.py --model=RUN
  python evaluate/recovery.py --model=RUN --direction=photo_to_sketch --count=32 --iterations=100 \\
      --output=recovery.json --sheet=recovery.png

Draws joint images from latent vectors that are known, shows the search one half of each, and
compares the other half and the latent vector with the true ones, at the start (the best of the
first draws) and at the end. Needs no pictures. Prints one JSON line: the means, and each image.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from evaluate import recovery_run
from evaluate.model_flags import MODEL
from models.contextual_gan.completion import DIRECTIONS

_CONFIG = " Default: as the model's config says."
_DIRECTION = flags.DEFINE_enum("direction", DIRECTIONS[0], list(DIRECTIONS), "Which half is given, "
                               "and which is to be found.")
_COUNT = flags.DEFINE_integer("count", 16, "Joint images to draw and find again.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the true latent vectors and of the search's first "
                             "draws.", lower_bound=0)
_ITERATIONS = flags.DEFINE_integer("iterations", None, f"Steps of the search.{_CONFIG}")
_NUM_INIT = flags.DEFINE_integer("num_init", None, "Latent vectors to choose the start from."
                                 f"{_CONFIG}")
_RATE = flags.DEFINE_float("learning_rate", None, f"Of the search.{_CONFIG}")
_MOMENTUM = flags.DEFINE_float("momentum", None, f"Nesterov momentum of the search.{_CONFIG}")
_LAMBDA = flags.DEFINE_float("lambda", None, f"Weight of the perceptual loss.{_CONFIG}")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 32, "Images at a time, at most; moves results by "
                                   "rounding only.", lower_bound=1)
_OUTPUT = flags.DEFINE_string("output", None, "Write the figures to this .json file, too.")
_SHEET = flags.DEFINE_string("sheet", None, "Write a sheet to this .png file: the true joint "
                             "images, what the search started from, and what it found.")


def main() -> None:
  """Reads the flags, searches and reports."""
  cli.emit(recovery_run.run(recovery_run.Options(
      model=MODEL.value, direction=_DIRECTION.value, count=_COUNT.value, seed=_SEED.value,
      iterations=_ITERATIONS.value, num_init=_NUM_INIT.value, search_rate=_RATE.value,
      search_momentum=_MOMENTUM.value, perceptual_weight=_LAMBDA.value,
      batch_size=_BATCH_SIZE.value, output=_OUTPUT.value, sheet=_SHEET.value)))


if __name__ == "__main__":
  cli.run(main)
