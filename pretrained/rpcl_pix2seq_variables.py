"""The original program's variable names and how its weights become ours."""

import numpy as np

from models.rpcl_pix2seq.model import RpclPix2Seq

ROOT = "RPCL-pix2seq"
CELL_SCOPES = {"lstm": "LSTMCell", "layer_norm": "LayerNormLSTMCell", "hyper": "HyperLSTMCell"}
GATES = "ijfo"
NORM_NAMES = ("ln_all/ln_gamma", "ln_all/ln_beta", "ln_c/ln_gamma", "ln_c/ln_beta")


def variable_map(model: RpclPix2Seq) -> list[tuple[object, list[str], int | None]]:
  """Which original variables make up each of ours.

  Returns:
    (our variable, names of the originals without ":0", axis) where several originals are
    joined along `axis` (-1: concatenated on the last axis; 0: concatenated, or stacked where
    ours has one axis more) and axis is None for a single one.
  """
  return (_encoder(model.encoder) + _image_decoder(model.image_decoder)
          + _stroke_decoder(model.stroke_decoder, model.config.dec_model)
          + [(variable, [f"{ROOT}/{name}"], None) for variable, name in (
              (model.mixture.means, "latent_mu"), (model.mixture.variances, "latent_sigma2"),
              (model.mixture.mixture_weights, "latent_alpha"))])


def joined(arrays: list[np.ndarray], axis: int | None, shape: tuple[int, ...]) -> np.ndarray:
  """Joins the originals of one of our variables: see `variable_map`."""
  if axis is None:
    return arrays[0]
  if len(shape) == arrays[0].ndim:
    return np.concatenate(arrays, axis=axis)
  return np.stack(arrays, axis=axis)


def original_shape(shape: tuple[int, ...], count: int, axis: int | None) -> tuple[int, ...]:
  """The shape of each of the `count` originals that make up one of our variables."""
  shape = list(shape)
  if axis is None:
    return tuple(shape)
  if shape[axis] == count:  # stacked
    del shape[axis]
  else:
    shape[axis] //= count
  return tuple(shape)


def _normed(conv, scope):
  return [(conv.conv.kernel, [f"{ROOT}/{scope}/filter"], None),
          (conv.norm.gamma, [f"{ROOT}/{scope}/InstanceNorm/gamma"], None),
          (conv.norm.beta, [f"{ROOT}/{scope}/InstanceNorm/beta"], None)]


def _dense(dense, scope):
  return [(dense.kernel, [f"{ROOT}/{scope}/linear/fc_w"], None),
          (dense.bias, [f"{ROOT}/{scope}/linear/fc_b"], None)]


def _encoder(encoder):
  pairs = []
  for index, block in enumerate(encoder.stages[:2], start=1):
    scope = f"encoder/layer_{index}"
    for number, branch in enumerate(block.branches, start=1):
      pairs += _normed(branch, f"{scope}/dcn{number}/conv0")
    pairs += _normed(block.combine, f"{scope}/combine/conv0")
  for index, conv in enumerate(encoder.stages[2:]):
    pairs += _normed(conv, f"encoder/conv{index}")
  return pairs + _dense(encoder.mean, "encoder/fc_mu") + _dense(encoder.variance,
                                                                "encoder/fc_sigma2")


def _image_decoder(decoder):
  pairs = _dense(decoder.dense, "deconv/fc1")
  for index, conv in enumerate(decoder.stages):
    pairs += _normed(conv, f"deconv/deconv{index}")
  return pairs


def _stroke_decoder(decoder, kind):
  return (_dense(decoder.initial, "init_state") + _dense(decoder.head, "decoder/fc")
          + cell_map(decoder.cell, kind, f"{ROOT}/decoder/rnn/{CELL_SCOPES[kind]}"))


def cell_map(cell, kind: str, scope: str):
  """As `variable_map`, for a cell alone whose variables lie under `scope`."""
  pairs = [(cell.input_kernel, [f"{scope}/W_xh"], None),
           (cell.recurrent_kernel, [f"{scope}/W_hh"], None)]
  if kind != "layer_norm":
    pairs.append((cell.bias, [f"{scope}/bias"], None))
  if kind != "lstm":
    pairs += _norm(cell.norm, scope)
  if kind == "hyper":
    pairs += _hyper(cell, scope)
  return pairs


def _norm(variables, scope):
  return [(variable, [f"{scope}/{name}"], None) for variable, name in zip(variables, NORM_NAMES)]


def _hyper(cell, scope):
  inner = f"{scope}/LayerNormLSTMCell"
  scales = [f"{scope}/hyper_{gate}{side}" for side in "xh" for gate in GATES]
  shifts = [f"{scope}/hyper_{gate}h" for gate in GATES]
  weight = "super_linear_w"
  return [
      (cell.hyper_input_kernel, [f"{inner}/W_xh"], None),
      (cell.hyper_recurrent_kernel, [f"{inner}/W_hh"], None),
      (cell.embedding_kernel, [f"{s}/zw/{weight}" for s in scales]
       + [f"{s}/zb/{weight}" for s in shifts], -1),
      (cell.embedding_bias, [f"{s}/zw/super_linear_b" for s in scales], 0),
      (cell.modulation_kernel, [f"{s}/alpha/{weight}" for s in scales]
       + [f"{s}/beta/{weight}" for s in shifts], 0),
      *_norm(cell.hyper_norm, inner)]
