"""Images of drawings -> their codes, in batches of one size."""

import dataclasses

import numpy as np
import tensorflow as tf

from data_tools import cli


@dataclasses.dataclass(frozen=True)
class Codes:
  """What the encoder says of N images.

  Attributes:
    mean: float32 [N, Z].
    posterior: float32 [N, K], of the mean under the latent mixture.
    component: int64 [N], the most likely one.
  """

  mean: np.ndarray
  posterior: np.ndarray
  component: np.ndarray


def encode_images(model: tf.keras.Model, images: np.ndarray, batch_size: int = 128) -> Codes:
  """Encodes images to the means of their codes.

  Args:
    model: with `encode`, such as RPCL-pix2seq.
    images: uint8 [N, W, W], 0 ink, 255 paper; N above 0.
    batch_size: the last batch is filled up, so that the graph is built once.
  """
  encode = tf.function(model.encode, autograph=False)
  results = []
  with cli.progress(total=len(images), desc="Encoding", unit="image") as bar:
    for start in range(0, len(images), batch_size):
      rows = filled_up(np.arange(start, min(start + batch_size, len(images))), batch_size)
      image = images[rows][..., None].astype(np.float32) / 255.0 * 2.0 - 1.0  # [B, W, W, 1]
      out = encode(tf.constant(image))
      results.append({name: values.numpy() for name, values in out.items()})
      bar.update(min(batch_size, len(images) - start))
  join = lambda name: np.concatenate([out[name] for out in results])[:len(images)]
  return Codes(join("mean"), join("posterior"), join("component").astype(np.int64))


def filled_up(rows: np.ndarray, size: int) -> np.ndarray:
  """Row numbers, the last one repeated up to `size`: int [size]."""
  return np.pad(rows, [0, size - len(rows)], mode="edge")
