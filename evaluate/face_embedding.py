"""Face recognisers at work: pictures -> features."""

import os

import numpy as np
import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from data_tools.faces import geometry as geometry_module
from data_tools.faces.geometry import Geometry
from evaluate.encoding import filled_up
from models import saving
from pretrained import pretrained_registry

KIND = "vggface"  # of the models that recognise faces, in models/registry.py


def load(name_or_dir: str | os.PathLike) -> tf.keras.Model:
  """A face recogniser by its name or folder.

  Raises:
    UserError: there is none, its files are broken, or it is another kind of model.
  """
  folder = pretrained_registry.resolve(name_or_dir)
  kind = saving.read_config(folder)["model"]
  if kind != KIND:
    raise UserError(f"{name_or_dir} is a model of the kind {kind}, but faces are recognised by "
                    f"{KIND}; give a folder of that kind.")
  return saving.load_model(folder)[0]


def own_recogniser(model: tf.keras.Model, domain: str) -> tf.Module | None:
  """The recogniser that a face model was trained with and carries; None if there is none.

  Args:
    model: a face model.
    domain: "photo" or "sketch".
  """
  return getattr(getattr(model, "frozen", None), domain, None)


def embed_all(recogniser: tf.Module, pictures: np.ndarray, batch_size: int = 16,
              geometry: Geometry | None = None, desc: str = "") -> np.ndarray:
  """Features of pictures.

  Args:
    recogniser: its `embed` takes float32 [B, H, W, 3] in [-1, 1] and gives float32 [B, D].
    pictures: uint8 [N, h, w, 1 or 3], 0..255; gray ones are shown as RGB; N above 0.
    batch_size: pictures at a time; the last batch is filled up, so it moves a result by rounding
      only.
    geometry: pictures are faces of its size, shown as in training, but in the middle of the crop;
      None: pictures as they are.
    desc: of a progress bar on stderr; empty: none.

  Returns:
    float32 [N, D].

  Raises:
    UserError: features that are not finite or all zero.
    ValueError: the faces have another size than the geometry's.
  """
  size = min(batch_size, len(pictures))
  shape = pictures.shape[1:3] if geometry is None else geometry.crop
  embed = tf.function(recogniser.embed, [tf.TensorSpec([size, *shape, 3], tf.float32)],
                      autograph=False)
  features = []
  for start in cli.progress(range(0, len(pictures), size), desc=desc, unit="batch",
                            shown=bool(desc)):
    rows = np.arange(start, min(start + size, len(pictures)))
    seen = pictures[filled_up(rows, size)]
    if geometry is not None:
      seen = geometry_module.window(seen, geometry.centre, geometry)
    seen = np.broadcast_to(geometry_module.normalise(seen), [size, *shape, 3])
    features.append(embed(tf.constant(seen)).numpy()[:len(rows)])
  found = np.concatenate(features)
  if not np.isfinite(found).all() or not found.any(axis=1).all():
    raise UserError("The recogniser's features of some faces are NaN, infinite or all zero, so "
                    "nothing can be compared: its training had failed; use an earlier checkpoint.")
  return found
