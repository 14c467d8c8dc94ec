"""FID and KID of sets of images against one reference, whose features are computed once.

The command evaluate/fid.py scores one set; a training loop keeps a `FidEvaluator` and scores its
samples every now and then:

  evaluator = FidEvaluator("photos/test")
  report = evaluator.score(images)  # uint8 [n, H, W, 3], a folder, or a list of paths
"""

import functools
import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from data_tools.image_files import list_images
from evaluate import feature_statistics
from evaluate.feature_statistics import ENDING, Statistics
from evaluate.inception_features import INPUTS, PYTORCH_FID, FeatureExtractor, refuse_mixed_sizes
from evaluate.metrics.frechet import frechet_distance, frechet_distance_of_features
from evaluate.metrics.kid import WHOLE_UP_TO, kernel_distance
from models.inception_v3.network import FEATURES
from pretrained import inception_weights

ENOUGH_IMAGES = FEATURES  # fewer give covariances without full rank
_LOSSY = {"jpg", "webp"}
Source = str | os.PathLike | np.ndarray | Sequence[np.ndarray] | Sequence[os.PathLike]


class FidEvaluator:
  """Scores sets of images against a reference set.

  The reference's statistics are computed at the first score and kept, also in the cache folder,
  under a key of the images' content; the network is loaded when the first features are needed.

  Args:
    reference: folder, text file with one path a line, or .npz file of statistics; or images in
      memory, as for `score`.
    mode: "pytorch-fid", which published figures use, or "clean"; how images are resized.
    weights: path of the network's weight file; None: the cache folder's, or it is fetched.
    allow_other_weights: takes weights that are not the published ones.
    batch_size: images at a time; it doesn't change the figures.
    kid: compute KID too, where the features of both sets are there.
    allow_mixed_sizes: resize each image by itself where a set has several sizes.
    cache: look for the reference in the cache folder, and leave it there.
    jit_compile: compile the network with XLA.

  Raises:
    UserError: there are no such images or statistics.
  """

  def __init__(self, reference: Source, *, mode: str = PYTORCH_FID,
               weights: str | os.PathLike | None = None, allow_other_weights: bool = False,
               batch_size: int = 50, kid: bool = True, allow_mixed_sizes: bool = False,
               cache: bool = True, jit_compile: bool = False):
    if mode not in INPUTS:
      raise ValueError(f"mode is {mode!r}, expected one of {', '.join(INPUTS)}")
    self.mode, self.batch_size, self.kid, self.jit_compile = mode, batch_size, kid, jit_compile
    self._weights = weights, allow_other_weights
    self._allow_mixed_sizes, self._cache = allow_mixed_sizes, cache
    self._reference = self._listed(reference)

  def score(self, generated: Source) -> dict[str, Any]:
    """Scores a set of images.

    Args:
      generated: folder, list file or .npz file as the reference's; or images in memory, uint8
        [n, H, W, 3] or n arrays [H, W, 3] or [H, W].

    Returns:
      `fid`, `kid`, `kid_std`, `kid_whole` (None where not computed), `count`, `reference_count`,
      `mode`, `weights`, `format`, `reference_format` and `warnings`, sentences.

    Raises:
      UserError: images can't be read, or the two sets can't be compared.
    """
    generated = self._listed(generated)  # first, so that what is missing is told before any work
    reference = self.reference
    return compare(reference, self._statistics(generated, "Generated images"), self.kid)

  @functools.cached_property
  def reference(self) -> Statistics:
    """The reference's statistics.

    Raises:
      UserError: images can't be read.
    """
    if not (self._cache and _are_files(self._reference)):
      return self._statistics(self._reference, "Reference images")
    content = feature_statistics.content_key(self._reference, self.mode, self._identity)
    found = _cached(content)
    if found is None:
      found = self._statistics(self._reference, "Reference images", content)
      try:
        feature_statistics.save(feature_statistics.cache_path(content), found)
      except UserError as error:  # the figure doesn't depend on it
        cli.say(f"The reference's statistics were not kept: {error}")
    return found

  @property
  def _identity(self) -> str:
    """Of the weights, without fetching them."""
    return inception_weights.PUBLISHED if self._weights[0] is None else self._weight_file.identity

  @functools.cached_property
  def _weight_file(self) -> inception_weights.WeightFile:
    return inception_weights.find(*self._weights)

  @functools.cached_property
  def _extractor(self) -> FeatureExtractor:
    return FeatureExtractor(inception_weights.load_file(self._weight_file), self.mode,
                            self.batch_size, self.jit_compile)

  def _listed(self, source: Source) -> Statistics | Sequence[pathlib.Path] | Sequence[np.ndarray]:
    """What a source stands for: stored statistics, paths or images."""
    if isinstance(source, (str, os.PathLike)):
      if pathlib.Path(source).suffix.lower() == ENDING and not pathlib.Path(source).is_dir():
        return self._fitting(feature_statistics.load(source), source)
      source = list_images(source)
    elif all(isinstance(one, (str, os.PathLike)) for one in source):
      source = [pathlib.Path(path) for path in source]
    if len(source) < 2:
      raise UserError("A single image has no covariance, so there is no FID of it; give at least "
                      "two images on each side.")
    if _are_files(source) and not self._allow_mixed_sizes:
      refuse_mixed_sizes(source)
    return source

  def _fitting(self, statistics: Statistics, source: str | os.PathLike) -> Statistics:
    """Refuses stored statistics that were made otherwise than this evaluator would."""
    if len(statistics.mean) != FEATURES:
      raise UserError(f"{source} holds statistics of {len(statistics.mean)} features, but FID "
                      f"takes the {FEATURES} of the last pooling; make it with those.")
    if statistics.mode not in (None, self.mode):
      raise UserError(f"{source} was made with --mode={statistics.mode}, but this is "
                      f"--mode={self.mode}; give the same mode, or the images themselves.")
    if statistics.weights not in (None, self._identity):
      raise UserError(f"{source} was made with other weights of the network "
                      f"({statistics.weights[:16]}, now {self._identity[:16]}); give the same "
                      f"{inception_weights.FLAG}, or the images themselves.")
    return statistics

  def _statistics(self, source, desc: str, content: str | None = None) -> Statistics:
    if isinstance(source, Statistics):
      return source
    about = {"mode": self.mode, "weights": self._identity, "content": content}
    if _are_files(source):
      about["formats"] = _formats(source)
      features = self._extractor.of_files(source, desc)
    else:
      features = self._extractor.of_images(source, desc)
    if not np.isfinite(features).all():
      raise UserError(f"The network gives NaN or infinity for some of the images with the weights "
                      f"{self._weight_file.path}; give the published ones.")
    return feature_statistics.of_features(features, **about)


