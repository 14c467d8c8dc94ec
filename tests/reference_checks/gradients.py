"""The gradient of the first training step, element by element, after clipping."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from models.rpcl_pix2seq.model import RpclPix2Seq
from pretrained.rpcl_pix2seq_variables import variable_map


def gradient_errors(arrays: Mapping[str, np.ndarray], start: int, model: RpclPix2Seq,
                    gradients: Sequence[tf.Tensor]) -> np.ndarray:
  """|ours - reference| of every element that the reference keeps, [n].

  Args:
    arrays: a train file.
    start: 0 or 501.
    model: whose trainable variables the gradients belong to.
    gradients: of `clipped_gradients`.
  """
  by_variable = {id(v): g.numpy() for v, g in zip(model.trainable_variables, gradients)}
  errors = []
  for variable, names, axis in variable_map(model):
    if id(variable) in by_variable:
      for name, values in originals_of(by_variable[id(variable)], names, axis, arrays):
        errors.append(sampled(values, arrays, f"out/start{start}/grad", name))
  return np.concatenate(errors)


def clipped_gradients(model: RpclPix2Seq, batch: dict[str, tf.Tensor]) -> list[tf.Tensor]:
  """The gradient of the training loss at `model.step`, clipped by value."""
  limit = model.config.grad_clip
  with tf.GradientTape() as tape:
    outputs = model(batch, training=True)
    terms, _ = model.losses_of(batch, outputs, model.step, training=True)
    objective = tf.reduce_mean(terms["loss"])
  gradients = tape.gradient(objective, model.trainable_variables)
  return [tf.clip_by_value(gradient, -limit, limit) for gradient in gradients]


def originals_of(values: np.ndarray, names: Sequence[str], axis: int | None,
                 arrays: Mapping[str, np.ndarray]) -> list[tuple[str, np.ndarray]]:
  """Takes one of our variables (or its gradient) apart into the original's: (name, values)."""
  if axis is None:
    return [(names[0], values)]
  shapes = [arrays[f"weights/{name}"].shape for name in names]
  if values.ndim > len(shapes[0]):  # stacked
    return list(zip(names, np.moveaxis(values, axis, 0)))
  ends = np.cumsum([shape[axis] for shape in shapes])[:-1]
  return list(zip(names, np.split(values, ends, axis=axis)))


def sampled(values: np.ndarray, arrays: Mapping[str, np.ndarray], scope: str, name: str
            ) -> np.ndarray:
  """|values - reference| where the reference is kept whole, or at its sampled places: [n]."""
  if f"{scope}/{name}" in arrays:
    return np.abs(values - arrays[f"{scope}/{name}"]).ravel()
  places = arrays[f"in/sample_idx/{name}"]
  return np.abs(values.ravel()[places] - arrays[f"{scope}_sample/{name}"])


def quantile(errors: np.ndarray, part: float) -> float:
  """The quantile as a plain number."""
  return float(np.quantile(errors, part))
