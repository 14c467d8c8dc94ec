"""Pictures through a face model: photo to sketch, or sketch to photo.

A training loop makes one `Translator` and shows it the test faces after every epoch:

  translate = Translator(model, "photo_to_sketch")
  sketches = translate(split.photos)  # uint8 [N, h, w, 1]

Every face model of the zoo has what this needs: `photo_to_sketch` and `sketch_to_photo`, from
pixels 0..255 [B, H, W, C] to float32 [B, H, W, C'] in about [-1, 1], and `config.geometry`.
"""

import numpy as np
import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from data_tools.faces import geometry as geometry_module
from data_tools.faces.geometry import WHITE, Geometry
from evaluate.encoding import filled_up

# What is given, and what is made of it.
DIRECTIONS = {"photo_to_sketch": ("photo", "sketch"), "sketch_to_photo": ("sketch", "photo")}
CHANNELS = {"photo": 3, "sketch": 1}
SIZE_MULTIPLE = 32  # of the sides that every generator of the zoo takes


class Translator:
  """Faces of the model's own size, as the original evaluates: pad, centre crop, network, un-crop.

  There is one graph, of one batch size, however often it is called; it reads the weights as they
  are at the call. Under a MirroredStrategy it is called outside of `strategy.run`, and reads the
  first replica's.

  Args:
    model: a face model.
    direction: a key of DIRECTIONS.
    batch_size: faces at a time; the last batch is filled up, so it moves a result by rounding only.

  Attributes:
    geometry: the model's.
  """

  def __init__(self, model: tf.keras.Model, direction: str, batch_size: int = 8):
    self.geometry: Geometry = model.config.geometry
    self.batch_size = batch_size
    self._given, self._made = (CHANNELS[kind] for kind in DIRECTIONS[direction])
    spec = tf.TensorSpec([batch_size, *self.geometry.crop, self._given], tf.uint8)
    self._run = tf.function(getattr(model, direction), [spec], autograph=False)

  def __call__(self, faces: np.ndarray, desc: str = "") -> np.ndarray:
    """Translates faces.

    Args:
      faces: uint8 [N, h, w, C] of the geometry's face size, 0..255, paper 255.
      desc: of a progress bar on stderr; empty: none.

    Returns:
      uint8 [N, h, w, C'].

    Raises:
      UserError: the model makes NaN.
      ValueError: the faces have another size.
    """
    if faces.shape[1:] != (*self.geometry.face, self._given):
      raise ValueError(f"faces are {faces.shape[1:]}, not {(*self.geometry.face, self._given)}")
    made = np.empty([len(faces), *self.geometry.face, self._made], np.uint8)
    starts = range(0, len(faces), self.batch_size)
    for start in cli.progress(starts, desc=desc, unit="batch") if desc else starts:
      rows = np.arange(start, min(start + self.batch_size, len(faces)))
      seen = geometry_module.window(faces[filled_up(rows, self.batch_size)], self.geometry.centre,
                                    self.geometry)  # [B, H, W, C]
      outputs = self._run(tf.constant(seen)).numpy()[:len(rows)]
      made[rows] = geometry_module.uncrop(outputs, self.geometry)
    return made


class AnySizeTranslator:
  """Pictures of any size and ratio, one at a time.

  White is added at the right and the bottom up to multiples of 32, the network works at that size,
  and what was added is cut off. The model was trained on another scale: results may be worse.

  Args:
    model: a face model.
    direction: a key of DIRECTIONS.
  """

  def __init__(self, model: tf.keras.Model, direction: str):
    given, _ = DIRECTIONS[direction]
    # One graph for all sizes: a trace for each would cost more than knowing the size gains.
    spec = tf.TensorSpec([1, None, None, CHANNELS[given]], tf.uint8)
    self._run = tf.function(getattr(model, direction), [spec], autograph=False)

  def __call__(self, picture: np.ndarray) -> np.ndarray:
    """Translates one picture: uint8 [h, w, C] -> uint8 [h, w, C'].

    Raises:
      UserError: the model makes NaN, or the picture is too large for the memory.
    """
    height, width = picture.shape[:2]
    bottom, right = -height % SIZE_MULTIPLE, -width % SIZE_MULTIPLE
    padded = np.pad(picture, [(0, bottom), (0, right), (0, 0)], constant_values=WHITE)
    try:
      outputs = self._run(tf.constant(padded[None])).numpy()[0]
    except tf.errors.ResourceExhaustedError as error:
      raise UserError(f"A picture of {width} x {height} pixels (width x height) needs more memory "
                      "than there is; shrink it first.") from error
    whole = Geometry(*[padded.shape[:2]] * 3)  # nothing around the face
    return geometry_module.uncrop(outputs, whole)[:height, :width]
