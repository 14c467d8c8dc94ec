"""Completion: the latent vector whose joint image fits what is known, and what it draws beside."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from data_tools.errors import UserError
from models.contextual_gan.descent import descend
from models.contextual_gan.losses import contextual_loss, perceptual_loss
from models.layers.noise import RowNoise

# What is given, and what is made of it; a sketch is the left half of a joint image.
DIRECTIONS = ("sketch_to_photo", "photo_to_sketch")
# Steps after which the search is looked at in between: about where it settles.
EARLY = 100

Network = Callable[..., tf.Tensor]


@dataclasses.dataclass(frozen=True)
class SearchOptions:
  """How the latent is searched; see the hyperparameters of completion in `config.py`."""

  iterations: int = 500
  num_init: int = 10
  perceptual_weight: float = 0.01
  momentum: float = 0.9
  rate: float = 0.01


class Completion(NamedTuple):
  """What a search found, for B joint images.

  Attributes:
    joint: float32 [B, S, 2 S, 3] in [-1, 1]: what is known, and beside it what was generated.
    generated: alike, all of it generated, by the best latent vector.
    start: alike, from the best of the first draws.
    early: alike, from the best latent vector of the first EARLY steps.
    latent: float32 [B, Z], the best.
    start_latent: float32 [B, Z], the best of the first draws.
    contextual, perceptual: float32 [B, iterations + 1], before each step and after the last.
  """

  joint: tf.Tensor
  generated: tf.Tensor
  start: tf.Tensor
  early: tf.Tensor
  latent: tf.Tensor
  start_latent: tf.Tensor
  contextual: tf.Tensor
  perceptual: tf.Tensor


def half_mask(size: int, direction: str) -> tf.Tensor:
  """The mask of what is given: float32 [S, 2 S, 1], 1 on its half.

  Args:
    size: S.
    direction: one of DIRECTIONS.
  """
  half, other = tf.ones([size, size, 1]), tf.zeros([size, size, 1])
  return tf.concat([half, other] if direction == DIRECTIONS[0] else [other, half], axis=1)


def check_request(joint: tf.Tensor, mask: tf.Tensor, seeds: tf.Tensor, size: int) -> None:
  """Refuses what can't be completed.

  Args:
    joint: [B, H, W, 3].
    mask: [H, W, 1] or [B, H, W, 1], 1 where pixels are known, else 0.
    seeds: [B].
    size: S of the model.

  Raises:
    UserError: sizes or numbers don't go together, or see `check_mask`.
  """
  if tuple(joint.shape[1:]) != (size, 2 * size, 3):
    raise UserError(f"The joint images are {_by(joint.shape)}, but the model's are rows of "
                    f"{_by((size, 2 * size, 3))} (height x width x channels); give those.")
  rows = [len(joint), len(seeds), *([len(mask)] if len(mask.shape) == 4 else [])]
  if len(set(rows)) > 1:
    raise UserError(f"There are {rows[0]} joint images, but {' and '.join(map(str, rows[1:]))} "
                    "seeds (and masks); give one of each for an image, or one mask for all.")
  check_mask(mask, size)


def check_mask(mask: tf.Tensor, size: int) -> None:
  """Refuses what can't be a mask.

  Args:
    mask: [..., H, W, 1], 1 where pixels are known, else 0.
    size: S of the model.

  Raises:
    UserError: it has another size than the joint images, other values, or nothing in it is known.
  """
  if len(mask.shape) < 3 or mask.shape[-1] != 1:
    raise UserError(f"The mask has the shape {list(mask.shape)}, but one of height, width and a "
                    "single channel was expected; give that.")
  if tuple(mask.shape[-3:-1]) != (size, 2 * size):
    raise UserError(f"The mask is {_by(mask.shape[-2:-4:-1])} pixels (width x height), but the "
                    f"model's joint images are {_by((2 * size, size))}; give a mask of that size.")
  mask = tf.cast(mask, tf.float32)
  if not bool(tf.reduce_all((mask == 0) | (mask == 1))):
    raise UserError("The mask has other values than 0 and 1; give 1 where pixels are known, and 0 "
                    "elsewhere.")
  if not bool(tf.reduce_all(tf.reduce_any(mask == 1, axis=[-3, -2, -1]))):
    raise UserError("The mask is empty, so no pixel is known that a search could go by; give 1 "
                    "where pixels are known.")


def complete(generator: Network, discriminator: Network, joint: tf.Tensor, mask: tf.Tensor,
             seeds: tf.Tensor, z_size: int, options: SearchOptions) -> Completion:
  """Searches for every row by itself; the networks are used in inference mode, and not changed.

  Args:
    generator: z float32 [B, Z] -> joint images [B, S, 2 S, 3] in [-1, 1].
    discriminator: joint images -> logits [B, 1].
    joint: y, float32 [B, S, 2 S, 3] in [-1, 1]; what the mask does not cover is not looked at.
    mask: M, float32 [B, S, 2 S, 1], 1 where pixels are known, else 0; not empty.
    seeds: int32 [B], each that of its row's first draws: a row's result depends on nothing else
      that is in the batch.
    z_size: Z.
    options: how to search.

  Source: Lu et al. (ECCV 2018), section 3.
  """
  joint = tf.where(mask == 1.0, joint, 0.0)  # what is not known may be anything

  def energy(z):
    made = generator(z)
    return contextual_loss(joint, made, mask), perceptual_loss(discriminator(made))

  start = _best_draw(lambda z: contextual_loss(joint, generator(z), mask), seeds, z_size,
                     options.num_init)
  found = descend(energy, start, options.iterations, options.rate, options.momentum,
                  options.perceptual_weight, EARLY)
  generated = generator(found.best)
  return Completion(joint + (1.0 - mask) * generated, generated, generator(start),
                    generator(found.early), found.best, start, found.first, found.second)


def _best_draw(loss, seeds: tf.Tensor, z_size: int, count: int) -> tf.Tensor:
  """Of `count` latent vectors uniform in [-1, 1] that of the lowest loss: float32 [B, Z]."""
  drawn = 2.0 * RowNoise(seeds).uniform(tf.shape(seeds)[0], [count, z_size]) - 1.0
  drawn = tf.ensure_shape(drawn, [seeds.shape[0], count, z_size])

  def tried(state, z):
    best, lowest = state
    found = loss(z)
    better = found < lowest
    return tf.where(better[:, None], z, best), tf.where(better, found, lowest)

  unlimited = tf.fill(tf.shape(seeds), float("inf"))
  best, _ = tf.foldl(tried, tf.transpose(drawn, [1, 0, 2]), (drawn[:, 0], unlimited))
  return best


def _by(sizes) -> str:
  return " x ".join(map(str, sizes))
