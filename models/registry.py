"""The models of the zoo by name: the one place that knows them all.

To add a model, write `models/<name>/`, then a line here; train/<name>.py, saving, loading and
the shared tests find it through this table.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from data_tools.errors import UserError
from models.contextual_gan.config import ContextualGanConfig
from models.contextual_gan.model import ContextualGan
from models.ia_cyclegan.config import IaCycleGanConfig
from models.ia_cyclegan.model import IaCycleGan
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq
from models.sc_lmser.config import ScLmserConfig
from models.sc_lmser.model import ScLmser
from models.sketch2image.autoencoder_model import SketchAutoEncoder
from models.sketch2image.config import Sketch2ImageConfig
from models.sketch2image.gan_model import SketchGan
from models.sketch_a_net.config import SketchANetConfig
from models.sketch_a_net.model import SketchANet
from models.tom.config import TomConfig
from models.tom.model import Tom
from models.vggface.config import VggFaceConfig
from models.vggface.model import FaceRecogniser


@dataclasses.dataclass(frozen=True)
class ModelEntry:
  """How to make one model.

  Attributes:
    config: its config dataclass.
    build: from a config and a seed to the model, with all its variables made.
    command: that trains it; empty: train/<name>.py.
  """

  config: type
  build: Callable[..., tf.keras.Model]
  command: str = ""


MODELS: dict[str, ModelEntry] = {
    "contextual_gan": ModelEntry(ContextualGanConfig, ContextualGan),
    "ia_cyclegan": ModelEntry(IaCycleGanConfig, IaCycleGan),
    "rpcl_pix2seq": ModelEntry(RpclPix2SeqConfig, RpclPix2Seq),
    "sc_lmser": ModelEntry(ScLmserConfig, ScLmser),
    "sketch2image": ModelEntry(Sketch2ImageConfig, SketchGan),
    "sketch2image_ae": ModelEntry(Sketch2ImageConfig, SketchAutoEncoder,
                                  command="train/sketch2image.py --stage=ae"),
    "sketch_a_net": ModelEntry(SketchANetConfig, SketchANet),
    "tom": ModelEntry(TomConfig, Tom),
    "vggface": ModelEntry(VggFaceConfig, FaceRecogniser,
                          command="train/ia_cyclegan.py --stage=recogniser"),
}


def entry(name: str) -> ModelEntry:
  """The entry of a model.

  Raises:
    UserError: there is no such model.
  """
  if name not in MODELS:
    raise UserError(f"There is no model {name!r}; the models are {', '.join(sorted(MODELS))}.")
  return MODELS[name]


def command(name: str) -> str:
  """What trains a registered model: a program below the repository's root, and its flags."""
  return entry(name).command or f"train/{name}.py"


def name_of(model: Any) -> str:
  """The registered name of a model's class."""
  return next(name for name, item in MODELS.items() if type(model) is item.build)
