"""A grid of originals beside what the model makes of them, for TensorBoard."""

import numpy as np
import tensorflow as tf

from data_tools import raster, strokes
from data_tools.sketch_dataset import SketchSplit

TEMPERATURE = 0.24
COUNT = 8


def grid(model: tf.keras.Model, split: SketchSplit, seed: int = 0) -> np.ndarray:
  """Four rows: originals, decoded images, sketches of their codes, sketches of the mixture.

  Args:
    model: RPCL-pix2seq.
    split: drawings to take eight evenly spaced ones from.
    seed: of the sketches.

  Returns:
    uint8 [1, 4 * W, 8 * W, 3].
  """
  chosen = np.linspace(0, len(split) - 1, COUNT).astype(int)
  originals = split.images[chosen]  # [8, W, W]
  code = model.encode(tf.constant(originals[..., None] / 127.5 - 1.0, tf.float32))["mean"]
  decoded = np.clip((model.decode_image(code).numpy()[..., 0] + 1.0) * 127.5, 0, 255)
  fresh = model.mixture.distribution().sample(COUNT, seed=seed)
  sketches = _drawn(model, tf.concat([code, fresh], axis=0), seed)
  rows = [originals, decoded.astype(np.uint8), sketches[:COUNT], sketches[COUNT:]]
  image = np.concatenate([np.concatenate(list(row), axis=1) for row in rows], axis=0)
  return np.repeat(image[None, ..., None], 3, axis=-1)


def _drawn(model, codes, seed):
  count = codes.shape[0]
  drawn, _ = model.sample(codes, tf.fill([count], TEMPERATURE), tf.range(seed, seed + count))
  return raster.rasterize([strokes.to_stroke3(rows) for rows in drawn.numpy()],
                          width=model.config.png_width)
