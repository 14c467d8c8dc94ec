"""The command line of IACycleGAN's training: its own flags, and what they gave."""

import dataclasses

from absl import flags

from models.ia_cyclegan.presets import PRESETS
from models.vggface.config import DOMAINS
from models.vggface.presets import PRESETS as RECOGNISER_PRESETS
from train import run_flags
from train.face_options import FaceOptions

GAN, RECOGNISER, ALL = "gan", "recogniser", "all"
DATA_DIR = ("Folder that holds the sets' folders, such as CUHK/Training Photos. Not given, and no "
            "lists: the built-in faces.")


@dataclasses.dataclass(frozen=True)
class TurnOptions(FaceOptions):
  """See the flags of `run_flags` and those below; `log_root` is the folder of all stages."""

  rounds: int = 1
  recogniser: str | None = None
  recogniser_preset: str = "full"
  recogniser_hparams: str = ""


def define() -> None:
  """Defines all flags; call once, before the command line is read."""
  run_flags.define("ia_cyclegan", PRESETS, "the networks", DATA_DIR)
  text = flags.DEFINE_string
  flags.DEFINE_enum("stage", ALL, [GAN, RECOGNISER, ALL], "What to train: one GAN, one recogniser, "
                    "or both in turns.")
  flags.DEFINE_integer("rounds", 1, "Turns with the identity loss.", lower_bound=1)
  text("lists_dir", None, "Folder with lists of pairs. Not given: photos and sketches of equal "
       "names.")
  text("inception_weights", None, "File of the weights of FID's network. Not given: those of the "
       "cache folder, or they are fetched.")
  text("recogniser", None, "A trained or converted recogniser that all turns begin with, such as "
       "VGGFace's. Not given: a recogniser is trained from scratch.")
  flags.DEFINE_enum("recogniser_preset", None, sorted(RECOGNISER_PRESETS), "Hyperparameters of the "
                    "recognisers to start from. Not given: those of --preset.")
  text("recogniser_hparams", "", "Hyperparameters of the recognisers to change.")
  text("recogniser_photo", None, "With --stage=gan: the recogniser of photos, a folder.")
  text("recogniser_sketch", None, "With --stage=gan: the recogniser of sketches, a folder.")
  text("init_gan", None, "With --stage=gan: a GAN whose networks the run begins with.")
  flags.DEFINE_enum("domain", None, list(DOMAINS), "With --stage=recogniser: what is recognised.")
  text("synthetic_dir", None, "With --stage=recogniser: folder of generated pictures of the domain "
       "under the names of the pairs.")
  text("init_from", None, "With --stage=gan: a model folder to go on from with its optimisers; "
       "with --stage=recogniser: a recogniser to begin with.")


def options() -> TurnOptions:
  """What the command line gave."""
  given, common = flags.FLAGS, run_flags.options()
  preset = given.recogniser_preset or common.preset
  return TurnOptions(**{**vars(common), "lists_dir": given.lists_dir,
                        "inception_weights": given.inception_weights, "rounds": given.rounds,
                        "recogniser": given.recogniser, "recogniser_preset": preset,
                        "recogniser_hparams": given.recogniser_hparams,
                        "init_from": given.init_from})
