"""What a set of images leaves behind for FID and KID, in memory, in a file, in the cache."""

import concurrent.futures
import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from data_tools import cli, files, npz_members
from data_tools.errors import UserError
from evaluate.metrics.frechet import mean_and_covariance
from evaluate.metrics.kid import WHOLE_UP_TO

ENDING = ".npz"
STORED_FEATURES = WHOLE_UP_TO  # sets up to this size keep their features, 8 KiB an image, for KID
_VERSION = 1  # of what features are made; a change makes stored ones useless
_CHUNK = 2**20


@dataclasses.dataclass(frozen=True)
class Statistics:
  """Features of a set of images, or their mean and covariance.

  Attributes:
    mean: float64 [d].
    covariance: float64 [d, d].
    count: n, images in the set; None if a foreign file doesn't tell.
    features: float32 [n, d]; None for large sets and foreign files.
    mode: how the images were resized; None if unknown.
    weights: "published" or the SHA-256 of the network's weight file; None if unknown.
    formats: endings of the image files, such as ("png",).
    content: key of the images' content; None if unknown.
  """

  mean: np.ndarray
  covariance: np.ndarray
  count: int | None = None
  features: np.ndarray | None = None
  mode: str | None = None
  weights: str | None = None
  formats: tuple[str, ...] = ()
  content: str | None = None


def of_features(features: np.ndarray, **about) -> Statistics:
  """Statistics of features float32 [n, d]; `about` are further attributes."""
  mean, covariance = mean_and_covariance(features)
  return Statistics(mean, covariance, len(features), features, **about)


def content_key(paths: Sequence[pathlib.Path], mode: str, weights: str) -> str:
  """A key that changes with any name or byte of the images, the mode and the weights.

  Args:
    paths: of the images, in order.
    mode: how they are resized.
    weights: "published" or a SHA-256.

  Returns:
    64 hex digits.

  Raises:
    UserError: a file can't be read.
  """
  key = hashlib.sha256(repr([_VERSION, mode, weights]).encode())
  with concurrent.futures.ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
    digests = cli.progress(pool.map(_digest, paths), total=len(paths), unit="image",
                           desc="Looking for known images")
    for digest, path in zip(digests, paths):
      key.update(repr([path.name, digest]).encode())
  return key.hexdigest()


def _digest(path: pathlib.Path) -> str:
  digest = hashlib.sha256()
  try:
    with path.open("rb") as file:
      while chunk := file.read(_CHUNK):
        digest.update(chunk)
  except OSError as error:
    raise UserError(f"The image {path} can't be read ({error.strerror}); give an image file that "
                    "is there and may be read.") from error
  return digest.hexdigest()


def cache_path(content: str) -> pathlib.Path:
  """Where the statistics of this content are kept."""
  return files.cache_dir() / "fid_statistics" / f"{content}{ENDING}"


def save(path: str | os.PathLike, statistics: Statistics) -> None:
  """Writes an .npz file, whole or not at all; `mu` and `sigma` in it are those of pytorch-fid.

  Raises:
    UserError: the file can't be written.
  """
  arrays = {"mu": statistics.mean, "sigma": statistics.covariance, "count": statistics.count,
            "mode": statistics.mode, "weights": statistics.weights,
            "formats": ",".join(statistics.formats), "content": statistics.content}
  if statistics.features is not None and len(statistics.features) <= STORED_FEATURES:
    arrays["features"] = statistics.features
  with files.atomic_path(path) as scratch:
    np.savez(scratch, **{name: array for name, array in arrays.items() if array is not None})


def load(path: str | os.PathLike) -> Statistics:
  """Reads a file of `save`, or one of pytorch-fid with mu and sigma alone.

  Args:
    path: of an .npz file; nothing in it is run.

  Returns:
    Its statistics.

  Raises:
    UserError: it is missing, damaged, or holds something else.
  """
  with npz_members.open_npz(path) as file:
    arrays = {name: file.read_plain(name) for name in file.members
              if name in ("mu", "sigma", "count", "features", "mode", "weights", "formats",
                          "content")}
  lacking = {"mu", "sigma"} - arrays.keys()
  if lacking:
    raise UserError(f"{path} holds no {' and no '.join(sorted(lacking))}; give a folder of images, "
                    "or a statistics file of --save_statistics or pytorch-fid.")
  mean, covariance = (_numbers(path, name, arrays[name]).astype(np.float64)
                      for name in ("mu", "sigma"))
  if mean.ndim != 1 or not mean.size or covariance.shape != (mean.size, mean.size):
    raise UserError(f"{path} holds mu of shape {list(mean.shape)} and sigma of "
                    f"{list(covariance.shape)}, expected [d] and [d, d]; make the file again.")
  features = arrays.get("features")
  count = arrays.get("count")
  if count is not None:
    count = int(_scalar(path, "count", _numbers(path, "count", count)))
  if features is not None and _numbers(path, "features", features).shape != (count, mean.size):
    raise UserError(f"{path} holds features of shape {list(features.shape)}, which don't fit its "
                    f"count {count} and mu of {mean.size}; make the file again.")
  text = {name: str(_scalar(path, name, arrays[name])) for name in ("mode", "weights", "content")
          if name in arrays}
  formats = str(_scalar(path, "formats", arrays["formats"])) if "formats" in arrays else ""
  return Statistics(mean, covariance, count, features,
                    formats=tuple(formats.split(",")) if formats else (), **text)


def _numbers(path, name: str, array: np.ndarray) -> np.ndarray:
  if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
    raise UserError(f"{path} holds {name} with values that are not finite numbers; make the file "
                    "again.")
  return array


def _scalar(path, name: str, array: np.ndarray):
  if array.ndim:
    raise UserError(f"{path} holds {name} of shape {list(array.shape)}, expected a single value; "
                    "make the file again.")
  return array[()]
