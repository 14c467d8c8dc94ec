"""Contextual GAN's search finds what a picture was made from, and with it the half not given."""

import numpy as np
import pytest

from models.contextual_gan.completion import DIRECTIONS, SearchOptions, half_mask
from tests.models import tiny_contextual_gan as tiny


@pytest.mark.slow
def test_the_unseen_half_of_a_generated_image_is_found_again():
  """Start values are larger than those of training, so that pictures vary with the latent."""
  model = tiny.model()
  for layer in [model.G.dense, *model.G.convolutions]:
    layer.kernel.assign(25 * layer.kernel)
  latent = np.random.default_rng(0).uniform(-0.9, 0.9, [4, 4]).astype(np.float32)
  whole = model(latent).numpy()
  assert whole.std(0).mean() > 0.3
  for direction in DIRECTIONS:
    mask = half_mask(tiny.SIZE, direction)
    found = model.complete(np.uint8(np.rint((whole + 1) * 127.5)), mask, [1, 2, 3, 4],
                           SearchOptions(iterations=200, num_init=10))
    start, best = found.contextual.numpy()[:, 0], found.contextual.numpy().min(1)
    assert (start > 20 * best).all(), direction
    apart = lambda made: np.sqrt(np.mean(((made - whole) * (1 - mask)) ** 2, (1, 2, 3)))
    assert (apart(found.generated) < 0.3 * apart(found.start)).all(), direction
    assert (apart(found.generated) < 0.1).all(), direction
    assert (apart(found.early) < apart(found.start)).all(), direction
