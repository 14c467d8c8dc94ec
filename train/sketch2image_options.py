"""The command line of Sketch-to-Image's training: its own flags, and what they gave."""

import dataclasses
import os
from collections.abc import Sequence

from absl import flags

from data_tools.errors import UserError
from pretrained import perceptual_weights
from train import ignored_flags, run_flags
from train.run_start import Options

AE, GAN, BOTH = "ae", "gan", "both"
# The original's names of its folders of sketches.
_SKETCH_ROOTS = ("data_root_sketch_1", "data_root_sketch_2", "data_root_sketch_3")


@dataclasses.dataclass(frozen=True)
class Sketch2ImageOptions(Options):
  """See the flags of `run_flags` and those below. `log_root` is the folder of the stage's run."""

  photo_dir: str | None = None
  sketch_dirs: Sequence[str] = ()
  pretrained_ae_path: str | None = None
  pretrained_ae_iter: int | None = None
  gan_checkpoint: str | None = None
  backbone_weights: str | None = None
  heads_weights: str | None = None
  fid: bool = True
  inception_weights: str | None = None


def define() -> None:
  """Defines the own flags; call once, before the command line is read."""
  text = flags.DEFINE_string
  flags.DEFINE_enum("stage", BOTH, [AE, GAN, BOTH], "What to train: the auto-encoder, the GAN on "
                    "top of it, or one after the other.")
  text("photo_dir", None, "Folder of the photos. Neither it nor --sketch_dirs given: the built-in "
       "faces.")
  flags.DEFINE_list("sketch_dirs", [], "Folders of sketches of these photos, by name, separated by "
                    "commas; self-supervision takes the last.")
  text("data_root_colorful", None, "The original's name of --photo_dir.")
  for name in _SKETCH_ROOTS:
    text(name, None, "The original's name of one of --sketch_dirs.")
  text("trial_name", "", "Name of the run: a folder below --log_root.")
  text("save_folder", "", "Where --log_root lies.")
  text("pretrained_ae_path", None, "A run folder or a converted model: the auto-encoder that stage "
       "gan refines, instead of the one in --log_root; what stage ae begins with.")
  flags.DEFINE_integer("pretrained_ae_iter", None, "Step of its kept checkpoint. Not given: the "
                       "newest.", lower_bound=0)
  text("gan_checkpoint", None, "A run folder or a converted model that stage gan begins with.")
  text("gan_ckeckpoint", None, "The original's name of --gan_checkpoint.")
  flags.DEFINE_boolean("train_ae_only", False, "The original's name of --stage=ae.")
  flags.DEFINE_boolean("train_gan_only", False, "The original's name of --stage=gan.")
  for name, words in perceptual_weights.HELP.items():
    text(name, None, words)
  flags.DEFINE_boolean("fid", True, "FID during stage gan.")
  text("inception_weights", None, "File of the weights of FID's network. Not given: those of the "
       "cache folder, or they are fetched.")
  ignored_flags.define("multi_gpu", "dataloader_workers")


def stages() -> list[str]:
  """Which stages are to be trained, in order.

  Raises:
    UserError: flags contradict each other.
  """
  given = flags.FLAGS
  only = [stage for stage, asked in ((AE, given.train_ae_only), (GAN, given.train_gan_only))
          if asked]
  if len(only) == 2:
    raise UserError("--train_ae_only and --train_gan_only are both given; give one of them, or "
                    "none to train both stages.")
  if only and given["stage"].present and given.stage != only[0]:
    raise UserError(f"--stage={given.stage} and --train_{only[0]}_only contradict each other; give "
                    "one of them.")
  stage = only[0] if only else given.stage
  return [AE, GAN] if stage == BOTH else [stage]


def options(hyperparameters: str) -> Sketch2ImageOptions:
  """What the command line gave, `log_root` being that of all stages.

  Args:
    hyperparameters: text of those that had a flag of their own.

  Raises:
    UserError: a thing is given twice, under its own and the original's name.
  """
  given, common = flags.FLAGS, run_flags.options()
  texts = [text for text in (common.hparams, hyperparameters) if text.strip()]
  root = os.path.join(given.save_folder, common.log_root, given.trial_name)
  own = {name: getattr(given, name) for name in (
      "pretrained_ae_path", "pretrained_ae_iter", "backbone_weights", "heads_weights", "fid",
      "inception_weights")}
  return Sketch2ImageOptions(**{
      **vars(common), **own, "hparams": ", ".join(texts), "log_root": os.path.normpath(root),
      "photo_dir": _one_of("photo_dir", "data_root_colorful"), "sketch_dirs": _sketch_dirs(),
      "gan_checkpoint": _one_of("gan_checkpoint", "gan_ckeckpoint")})


def of_stage(options: Sketch2ImageOptions, stage: str) -> Sketch2ImageOptions:
  """The options of one stage: its own run folder, and what it begins with.

  Args:
    options: of the command line.
    stage: "ae" or "gan".
  """
  begins_with = {AE: (options.pretrained_ae_path, options.pretrained_ae_iter),
                 GAN: (options.gan_checkpoint, None)}
  init_from, init_step = begins_with[stage]
  return dataclasses.replace(options, log_root=os.path.join(options.log_root, stage),
                             init_from=init_from, init_step=init_step if init_from else None)


def _sketch_dirs() -> tuple[str, ...]:
  own = [folder for folder in flags.FLAGS.sketch_dirs if folder]
  originals = [root for root in (getattr(flags.FLAGS, name) for name in _SKETCH_ROOTS) if root]
  if own and originals:
    raise UserError("--sketch_dirs and --data_root_sketch_N are both given; give one of them.")
  return tuple(own or originals)


def _one_of(name: str, originals: str) -> str | None:
  values = [getattr(flags.FLAGS, name), getattr(flags.FLAGS, originals)]
  if None not in values:
    raise UserError(f"--{name} and --{originals} are both given; give one of them.")
  return values[0] or values[1]
