"""Completes joint images of sketch and photo by Contextual GAN: a photo for a sketch, or back.

  python evaluate/complete.py --model=RUN --direction=sketch_to_photo --output_dir=DIR
  python evaluate/complete.py --model=RUN --direction=photo_to_sketch --input_dir=PHOTOS \\
      --output_dir=DIR --iterations=200
  python evaluate/complete.py --model=RUN --mask=MASK.png --input_dir=JOINT --output_dir=DIR

Searches for the latent vector whose joint image fits what is known, and shows what it draws beside.
Writes DIR as a whole: completed/ and generated/ with a picture each, sheet.png, the losses over the
steps as charts and as losses.npz, and results.json; prints a table and one JSON line. Without
--input_dir the test split of the built-in faces is used.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from evaluate import completion_run
from evaluate.model_flags import MODEL
from models.contextual_gan.completion import DIRECTIONS

_CONFIG = " Default: as the model's config says."
_DIRECTION = flags.DEFINE_enum("direction", None, list(DIRECTIONS), "What is made of what.")
_MASK = flags.DEFINE_string("mask", None, "In place of --direction: a picture of the joint images' "
                            "size, white where pixels are known, black elsewhere.")
_INPUT_DIR = flags.DEFINE_string(
    "input_dir", None, "A folder (not searched below), or a text file with one path a line: joint "
    "images, sketch beside photo, whose other half is the truth; or sketches or photos alone, of "
    "which the middle is taken. Default: the built-in faces' test split, of xdog where the model "
    "was trained on that.")
_TRUTH_DIR = flags.DEFINE_string("truth_dir", None, "The other halves of sketches or photos alone, "
                                 "of the same names.")
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Where the results go: a new or empty "
                                  "folder.", required=True)
_ITERATIONS = flags.DEFINE_integer("iterations", None, f"Steps of the search.{_CONFIG}")
_LAMBDA = flags.DEFINE_float("lambda", None, f"Weight of the perceptual loss.{_CONFIG}")
_NUM_INIT = flags.DEFINE_integer("num_init", None, "Latent vectors to choose the start from."
                                 f"{_CONFIG}")
_MOMENTUM = flags.DEFINE_float("momentum", None, f"Nesterov momentum of the search.{_CONFIG}")
_RATE = flags.DEFINE_float("learning_rate", None, f"Of the search.{_CONFIG}")
_SEED = flags.DEFINE_integer("seed", 0, "Of the first draws, together with each picture's name: "
                             "what else is completed makes no difference.", lower_bound=0)
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 32, "Pictures at a time, at most; moves results "
                                   "by rounding only.", lower_bound=1)
_RECOGNISER = flags.DEFINE_string("recogniser", None, "Folder of a recogniser of photos, a model "
                                  "of the kind vggface, for the verification accuracy.")
_SHEET_ROWS = flags.DEFINE_integer("sheet_rows", 8, "Pictures on the sheet, evenly over their "
                                   "order; 0: no sheet.", lower_bound=0)
_JIT = flags.DEFINE_boolean("jit_compile", False, "Compile the search with XLA: for GPUs; on CPUs "
                            "its convolutions are slow.")


def main() -> None:
  """Reads the flags, completes and reports."""
  cli.emit(completion_run.run(completion_run.Options(
      model=MODEL.value, output_dir=_OUTPUT_DIR.value, direction=_DIRECTION.value,
      mask=_MASK.value, input_dir=_INPUT_DIR.value, truth_dir=_TRUTH_DIR.value,
      iterations=_ITERATIONS.value, num_init=_NUM_INIT.value, perceptual_weight=_LAMBDA.value,
      search_momentum=_MOMENTUM.value, search_rate=_RATE.value, seed=_SEED.value,
      batch_size=_BATCH_SIZE.value, recogniser=_RECOGNISER.value, sheet_rows=_SHEET_ROWS.value,
      jit_compile=_JIT.value)))


if __name__ == "__main__":
  cli.run(main)
