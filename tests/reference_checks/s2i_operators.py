"""losses.npz: single operators of PyTorch, of which the sketch-to-image networks are made."""

import pathlib
import re
from collections.abc import Iterator

import numpy as np

from models.layers.adaptive_pooling import average_pool
from models.layers.batch_norm import BatchNorm
from models.layers.plain_instance_norm import instance_norm
from models.layers.resizing import doubled, nearest
from tests.reference_checks import s2i_rules
from tests.reference_checks.finding import Finding, relative

TOLERANCE = 2e-6


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Pooling, nearest neighbours, norms."""
  with np.load(path, allow_pickle=False) as file:
    arrays = dict(file)
  x = s2i_rules.channels_last(arrays["in/op_x"])
  norm = BatchNorm(channels=x.shape[-1])
  results = {"interpolate_scale2": doubled(x), "instance_norm": instance_norm(x),
             "batchnorm_train": norm(x, training=True), "batchnorm_running_mean": norm.moving_mean,
             "batchnorm_running_var": norm.moving_variance}
  for operator, function in (("adaptive_avg_pool2d", average_pool),
                             ("interpolate_default", nearest)):
    for key in arrays:
      if key.startswith(f"out/{operator}_"):
        sides = [int(side) for side in re.findall(r"\d+", key.split("_")[-1])]
        results[key.removeprefix("out/")] = function(x, sides[0], sides[-1])
  for name, ours in results.items():
    yield Finding(name, relative(s2i_rules.channels_first(ours), arrays[f"out/{name}"]), TOLERANCE)
