"""The model of a reference file: its hyperparameters and the original's weights."""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq
from pretrained.rpcl_pix2seq_variables import joined, variable_map


def config_of(arrays: Mapping[str, np.ndarray], cell: str) -> RpclPix2SeqConfig:
  """The hyperparameters under `in/hparams/`, all dropouts off."""
  fields = {field.name: type(field.default) for field in dataclasses.fields(RpclPix2SeqConfig)}
  values = {name: kind(arrays[f"in/hparams/{name}"]) for name, kind in fields.items()
            if f"in/hparams/{name}" in arrays}
  return RpclPix2SeqConfig(**values, dec_model=cell)


def model_of(arrays: Mapping[str, np.ndarray], cell: str) -> RpclPix2Seq:
  """A model with the weights under `weights/` of a forward or train file."""
  model = RpclPix2Seq(config_of(arrays, cell))
  assign(model, lambda name: arrays[f"weights/{name}"])
  return model


def assign_disturbed(model: RpclPix2Seq, arrays: Mapping[str, np.ndarray], seed: int | None
                     ) -> None:
  """Gives a model the weights under `weights/`, each moved by 1e-7 of itself (normal).

  Args:
    model: of the same hyperparameters.
    arrays: a train file.
    seed: of the disturbance; None: none.
  """
  random = np.random.default_rng(seed)

  def weight(name):
    values = arrays[f"weights/{name}"]
    if seed is None:
      return values
    return values * (1 + 1e-7 * random.standard_normal(values.shape)).astype(np.float32)

  assign(model, weight)


def assign(model: RpclPix2Seq, weight: Callable[[str], np.ndarray]) -> None:
  """Gives every variable the originals that `weight` finds by name."""
  for variable, names, axis in variable_map(model):
    variable.assign(joined([weight(name) for name in names], axis, tuple(variable.shape)))


def batch_of(arrays: Mapping[str, np.ndarray], step: int | None = None) -> dict[str, tf.Tensor]:
  """The batch of a forward file, or that of one step of a train file."""
  of = lambda name: arrays[f"in/{name}"] if step is None else arrays[f"in/{name}"][step]
  return {"image": tf.constant(of("input_pngs")[..., None]),
          "strokes": tf.constant(of("input_seqs")), "noise": tf.constant(of("noise"))}


def cell_of(path) -> str:
  """The cell that a file's name ends with: train_layer_norm.npz -> layer_norm."""
  return path.stem.split("_", 1)[1]
