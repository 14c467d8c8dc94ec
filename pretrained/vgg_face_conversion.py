"""Oxford's VGG-Face as a face recogniser of the zoo."""

import os
import pathlib
from typing import Any

from models.vggface.config import VggFaceConfig
from models.vggface.model import FaceRecogniser
from pretrained import vgg_face_weights


def convert(source: str | os.PathLike) -> tuple[FaceRecogniser, dict[str, Any]]:
  """Reads vgg_face.mat; at full size the model takes 540 MB.

  Args:
    source: see `vgg_face_weights.read`.

  Returns:
    The recogniser of photos, not compiled (the file has no optimiser), whose features are fc7's;
    and what is known of its training.

  Raises:
    UserError: the file is missing or broken, or holds another network.
  """
  found = vgg_face_weights.read(source)
  model = FaceRecogniser(VggFaceConfig(width=found.width, input_size=found.input_size))
  for name, layer in model.network.convolutions.items():
    layer.kernel.assign(found.kernels[name])
    layer.bias.assign(found.biases[name])
  model.network.average.assign(found.average)
  return model, {"converted_from": pathlib.Path(source).name}
