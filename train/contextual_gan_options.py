"""The command line of Contextual GAN's training: its own flags, and what they gave."""

import dataclasses

from absl import flags

from data_tools.errors import UserError
from train import run_flags
from train.run_start import Options

DATA_DIR = ("Folder of joint images, such as data_tools/make_joint.py makes: SPLIT/STYLE/NAME.png. "
            "Not given: the built-in faces.")
# Of both Adams when a trained model is adapted to other sketches.
ADAPTATION_RATE = "0.00001"
_RATE = "learning_rate"


@dataclasses.dataclass(frozen=True)
class ContextualGanOptions(Options):
  """See the flags of `run_flags` and those below."""

  styles: tuple[str, ...] = ()


def define() -> None:
  """Defines Contextual GAN's own flags; call once, before the command line is read."""
  flags.DEFINE_list("styles", [], "Which sketches are trained on, such as xdog,fdog; several keep "
                    "the model from fitting one. Default: all that --data_dir has; of the built-in "
                    "faces xdog, fdog and photocopy.")
  flags.DEFINE_string("adapt_from", None, "A run folder to adapt to other sketches: training "
                      "begins with its weights, optimisers and hyperparameters, but a "
                      f"learning_rate of {ADAPTATION_RATE} if --hparams gives none.")


def options() -> ContextualGanOptions:
  """What the command line gave.

  Raises:
    UserError: a style has no name.
  """
  given, common = flags.FLAGS, run_flags.options()
  styles = tuple(style.strip() for style in given.styles)
  if not all(styles):
    raise UserError(f"--styles={','.join(given.styles)} has a style without a name; give names "
                    "with commas between them, such as xdog,fdog.")
  values = {**vars(common), "init_from": given.adapt_from}
  if given.adapt_from and _RATE not in common.hparams:
    rate = f"{_RATE}={ADAPTATION_RATE}"
    values["hparams"] = f"{rate}, {common.hparams}" if common.hparams.strip() else rate
  return ContextualGanOptions(**values, styles=styles)
