"""Files of synthesised faces, named and compressed as the original's results."""

import io
import os

import numpy as np
from PIL import Image

from data_tools import files


def encode_jpeg(image: np.ndarray) -> bytes:
  """A picture as the original stores its results: JPEG of Pillow's default quality (75).

  Args:
    image: uint8 [H, W] or [H, W, 3].

  Returns:
    The bytes of the file.
  """
  stream = io.BytesIO()
  Image.fromarray(image).save(stream, format="JPEG")
  return stream.getvalue()


def save_jpeg(path: str | os.PathLike, image: np.ndarray) -> None:
  """Writes `encode_jpeg` of a picture; see there.

  Raises:
    UserError: the file can't be written.
  """
  with files.atomic_path(path) as scratch:
    scratch.write_bytes(encode_jpeg(image))
