"""The two halves of a joint picture: the sketch on the left, the photo on the right.

Source: Lu et al., "Image Generation from Sketch Constraint Using Contextual GAN", section 3: sketch
and photo are two halves of one joint image, which the networks see as one.
"""

import numpy as np


def joined(sketch: np.ndarray, photo: np.ndarray) -> np.ndarray:
  """Puts a sketch beside its photo.

  Args:
    sketch: uint8 [..., S, S], gray, paper 255.
    photo: uint8 [..., S, S, 3].

  Returns:
    uint8 [..., S, 2 S, 3]; the left half has three equal channels.

  Raises:
    ValueError: the two do not belong together, or are not of bytes.
  """
  sketch, photo = np.asarray(sketch), np.asarray(photo)
  if (sketch.ndim < 2 or sketch.shape[-1] != sketch.shape[-2]
      or photo.shape != (*sketch.shape, 3)):
    raise ValueError(f"a sketch {list(sketch.shape)} and a photo {list(photo.shape)} are no halves")
  _refuse_other_types(sketch, photo)
  return np.concatenate([np.repeat(sketch[..., None], 3, axis=-1), photo], axis=-2)


def halves(joint: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Takes joint pictures apart.

  Args:
    joint: uint8 [..., S, 2 S, 3].

  Returns:
    The sketch, uint8 [..., S, S]: the rounded mean of the three channels, which are equal in data
    but seldom in what a network made; and the photo, uint8 [..., S, S, 3], a view.

  Raises:
    ValueError: the picture is not twice as wide as high, has not three channels, or is not of
      bytes.
  """
  joint = np.asarray(joint)
  if joint.ndim < 3 or joint.shape[-1] != 3 or joint.shape[-2] != 2 * joint.shape[-3]:
    raise ValueError(f"a picture {list(joint.shape)} is no joint one, which is [..., S, 2 S, 3]")
  _refuse_other_types(joint)
  size = joint.shape[-3]
  total = joint[..., :size, :].sum(axis=-1, dtype=np.uint16)
  return ((total + 1) // 3).astype(np.uint8), joint[..., size:, :]


def mirrored(joint: np.ndarray) -> np.ndarray:
  """Left and right exchanged within each half; the halves stay where they are.

  Args:
    joint: uint8 [..., S, 2 S, 3].

  Returns:
    A new array of the same shape.
  """
  size = joint.shape[-3]
  apart = joint.reshape(*joint.shape[:-2], 2, size, 3)
  return apart[..., ::-1, :].reshape(joint.shape)


def _refuse_other_types(*pictures: np.ndarray) -> None:
  for picture in pictures:
    if picture.dtype != np.uint8:
      raise ValueError(f"pictures of bytes were expected, these are {picture.dtype}")
