"""What a signature takes, made of files: drawings, pictures, arrays, and single numbers.

What numbers mean is not in a signature, only their type, so it goes by the zoo's names of inputs: a
float32 `image` is RPCL-pix2seq's, in [-1, 1]; `mask` is 0 or 1; every other picture is in 0..255.
"""

import pathlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from data_tools import image_files, raster, stroke_files, strokes
from data_tools.errors import UserError
from serving.signatures import STRING, Signature, Tensor

KNOWN = ("sketch", "photo")  # the left and the right half of a joint picture


class Options(NamedTuple):
  """What is not in the files.

  Attributes:
    seed, temperature: of inputs of these names.
    split, row: which drawing of an .npz file.
    known: of KNOWN, the half of a joint picture to go by where no `mask` is given.
  """

  seed: int = 0
  temperature: float = 0.24
  split: str = "test"
  row: int = 0
  known: str = "sketch"


def make(signature: Signature, sources: Mapping[str, str], options: Options = Options()
         ) -> dict[str, np.ndarray]:
  """The inputs of one request.

  Args:
    signature: what the server says of it.
    sources: input name -> file; "" in place of a name stands for the only input that needs a file.
    options: what else is to be known.

  Returns:
    Input name -> array of the input's type, [B, ...].

  Raises:
    UserError: a file is missing, unreadable, of another kind or size, or not for this signature.
  """
  sources = _named(signature, sources)
  inputs = {name: _from_file(name, tensor, pathlib.Path(sources[name]), options)
            for name, tensor in signature.inputs.items() if name in sources}
  rows = {len(array) for array in inputs.values() if array.ndim} or {1}
  if len(rows) > 1:
    told = ", ".join(f"{name} {len(array)}" for name, array in inputs.items())
    raise UserError(f"The files have different numbers of rows ({told}); give as many of each.")
  for name, tensor in signature.inputs.items():
    if name not in inputs:
      inputs[name] = _without_file(name, tensor, max(rows), options)
  return inputs


def _needs_file(name: str) -> bool:
  return name not in ("seed", "temperature", "mask")


def _named(signature, sources):
  """Sources by input name."""
  needed = [name for name in signature.inputs if _needs_file(name)]
  if "" in sources and len(needed) != 1:
    raise UserError(f"The signature takes {_all(needed)}, so --input must say which of them a file "
                    f"is for, as in --input={needed[0] if needed else 'name'}=FILE.")
  named = {name or needed[0]: source for name, source in sources.items()}
  if unknown := [name for name in named if name not in signature.inputs]:
    raise UserError(f"The signature has no input {unknown[0]!r}; it takes "
                    f"{_all(signature.inputs)}.")
  if missing := [name for name in needed if name not in named]:
    raise UserError(f"The signature needs a file for {_all(missing)} "
                    f"({signature.inputs[missing[0]].text}); give --input={missing[0]}=FILE.")
  return named


def _without_file(name, tensor, rows, options):
  if name == "mask":
    return _half_mask(tensor, rows, options.known)
  if name == "seed":
    return np.arange(options.seed, options.seed + rows, dtype=tensor.dtype)
  return np.full([rows], options.temperature, tensor.dtype)


def _half_mask(tensor, rows, known):
  """1 in the known half of joint pictures, [B, S, 2 S, 1]."""
  if tensor.shape is None or None in tensor.shape[1:]:
    raise UserError("The size of the mask is not known; give a picture of it by --input=mask=FILE, "
                    "white where pixels are known, else black.")
  mask = np.zeros([rows, *tensor.shape[1:]], tensor.dtype)
  middle = tensor.shape[2] // 2
  mask[:, :, slice(middle) if known == KNOWN[0] else slice(middle, None)] = 1
  return mask


def _from_file(name, tensor: Tensor, path: pathlib.Path, options) -> np.ndarray:
  if tensor.dtype == STRING:
    return np.array([_bytes(path)], object)
  ending = path.suffix.lower()
  if ending == ".npy":
    return _array(name, tensor, path)
  if ending == ".npz":
    return _drawing(name, tensor, path, options)
  if ending in image_files.IMAGE_ENDINGS:
    return _picture(name, tensor, path)
  raise UserError(f"{path} is no file that {name} can be made of; give a picture (.png, .jpg, "
                  "...), a drawing file (.npz) or an array (.npy).")


def _bytes(path):
  try:
    return path.read_bytes()
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror}); give a file that is there and may "
                    "be read.") from error


def _array(name, tensor, path):
  try:
    found = np.load(path, allow_pickle=False)
  except (OSError, ValueError, EOFError) as error:
    reason = getattr(error, "strerror", None) or "it is damaged, or holds no plain array"
    raise UserError(f"{path} can't be read as an .npy array ({reason}); write one with "
                    "np.save.") from error
  if tensor.shape is not None and found.ndim == len(tensor.shape) - 1:
    found = found[None]
  if not (tensor.takes(found.shape) and np.can_cast(found.dtype, tensor.dtype, "same_kind")):
    raise UserError(f"{path} is {found.dtype} {list(found.shape)}, but {name} is {tensor.text}; "
                    "give an array of that type and shape.")
  return found.astype(tensor.dtype)


def _picture(name, tensor, path):
  channels = tensor.shape[-1] if tensor.shape is not None and len(tensor.shape) == 4 else None
  if channels not in (1, 3):
    raise UserError(f"{name} is {tensor.text}, no picture of 1 or 3 channels; give an .npy array "
                    f"of it instead of {path}.")
  picture = image_files.read_image(path, "L" if channels == 1 else "RGB")
  picture = picture.reshape(1, *picture.shape[:2], channels)
  if not tensor.takes(picture.shape):
    height, width = picture.shape[1:3]
    raise UserError(f"{path} is {width} x {height} pixels, but {name} is {tensor.text} (rows, "
                    "height, width, channels); resize or crop it.")
  return _scaled(name, tensor, picture, path)


def _drawing(name, tensor, path, options):
  if name != "image" or tensor.shape is None or None in tensor.shape[1:]:
    raise UserError(f"{path} is a drawing file, of which {name} ({tensor.text}) can't be made; "
                    "give a picture or an .npy array.")
  drawings = stroke_files.read_drawings(path)[options.split]
  if not 0 <= options.row < len(drawings):
    raise UserError(f"{path} has {len(drawings)} drawings in {options.split}, so there is no row "
                    f"{options.row}; rows count from 0.")
  drawing, (width, _, channels) = drawings[options.row], tensor.shape[1:]
  if tensor.dtype != "uint8":
    picture = raster.rasterize([drawing], width=width)[..., None]
    return _scaled(name, tensor, picture, path)
  from data_tools import recognition_pictures  # with TensorFlow, which nothing else here needs
  line = recognition_pictures.PROPORTIONAL_LINE * width / 225
  return recognition_pictures.pictures_of_strokes([strokes.clip(drawing)], width, channels, line)


def _scaled(name, tensor, picture, path):
  """Bytes as the numbers that the input has."""
  if tensor.dtype == "uint8":
    return picture
  if name == "image":
    return (picture / 255.0 * 2.0 - 1.0).astype(tensor.dtype)  # as in training
  if name != "mask":
    return picture.astype(tensor.dtype)
  if not np.isin(picture, (0, 255)).all():
    raise UserError(f"{path} has gray pixels, but a mask is white where pixels are known and black "
                    "elsewhere; save it as PNG of these two.")
  return (picture / 255).astype(tensor.dtype)


def _all(names) -> str:
  return ", ".join(names) or "nothing"
