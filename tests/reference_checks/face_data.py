"""data.npz: what the original's data code makes of face pictures, equal to the byte."""

import io
import pathlib
import re
from collections.abc import Iterator

import numpy as np
from PIL import Image

from data_tools.faces import geometry, result_files
from data_tools.faces.geometry import Geometry
from tests.reference_checks.finding import Finding, different

Arrays = dict[str, np.ndarray]


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Every array of the file that a data step reads or writes; numbers of unequal pixels."""
  with np.load(path, allow_pickle=False) as file:
    arrays = dict(file)
  yield from _resized(arrays)
  yield from _probed(arrays)
  yield from _cropped(arrays)
  yield from _drawn(arrays)
  yield from _network_side(arrays)


def _resized(arrays: Arrays) -> Iterator[Finding]:
  for key in sorted(arrays):
    found = re.fullmatch(r"out/resize_(\w+_\d+)|out/(odd_\w+)_resized", key)
    if found:
      name = found[1] or found[2]
      ours = geometry.resize(arrays[f"in/{name}"])
      yield Finding(f"{name}: resized", different(ours, arrays[key]), 0)


def _probed(arrays: Arrays) -> Iterator[Finding]:
  probes = arrays["out/probe_sizes_w_h_outw_outh"]
  fitted = [geometry.fitted_size((height, width)) for width, height in probes[:, :2].tolist()]
  yield Finding("sizes after resize", different(np.array(fitted)[:, ::-1], probes[:, 2:]), 0)
  fits = [size == Geometry.face for size in fitted]
  yield Finding("sizes that are refused", different(fits, arrays["out/probe_process_succeeds"]), 0)


def _cropped(arrays: Arrays) -> Iterator[Finding]:
  for key in sorted(arrays):
    found = re.fullmatch(r"out/process_(\w+)_img(\d+)_offset(\d+)", key)
    if found:
      kind, image, offset = found.groups()
      ours = _seen(arrays[f"in/{kind}_{image}"], arrays[f"in/offset_{offset}"])
      yield Finding(f"{kind}_{image}: at offset {offset}", different(ours, arrays[key]), 0)
    found = re.fullmatch(r"out/eval_(\w+_\d+)", key)
    if found:
      ours = _seen(arrays[f"in/{found[1]}"], Geometry().centre)
      yield Finding(f"{found[1]}: for evaluation", different(ours, arrays[key]), 0)


def _seen(image: np.ndarray, offset) -> np.ndarray:
  """What the network sees of a picture, still as uint8."""
  face = geometry.resize(image)
  stacked = face.reshape(*face.shape[:2], -1)
  seen = geometry.window(stacked, tuple(int(place) for place in offset))
  return seen.reshape(*seen.shape[:2], *face.shape[2:])


def _drawn(arrays: Arrays) -> Iterator[Finding]:
  """The random batches: the draws are the original's, the pictures they give ours."""
  for key in sorted(arrays):
    found = re.fullmatch(r"out/random_batch_bs(\d+)_indices", key)
    if found:
      name, indices = f"batches of {found[1]}", arrays[key]
      calls = arrays[f"out/random_batch_bs{found[1]}_randint_calls"]
      offsets = calls[calls[:, 1] != _number_of_pictures(arrays) - 1]
      bounds = np.array([[0, count - 1] for count in Geometry().offsets] * len(indices))
      yield Finding(f"{name}: range of the offsets", different(offsets[:, :2], bounds), 0)
      ours = _seen(arrays[f"in/sketch_{indices[0, 0]}"], offsets[:2, 2])
      reference = arrays[f"out/random_batch_bs{found[1]}_first_sketch_first"]
      yield Finding(f"{name}: first sketch", different(ours, reference), 0)


def _number_of_pictures(arrays: Arrays) -> int:
  return sum(key.startswith("in/sketch_") for key in arrays)


def _network_side(arrays: Arrays) -> Iterator[Finding]:
  normalised = geometry.normalise(arrays["in/pixel_values"])
  yield Finding("normalised pixels", different(normalised, arrays["out/pixel_normalised"]), 0)
  uncropped = geometry.uncrop(arrays["in/model_output"])
  yield Finding("pixels of an output",
                different(uncropped[0, ..., 0], arrays["out/uncropped"]), 0)
  with Image.open(io.BytesIO(result_files.encode_jpeg(arrays["in/jpeg_in"]))) as image:
    yield Finding("JPEG and back", different(np.asarray(image), arrays["out/jpeg_decoded"]), 0)
