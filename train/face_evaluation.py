"""How well a face model's sketches match the true ones, while it is trained."""

import io

import numpy as np
import tensorflow as tf
from PIL import Image

from data_tools.errors import UserError
from data_tools.faces.face_dataset import FaceSplit
from data_tools.faces.result_files import encode_jpeg
from evaluate.fid_evaluator import FidEvaluator
from evaluate.metrics.fsim import fsim
from evaluate.translating import Translator

LOWER_IS_BETTER = {"fid": True, "fsim": False}


class FaceEvaluation:
  """FSIM and FID of sketches made from photos, both sides compressed as the original's results.

  Args:
    model: a face model; see `Translator`.
    faces: N pairs.
    with_fid: compute FID, too; its network's weights are fetched if they are not in the cache.
    inception_weights: their file, if it is to be used instead.
    batch_size: photos at a time.

  Attributes:
    sketches: uint8 [N, h, w, 1], what the model made at the latest call; None before.

  Raises:
    UserError: the weights can't be had.
  """

  def __init__(self, model: tf.keras.Model, faces: FaceSplit, with_fid: bool,
               inception_weights: str | None = None, batch_size: int = 4):
    self.faces = faces
    self.sketches: np.ndarray | None = None
    self._translate = Translator(model, "photo_to_sketch", min(batch_size, len(faces)))
    self._true = _as_stored(faces.sketches)
    self._fid = None
    if with_fid:
      self._fid = FidEvaluator(self._true, weights=inception_weights, kid=False)
      try:
        self._fid.reference  # pylint: disable=pointless-statement  (computed now, not after hours)
      except UserError as error:
        raise UserError(f"{error} Or choose checkpoints without it: --select_by=fsim.") from error

  def __call__(self) -> dict[str, float]:
    """`fsim`, the mean over the pairs (NaN if a sketch is blank), and `fid` if asked for."""
    self.sketches = self._translate(self.faces.photos)
    stored = _as_stored(self.sketches)
    figures = {"fsim": float(np.mean([fsim(true, made).fsim
                                      for true, made in zip(self._true, stored)]))}
    if self._fid is not None:
      figures["fid"] = self._fid.score(stored)["fid"]
    return figures


def _as_stored(sketches: np.ndarray) -> np.ndarray:
  """What is read back of a sketch's JPEG file: uint8 [N, h, w, 1] -> uint8 [N, h, w]."""
  return np.stack([np.asarray(Image.open(io.BytesIO(encode_jpeg(sketch[..., 0]))))
                   for sketch in sketches])
