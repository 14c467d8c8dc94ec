"""The frozen VGG-16 of TOM: torchvision's weights, a file of one's own, or random ones."""

import os
import pathlib

from data_tools import cli
from data_tools.download import sha256_of
from data_tools.errors import UserError
from models.lpips.vgg16 import CONVOLUTIONS
from models.tom.vgg_features import VggFeatures
from pretrained import backbone_weights, public_weights
from pretrained.torch_files import read_state_dict

FLAG = "--vgg"
RANDOM = "random"
PUBLISHED = "torchvision_vgg16"
HELP = ("Weights of VGG-16, which TOM sees with: torchvision's .pth file, or another with the "
        "entries features.N.weight and features.N.bias. Not given: torchvision's of the cache "
        "folder, or they are fetched. \"random\": random ones, to try the program.")
_TITLE = "torchvision's .pth file of VGG-16"


def locate(given: str | None) -> pathlib.Path | None:
  """The file of the weights, or None for random ones, which a line on stderr tells.

  Args:
    given: what `--vgg` gives: a path, "random", or None for torchvision's.

  Raises:
    UserError: there is no such file, or torchvision's can't be fetched.
  """
  if given == RANDOM:
    cli.say(f"{FLAG}={RANDOM}: VGG-16 gets random weights. This shows that the program works, not "
            "what it learns with a network that knows pictures.")
    return None
  try:
    return public_weights.locate(PUBLISHED, given, allow_other=True, flag=FLAG)
  except UserError as error:
    raise UserError(f"{str(error).removesuffix('.')}; {FLAG}={RANDOM} tries the program "
                    "without.") from error


def load(layer: VggFeatures, path: str | os.PathLike) -> None:
  """Fills the convolutions; entries of the classifier and of further levels are passed over.

  Raises:
    UserError: the file can't be read, or entries are missing, misshapen, unknown or no finite
      numbers.
  """
  shapes = backbone_weights.shapes_of(layer.vgg.convolutions)
  further = tuple(f"{name}." for name in CONVOLUTIONS if name not in layer.vgg.convolutions)
  found = {name: array for name, array in read_state_dict(path).items()
           if not name.startswith(("classifier.", *further))}
  backbone_weights.check_entries(path, found, shapes, _TITLE)
  backbone_weights.fill(layer.vgg.convolutions, found)


def label(path: pathlib.Path | None) -> str:
  """Which weights these are, for config.json."""
  if path is None:
    return RANDOM
  if public_weights.is_published(PUBLISHED, path):
    return PUBLISHED
  return f"{path.name}, sha256 {sha256_of(path)}"
