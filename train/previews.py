"""Previews of a run: sheets of pictures every so many steps."""

import os

import numpy as np
import tensorflow as tf

from train.picture_folder import PictureFolder


class Previews(tf.keras.callbacks.Callback):
  """Writes sheets every save_image_interval steps, under their name and the step's number.

  A subclass draws them in `sheets`.

  Args:
    model: compiled; its config says the interval.
    log_root: the run folder.
  """

  def __init__(self, model: tf.keras.Model, log_root: str | os.PathLike):
    super().__init__()
    self._model, self._folder, self._newest = model, PictureFolder(log_root), {}

  def sheets(self, step: int) -> dict[str, np.ndarray]:
    """The sheets of a step by name: uint8 [H, W, 3]."""
    raise NotImplementedError

  def newest(self) -> dict[str, np.ndarray]:
    """The sheets written last, uint8 [1, H, W, 3] by name."""
    return self._newest

  def on_epoch_end(self, epoch, logs=None):
    step = int(self._model.step.numpy())
    if step % self._model.config.save_image_interval == 0:
      self.show(step)

  def show(self, step: int) -> None:
    """Writes the sheets of a step.

    Raises:
      UserError: they can't be written.
    """
    for name, pixels in self.sheets(step).items():
      self._folder.save(f"{name}_{step:06d}.png", pixels)
      self._newest[name] = pixels[None]
