"""sampling.npz: the decoder step by step, greedy sketches, and the rules of drawing numbers."""

import pathlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from models.rpcl_pix2seq.sampling import adjust_temperature, pick, sample_strokes
from models.rpcl_pix2seq.stroke_decoder import StrokeDecoder
from models.rpcl_pix2seq.stroke_distribution import MIXTURES, from_head
from tests.reference_checks.checkpoint import check_greedy
from tests.reference_checks.finding import FORWARD, Finding, different, relative
from tests.reference_checks.original_model import model_of

WEIGHTS = "forward_hyper.npz"  # beside sampling.npz
HEADS = ("pen_logits", "pi", "mux", "muy", "sigmax", "sigmay", "corr")
DRAWS = 4000
# Means and covariances of n draws lie within 5 standard errors, 5 / sqrt(n) and 5 sqrt(2 / n).
MEAN = 5 / DRAWS ** 0.5
COVARIANCE = 5 * (2 / DRAWS) ** 0.5


def check(path: pathlib.Path) -> Iterator[Finding]:
  """All of it; the steps and the sketches only where forward_hyper.npz is there too."""
  arrays = dict(np.load(path))
  weights = path.with_name(WEIGHTS)
  if weights.is_file():
    yield from _check_model(arrays, model_of(dict(np.load(weights)), "hyper"))
  yield from _check_temperature(arrays)
  yield from _check_pick(arrays)
  yield from _check_gaussian(arrays)


def _check_model(arrays, model):
  decoder = model.stroke_decoder
  codes = tf.constant(arrays["in/z"])
  yield Finding("first state", relative(decoder.initial(codes), arrays["out/initial_state"]),
                FORWARD)
  head, last = decoder(codes, tf.constant(arrays["in/forced_points"][:, :, 0]))
  for name, values in zip(HEADS, from_head(head)):
    yield Finding(f"steps: {name}", relative(values, arrays[f"out/steps/{name}"]), FORWARD)
  yield Finding("steps: last state", relative(last, arrays["out/steps/state"][:, -1]), FORWARD)
  steps, codes = int(arrays["in/greedy_seq_len"]), arrays["in/greedy_z"]
  yield from check_greedy(arrays, "greedy", model, codes, steps)
  decoder.head.bias.assign(arrays["in/greedy2_fc_b"])
  yield from check_greedy(arrays, "greedy2", model, codes[:3], steps)


def _check_temperature(arrays):
  for name in ("pdf", "pdf_pen", "pdf_zeros"):
    pdf = np.atleast_2d(arrays[f"in/{name}"])
    ours = [adjust_temperature(pdf, tf.fill([len(pdf)], np.float32(temperature)))
            for temperature in arrays["in/temperatures"]]
    reference = arrays[f"out/adjust_{name}"]
    yield Finding(f"adjusted {name}", relative(np.reshape(ours, reference.shape), reference),
                  FORWARD)


def _check_pick(arrays):
  """In float64, as the original adds: in float32 single sums end below a uniform of 1 - 1e-7."""
  uniforms = arrays["in/uniforms"]
  for name in ("pdf", "pdf_pen"):
    reference = arrays["out/get_pi_idx" + name.removeprefix("pdf")]  # [temperature, pdf, uniform]
    adjusted = arrays[f"out/adjust_{name}"].reshape([-1, arrays[f"in/{name}"].shape[-1]])
    rows = np.repeat(adjusted, len(uniforms), axis=0).astype(np.float64)
    ours = pick(tf.constant(rows), tf.constant(np.tile(uniforms, len(adjusted))))
    reference = reference % rows.shape[-1]  # -1 stands for the last
    yield Finding(f"index from {name}", different(np.reshape(ours, reference.shape), reference), 0)
  greedy = np.argmax(arrays["in/pdf"], axis=-1)
  yield Finding("greedy index", different(greedy, arrays["out/get_pi_idx_greedy"]), 0)


def _check_gaussian(arrays):
  """Points drawn by a decoder whose every output is one given Gaussian."""
  cases = arrays["in/gauss_mu1_mu2_s1_s2_rho_temperature"]
  for index, (parameters, covariance) in enumerate(zip(cases, arrays["out/gauss_cov_expected"])):
    points = _draw(*parameters)
    covariance = covariance.reshape(2, 2)
    deviations = np.sqrt(np.diag(covariance))
    off = np.abs(points.mean(axis=0) - parameters[:2]) / deviations
    yield Finding(f"gaussian {index}: mean", off.max(), MEAN)
    wrong = np.abs(np.cov(points.T) - covariance) / np.outer(deviations, deviations)
    yield Finding(f"gaussian {index}: covariance", wrong.max(), COVARIANCE)


def _draw(mu_x, mu_y, sigma_x, sigma_y, rho, temperature):
  decoder = StrokeDecoder(units=4, z_size=2, cell="lstm")
  decoder(tf.zeros([1, 2]), tf.zeros([1, 1, 5]))
  raw = [mu_x, mu_y, np.log(sigma_x), np.log(sigma_y), np.arctanh(rho)]
  decoder.head.kernel.assign(tf.zeros_like(decoder.head.kernel))
  decoder.head.bias.assign([9.0, 0.0, 0.0, *[0.0] * MIXTURES, *np.repeat(raw, MIXTURES)])
  drawn, _ = tf.function(sample_strokes)(
      decoder, tf.zeros([DRAWS, 2]), tf.fill([DRAWS], np.float32(temperature)), tf.range(DRAWS), 1)
  return drawn.numpy()[:, 0, :2].astype(np.float64)
