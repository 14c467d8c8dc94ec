"""FID of Sketch-to-Image's pictures while it is trained.

    fid              the original's: random crops of the photos that are trained on, painted with
                     the live weights and the statistics of each batch
    fid_mismatched   the same sketches in other photos' styles
    fid_held_out     photos that are not trained on, whole, painted with the moving average of the
                     weights and the moving statistics: what a user of the model gets
"""

import hashlib
import json
from collections.abc import Iterable, Iterator

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from data_tools.sketch_sets import derangements, paired_batches
from data_tools.sketch_sets.pictures import Pictures
from evaluate import feature_statistics
from evaluate.feature_statistics import Statistics
from evaluate.fid_evaluator import compare
from evaluate.inception_features import PYTORCH_FID, FeatureExtractor
from evaluate.painting import Painter
from models.sketch2image.gan_model import SketchGan
from pretrained import inception_weights
from train.sketch2image_data import RunSets

_BATCH = 8  # pictures painted at a time, as in the original
_OTHER_CROPS = 1  # added to the seed, so that the painted crops are not the real ones


class SketchFid:
  """The three figures; the model is afterwards what it was.

  The features of real photos are computed once, and kept in the cache folder under a key of the
  photos, their number and size.

  Args:
    model: compiled; its weights are read at each call.
    sets: that it is trained on, and not.
    weights: file of the weights of FID's network; None: the cache folder's, or they are fetched.

  Raises:
    UserError: the weights can't be had.
  """

  def __init__(self, model: SketchGan, sets: RunSets, weights: str | None = None):
    self._model, self._sets = model, sets
    found = inception_weights.find(weights)
    self._identity = found.identity
    self._extract = FeatureExtractor(inception_weights.load_file(found), PYTORCH_FID)
    self._live = Painter(model, min(_BATCH, len(sets.train)), weights="live")
    self._average = Painter(model, min(_BATCH, len(sets.train)), statistics="moving")
    self._real = self._kept("train", self._real_crops())
    held_out = sets.held_out
    self._real_held_out = held_out and self._kept("held out", map(_photos, self._whole(held_out)))

  def __call__(self) -> dict[str, float]:
    """The figures by name; without photos that are held out two of them."""
    config, train = self._model.config, self._sets.train
    count = min(config.fid_batch_nbr, max(1, len(train) // _BATCH - 1))
    figures = {
        "fid": self._distance(self._real, self._painted_crops(count, mixed=False)),
        "fid_mismatched": self._distance(self._real, self._painted_crops(count, mixed=True))}
    if self._real_held_out:
      figures["fid_held_out"] = self._distance(self._real_held_out, (
          self._average(batch["sketch"], batch["photo"]).refined[batch["weight"] > 0]
          for batch in self._whole(self._sets.held_out)))
    return figures

  def _distance(self, real: Statistics, batches: Iterable[np.ndarray]) -> float:
    return compare(real, self._statistics(batches, "Painting for FID"), kid=False)["fid"]

  def _painted_crops(self, count: int, mixed: bool) -> Iterator[np.ndarray]:
    config, seed = self._model.config, self._model.seed + _OTHER_CROPS
    batches = paired_batches.TrainBatches(self._sets.train, self._live.batch_size, seed,
                                          config.im_size_gan, sketch_set=-1)
    for index in range(count):
      photos, sketches = batches(index)
      if mixed:
        order = derangements.derangement(np.random.default_rng([seed, index]), len(photos))
        photos = photos[order]
      yield self._live(sketches, photos, seed=index).refined

  def _real_crops(self) -> Iterator[np.ndarray]:
    config = self._model.config
    batches = paired_batches.TrainBatches(self._sets.train, config.batch_size_gan,
                                          self._model.seed, config.im_size_gan)
    return (batches(index)[0] for index in range(config.fid_batch_nbr))

  def _whole(self, pictures: Pictures) -> Iterator[dict[str, np.ndarray]]:
    return paired_batches.eval_batches(pictures, self._average.batch_size,
                                       self._model.config.im_size_gan).as_numpy_iterator()

  def _kept(self, what: str, batches: Iterable[np.ndarray]) -> Statistics:
    """Statistics of real photos: from the cache folder, or computed and left there."""
    pictures = self._sets.train if what == "train" else self._sets.held_out
    content = self._key(what, pictures)
    path = feature_statistics.cache_path(content)
    if path.exists():
      try:
        found = feature_statistics.load(path)
        if found.content == content:
          return found
      except UserError as error:
        cli.say(f"Not using the cache: {error}")
    found = self._statistics(batches, "Real photos for FID", content)
    feature_statistics.save(path, found)
    return found

  def _key(self, what: str, pictures: Pictures) -> str:
    config = self._model.config
    files = [(path.name, path.stat().st_size, path.stat().st_mtime_ns)
             for path in pictures.files.photos]
    facts = [what, files, config.im_size_gan, config.batch_size_gan, config.fid_batch_nbr,
             self._model.seed, self._identity]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

  def _statistics(self, batches: Iterable[np.ndarray], desc: str, content: str | None = None
                  ) -> Statistics:
    features = []
    for batch in cli.progress(batches, desc=desc, unit="batch"):
      features.append(self._extract.of_images(batch, desc=""))
    return feature_statistics.of_features(
        np.concatenate(features), mode=PYTORCH_FID, weights=self._identity, content=content)


def _photos(batch: dict[str, np.ndarray]) -> np.ndarray:
  """Those of a batch of `eval_batches` that are not there to fill it up."""
  return batch["photo"][batch["weight"] > 0]
