"""The model that comes with the zoo does what its card says, on fresh built-in drawings."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from data_tools import builtin_drawings, input_pipeline, sketch_dataset, stroke_files
from evaluate.metrics.clustering import adjusted_rand_index
from pretrained import pretrained_registry

COUNT = 40  # of each category, none of which it was trained on


@pytest.fixture(scope="module")
def demo():
  return pretrained_registry.load("rpcl_pix2seq_demo")


@pytest.fixture(scope="module")
def drawings(demo, tmp_path_factory):
  folder = tmp_path_factory.mktemp("drawings")
  model, content = demo
  for category in model.config.categories:
    drawn, styles = builtin_drawings.draw(category, range(COUNT), seed=7, split="test")
    splits = {"train": drawn, "valid": drawn, "test": drawn}
    extra = {"style_names": np.array(["first", "second"])}
    extra |= {f"{split}_style": np.asarray(styles, np.int64) for split in splits}
    stroke_files.write_drawings(folder / f"{category}.npz", splits, extra)
  return sketch_dataset.load(folder, model.config.categories, max_seq_len=model.config.max_seq_len,
                             scale_factor=content["data"]["scale_factor"]).test


def test_it_reconstructs(demo, drawings):
  model, _ = demo
  config = dataclasses.replace(model.config, batch_size=16)
  model.compile()
  figures = model.evaluate(input_pipeline.eval_batches(drawings, config), verbose=0,
                           return_dict=True)
  assert figures["reconstruction_loss"] < -30  # -50 on the validation split


def test_its_components_are_the_styles(demo, drawings):
  model, _ = demo
  images = tf.constant(drawings.images[..., None] / 127.5 - 1.0, tf.float32)
  components = model.encode(images)["component"].numpy()
  assert adjusted_rand_index(components, drawings.styles) > 0.9
  assert model.mixture.live().sum() == 4