def compare(reference: Statistics, generated: Statistics, kid: bool = True) -> dict[str, Any]:
  """FID and KID of two sets; the result is that of `FidEvaluator.score`.

  Args:
    reference: the true images' statistics.
    generated: those of the images to judge.
    kid: compute KID, if the features of both are there.

  Raises:
    UserError: the statistics are none of features.
  """
  features = reference.features, generated.features
  has_features = all(one is not None for one in features)
  try:
    if has_features and max(map(len, features)) <= len(reference.mean):
      fid = frechet_distance_of_features(*features)
    else:
      fid = frechet_distance(reference.mean, reference.covariance, generated.mean,
                             generated.covariance)
  except ValueError as error:
    raise UserError(f"FID can't be computed: {error}; make the statistics again.") from error
  small = has_features and max(map(len, features)) <= WHOLE_UP_TO
  distance = kernel_distance(*features) if kid and small else None
  return {"fid": fid, "kid": distance and distance.mean, "kid_std": distance and distance.std,
          "kid_whole": distance and distance.whole, "count": generated.count,
          "reference_count": reference.count, "mode": generated.mode or reference.mode,
          "weights": generated.weights or reference.weights, "format": list(generated.formats),
          "reference_format": list(reference.formats),
          "warnings": _warnings(reference, generated, kid and not small)}


def _warnings(reference: Statistics, generated: Statistics, kid_is_missing: bool) -> list[str]:
  """Sentences about what makes the figure hard to compare."""
  found = []
  counts = [one.count for one in (reference, generated) if one.count is not None]
  if counts and min(counts) < ENOUGH_IMAGES:
    found.append(f"fewer than {ENOUGH_IMAGES:,} images: FID depends strongly on the number, so "
                 "compare it only with figures of as many images, and look at KID")
  if len(set(counts)) > 1:
    found.append(f"{generated.count:,} generated and {reference.count:,} reference images: "
                 "published figures mostly take as many of both")
  formats = reference.formats, generated.formats
  if all(formats) and _LOSSY & set(formats[0]) != _LOSSY & set(formats[1]):
    found.append(f"the reference is {'/'.join(formats[0])}, the generated images "
                 f"{'/'.join(formats[1])}: what compression leaves out moves FID by itself")
  if None in (reference.mode, generated.mode):
    found.append("a statistics file doesn't say how it was made: mode and weights are taken for "
                 "the same")
  if kid_is_missing:
    found.append(f"no KID: it needs the features of both sets, which are kept for up to "
                 f"{WHOLE_UP_TO:,} images")
  return found


def _cached(content: str) -> Statistics | None:
  """Statistics of the cache folder, if they are there and whole."""
  path = feature_statistics.cache_path(content)
  if not path.exists():
    return None
  try:
    found = feature_statistics.load(path)
  except UserError as error:
    cli.say(f"Not using the cache: {error}")
    return None
  if found.content != content:
    return None
  cli.say(f"The statistics of these {found.count} reference images are in the cache.")
  return found


def _are_files(source: Any) -> bool:
  return isinstance(source, list) and bool(source) and isinstance(source[0], pathlib.Path)


def _formats(paths: Sequence[pathlib.Path]) -> tuple[str, ...]:
  """The endings that occur, lower case, .jpeg as jpg."""
  return tuple(sorted({path.suffix.lower().lstrip(".").replace("jpeg", "jpg") for path in paths}))
