"""The command line of TOM's training: its own flags, and what they gave."""

import dataclasses
import os

from absl import flags

from pretrained import vgg_weights
from train import run_flags
from train.run_start import Options


@dataclasses.dataclass(frozen=True)
class TomOptions(Options):
  """See the flags of `run_flags` and those below."""

  path_a: str | None = None
  path_b: str | None = None
  vgg: str | None = None


def define() -> None:
  """Defines TOM's own flags; call once, before the command line is read."""
  flags.DEFINE_string("path_a", None, "Folder of photos, with or without folders in it. Neither it "
                      "nor --path_b given: the built-in faces.")
  flags.DEFINE_string("path_b", None, "Folder of sketches whose style is learnt; they need not "
                      "show what the photos show.")
  flags.DEFINE_string("trial_name", "", "Name of the run: a folder below --log_root.")
  flags.DEFINE_list("gpu_id", [], "Numbers of the GPUs to use, a hint: without them, all or the "
                    "CPU.")
  flags.DEFINE_string("checkpoint", None, "A run folder or a converted model to begin with: its "
                      "weights, optimisers and hyperparameters.")
  flags.DEFINE_string("vgg", None, vgg_weights.HELP)


def options(hyperparameters: str) -> TomOptions:
  """What the command line gave.

  Args:
    hyperparameters: text of those that had a flag of their own.
  """
  given, common = flags.FLAGS, run_flags.options()
  texts = [text for text in (common.hparams, hyperparameters) if text.strip()]
  checkpoint = given.checkpoint if given.checkpoint != "None" else None  # the original's default
  values = {**vars(common), "hparams": ", ".join(texts), "init_from": checkpoint,
            "log_root": os.path.normpath(os.path.join(common.log_root, given.trial_name))}
  return TomOptions(**values, path_a=given.path_a, path_b=given.path_b, vgg=given.vgg)
