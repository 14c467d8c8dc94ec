"""What the conversions of both stages of the original Sketch-to-Image share."""

import pathlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from data_tools import cli
from data_tools.errors import UserError
from models.sketch2image.config import Sketch2ImageConfig
from models.sketch2image.decoder import SCALE
from pretrained import torch_conversion
from pretrained.torch_conversion import Origin
from pretrained.torch_files import read_tree

PROGRAM = "Sketch-to-Image"
# The start of the names of the style encoder's classifier.
CLASSIFIER = "final_cls."
# Of the decoder: [1, 8n, side, side] and, large enough that no small file asks for a huge model,
# [8n, 16n, 3, 3].
_BASE, _WIDTH_FROM = "base_feat", "feat_8_1.2.weight"
_WIDEST = 8


def parts_of(path: pathlib.Path, networks: Iterable[str], adams: Iterable[str],
             averages: Iterable[str], origin: Origin) -> dict[str, Any]:
  """The entries of a checkpoint, the networks' names without the prefix of several GPUs.

  Args:
    path: of the file.
    networks, adams: entries that are dicts.
    averages: entries that are lists.
    origin: for the sentence.

  Raises:
    UserError: the file is missing or broken, or has other entries.
  """
  networks, adams, averages = map(tuple, (networks, adams, averages))
  expected = (f"{', '.join(networks)} (state dicts), {', '.join(adams)} (optimisers)"
              + "".join(f" and {name} (a list)" for name in averages))
  kinds = dict.fromkeys(networks + adams, dict) | dict.fromkeys(averages, list)
  parts = torch_conversion.parts_of(read_tree(path), kinds, path, expected, origin)
  return {key: torch_conversion.plain_names(value) if key in networks else value
          for key, value in parts.items()}


def sizes_of(decoder: Mapping[str, Any], prefix: str, where: str, origin: Origin
             ) -> dict[str, int]:
  """`nfc` and `im_size_ae` of the decoder with this state dict.

  Args:
    decoder: the state dict.
    prefix: before the decoder's names.
    where: what it stands in, for the sentence.
    origin: likewise.

  Raises:
    UserError: it lacks what tells them.
  """
  shape = lambda name: torch_conversion.shape_of(decoder, prefix + name, 4, where, origin)
  return {"nfc": shape(_WIDTH_FROM)[0] // _WIDEST, "im_size_ae": SCALE * shape(_BASE)[-1]}


def config_of(path: pathlib.Path, **values: Any) -> Sketch2ImageConfig:
  """Hyperparameters found in a file, the others as in the original.

  Raises:
    UserError: there is no such model.
  """
  try:
    return Sketch2ImageConfig(**values).validate()
  except UserError as error:
    raise UserError(f"{path} is not of a model that there is here: {error}") from error


def compare_with_name(path: pathlib.Path, step: int, unit: str,
                      steps_of: Callable[[int], tuple[int, int]]) -> None:
  """Tells if the step count is not one that the file's number speaks of.

  Args:
    path: of the file; other names than <number>.pth tell nothing.
    step: by the optimisers, which is what counts.
    unit: what the number counts.
    steps_of: number -> the fewest and the most steps that it may stand for.
  """
  named = re.fullmatch(r"(\d+)\.pth", path.name)
  if named is None:
    return
  fewest, most = steps_of(int(named[1]))
  if not fewest <= step <= most:
    cli.say(f"{path} is by its name of {unit} {named[1]}, that is of {fewest} to {most} steps, but "
            f"its optimisers have made {step}, as when a run went on from another one's file; "
            f"the model's step is {step}.")
