"""What a model server gave, as files to look at and to work on with."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from data_tools import files, strokes, svg
from data_tools.errors import UserError

_SHOWN = 8  # values of a row that the JSON line may hold
_PIXELS = "_uint8"  # how outputs of pixels end
_SVG_SIZE = 256


def check_rows(outputs: Mapping[str, np.ndarray]) -> None:
  """Contextual GAN tells of each row in `error`, a string, what is wrong with it.

  Raises:
    UserError: with the first row's sentence that is not empty.
  """
  for sentence in outputs.get("error", ()):
    if isinstance(sentence, bytes) and sentence:
      raise UserError(f"The model gives no result: {sentence.decode().rstrip('.')}.")


def write(folder: str | os.PathLike, outputs: Mapping[str, np.ndarray]) -> list[str]:
  """Writes all outputs, or nothing.

  Args:
    folder: new or empty.
    outputs: name -> array, [B, ...].

  Returns:
    Names of the files, sorted: NAME.npy of every numeric output; NAME.png of each picture
    (NAME_uint8, or of an `image` in [-1, 1] without it), NAME.svg of strokes [B, T, 5], with the
    row's number behind NAME where there are several rows.

  Raises:
    UserError: the folder can't be made, or the disk is full.
  """
  with files.whole_folder(folder) as scratch:
    for name, array in outputs.items():
      if array.dtype != object:
        np.save(scratch / f"{name}.npy", array, allow_pickle=False)
    for name, pictures in _pictures(outputs).items():
      for row, picture in enumerate(pictures):
        Image.fromarray(picture).save(scratch / f"{_numbered(name, row, pictures)}.png")
    drawings = outputs.get("strokes", np.empty(0))
    if drawings.ndim == 3:
      for row, drawing in enumerate(drawings):
        svg.save_svg(scratch / f"{_numbered('strokes', row, drawings)}.svg",
                     strokes.to_stroke3(drawing), _SVG_SIZE)
    return sorted(path.name for path in scratch.iterdir())


def summary(outputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
  """Name -> the values if they are few, else type and shape, for the JSON line.

  Numbers that JSON has no word for, NaN and infinities, are None.
  """
  return {name: _values(array) if array.size <= _SHOWN * max(1, len(array)) and array.ndim <= 2
          else {"dtype": str(array.dtype), "shape": list(array.shape)}
          for name, array in outputs.items()}


def _values(array):
  if array.dtype == object:
    return [one.decode(errors="replace") if isinstance(one, bytes) else one for one in array.flat]
  if array.dtype.kind == "f":
    return np.where(np.isfinite(array), array.astype(object), None).tolist()
  return array.tolist()


def _pictures(outputs) -> dict[str, np.ndarray]:
  """Pictures as bytes, [B, H, W] gray or [B, H, W, 3]."""
  found = {name.removesuffix(_PIXELS): array for name, array in outputs.items()
           if name.endswith(_PIXELS)}
  image = outputs.get("image")
  if image is not None and "image" not in found and image.dtype.kind == "f":
    found["image"] = np.rint((np.clip(image, -1, 1) + 1) * 127.5).astype(np.uint8)
  return {name: array[..., 0] if array.shape[-1] == 1 else array for name, array in found.items()
          if array.ndim == 4 and array.shape[-1] in (1, 3)}


def _numbered(name, row, rows) -> str:
  return name if len(rows) == 1 else f"{name}_{row}"
