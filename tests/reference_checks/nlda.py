"""nlda.npz: principal components, the discriminant, and who is recognised."""

import pathlib
from collections.abc import Iterator

import numpy as np

from evaluate.metrics import nlda
from evaluate.metrics.null_space_lda import null_space_lda
from evaluate.metrics.principal_components import principal_components
from tests.reference_checks.finding import Finding, different, relative

TOLERANCE = 1e-6
_PCA_CASES = {"pca1": {}, "pca2": {"most": 10}, "pca3": {"share": 0.9}}


def check(path: pathlib.Path) -> Iterator[Finding]:
  """The whole split, the one with fewer components, and the components alone."""
  with np.load(path, allow_pickle=False) as file:
    arrays = dict(file)
  for name, limits in _PCA_CASES.items():
    yield from _components(name, arrays, limits)
  images = np.concatenate([arrays["in/real"], arrays["in/synth"]], axis=1).T  # [2P, D]
  products = nlda.inner_products(images)
  yield from _discriminant(arrays, images, products)
  yield from _recognition(arrays, products)
  yield from _truncated(arrays, images, products)


def _components(name, arrays, limits):
  samples = arrays[f"in/{name}"]
  ours = principal_components(samples @ samples.T, **limits)
  yield Finding(f"{name}: values", relative(ours.values, arrays[f"out/{name}_values"]), TOLERANCE)
  vectors = _signed(samples.T @ ours.weights, arrays[f"out/{name}_vectors"])
  yield Finding(f"{name}: vectors", relative(vectors, arrays[f"out/{name}_vectors"]), TOLERANCE)


def _training_rows(arrays):
  train, persons = arrays["in/train_index"] - 1, arrays["in/real"].shape[1]
  return np.concatenate([train, persons + train])


def _discriminant(arrays, images, products):
  rows = _training_rows(arrays)
  labels = np.tile(np.arange(len(rows) // 2), 2)
  ours = null_space_lda(products[np.ix_(rows, rows)], labels)
  samples = images[rows].astype(np.float64)
  basis = samples.T @ ours.components.weights
  signs = _signs(basis, arrays["out/pca_vectors"])
  compared = {"pca_values": ours.components.values, "pca_vectors": basis * signs,
              "train_in_pca": (samples @ basis * signs).T,
              "Sw": ours.within * signs * signs[:, None],
              "Sb": ours.between * signs * signs[:, None]}
  vectors = ours.vectors * signs[:, None]
  compared["nlda_vectors"] = _signed(vectors, arrays["out/nlda_vectors"])
  compared["projection"] = _signed(samples.T @ ours.weights, arrays["out/projection"])
  for name, value in compared.items():
    yield Finding(name, relative(value, arrays[f"out/{name}"]), TOLERANCE)


def _recognition(arrays, products):
  train, test = arrays["in/train_index"] - 1, arrays["in/test_index"] - 1
  probe, gallery = nlda.split_coordinates(products, train, test)
  nearest = nlda.nearest_by_dimension(probe, gallery)
  labels = len(train) + 1 + nearest
  yield Finding("predicted_by_dim", different(labels, arrays["out/predicted_by_dim"]), 0)
  rates = np.mean(nearest == np.arange(len(test)), axis=1)
  yield Finding("rate_by_dim", different(rates, arrays["out/rate_by_dim"]), 0)
  yield Finding("accuracy", abs(rates.max() - arrays["out/accuracy"]), 0)
  yield Finding("best_dim", abs(rates.argmax() + 1 - arrays["out/best_dim"]), 0)
  distances = np.sqrt(nlda.squared_distances(probe, gallery))
  yield Finding("distance_full", relative(distances, arrays["out/distance_full"]), TOLERANCE)


def _truncated(arrays, images, products):
  train, test = arrays["in/train_index"] - 1, arrays["in/test_index"] - 1
  most, rows = int(arrays["in/trunc_dim"]), _training_rows(arrays)
  ours = null_space_lda(products[np.ix_(rows, rows)], np.tile(np.arange(len(train)), 2), most)
  yield Finding("truncated: pca_values",
                relative(ours.components.values, arrays["out/trunc_pca_values"]), TOLERANCE)
  projection = _signed(images[rows].T.astype(np.float64) @ ours.weights,
                       arrays["out/trunc_projection"])
  yield Finding("truncated: projection", relative(projection, arrays["out/trunc_projection"]),
                TOLERANCE)
  nearest = nlda.nearest_by_dimension(*nlda.split_coordinates(products, train, test, most))
  rates = np.mean(nearest == np.arange(len(test)), axis=1)
  yield Finding("truncated: rate_by_dim", different(rates, arrays["out/trunc_rate_by_dim"]), 0)
  yield Finding("truncated: accuracy", abs(rates.max() - arrays["out/trunc_accuracy"]), 0)
  yield Finding("truncated: best_dim",
                abs(rates.argmax() + 1 - arrays["out/trunc_best_dim"]), 0)


def _signs(ours, reference):
  """+1 or -1 for each column, so that ours point the reference's way; ones if shapes differ."""
  if ours.shape != reference.shape:
    return np.ones(ours.shape[1])
  return np.where(np.sum(ours * reference, axis=0) < 0, -1.0, 1.0)


def _signed(ours, reference):
  return ours * _signs(ours, reference)
