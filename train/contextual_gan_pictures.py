"""What Contextual GAN draws while it is trained, as sheets.

    LOG_ROOT/pictures/samples_000700.png       joint images of latent vectors, the same each time
    LOG_ROOT/pictures/completions_000700.png   both directions, of joint images not trained on
"""

import dataclasses
import os

import numpy as np
import tensorflow as tf

from data_tools.joint import halves
from data_tools.joint.joint_dataset import JointPictures
from evaluate.painting import as_pixels
from evaluate.pictures import face_sheet, image_matrix
from models.contextual_gan.completion import DIRECTIONS, EARLY, half_mask
from models.contextual_gan.model import ContextualGan
from train.picture_folder import PictureFolder

_SAMPLES, _BESIDE = 32, 4
_ENLARGED = 2
_HEADINGS = ("sketch", "photo made", "true photo", "sketch made")


class ContextualGanPictures:
  """Sheets of a model as it is; the model is not changed.

  Args:
    model: whose weights are read at each call.
    shown: joint images to complete.
    log_root: the folder of the run's reports.
  """

  def __init__(self, model: ContextualGan, shown: JointPictures, log_root: str | os.PathLike):
    self._model, self._folder = model, PictureFolder(log_root)
    self._shown, self._names = shown.read(range(len(shown))), _names(shown)
    config = model.config
    self._latent = np.random.default_rng(model.seed).uniform(
        -1, 1, [_SAMPLES, config.z_size]).astype(np.float32)
    self._options = dataclasses.replace(config.search, iterations=min(EARLY, config.iterations))
    self._generate = tf.function(model.call, [tf.TensorSpec(self._latent.shape, tf.float32)],
                                 autograph=False)

  def __call__(self, step: int) -> dict[str, np.ndarray]:
    """Writes the sheets; returns them as uint8 [1, H, W, 3] by name.

    Raises:
      UserError: they can't be written.
    """
    samples = self._samples()
    self._folder.save(f"samples_{step:06d}.png", samples)
    page = face_sheet.draw_face_sheet(
        f"Completed from the other half, in {self._options.iterations} steps, after training for "
        f"{step} steps", _HEADINGS, self._rows())
    page.save(self._folder.path(f"completions_{step:06d}.png"))
    return {"samples": samples[None], "completions": page.pixels()[None]}

  def _samples(self) -> np.ndarray:
    joint = as_pixels(self._generate(tf.constant(self._latent)).numpy())
    size = joint.shape[1]
    apart = joint.reshape(-1, size, 2, size, 3).swapaxes(1, 2)  # [N, 2, S, S, 3]
    return image_matrix.draw_grid([apart.reshape(-1, size, size, 3)], per_row=2 * _BESIDE)

  def _rows(self) -> list[face_sheet.Row]:
    sketch, photo = halves.halves(self._shown)
    made = {direction: self._completed(direction) for direction in DIRECTIONS}
    columns = (sketch, made[DIRECTIONS[0]][1], photo, made[DIRECTIONS[1]][0])
    return [face_sheet.Row(name, [_enlarged(picture) for picture in pictures])
            for name, pictures in zip(self._names, zip(*columns))]

  def _completed(self, direction) -> tuple[np.ndarray, np.ndarray]:
    """Both halves as they were generated, given one."""
    found = self._model.complete(self._shown, half_mask(self._model.config.image_size, direction),
                                 np.arange(len(self._shown)), self._options)
    return halves.halves(as_pixels(found.generated.numpy()))


def _names(pictures: JointPictures) -> list[str]:
  return [f"{path.stem}, {style}" for path, style in zip(pictures.paths, pictures.styles)]


def _enlarged(picture: np.ndarray) -> np.ndarray:
  return picture.repeat(_ENLARGED, axis=0).repeat(_ENLARGED, axis=1)
