"""What a recogniser looks at: line width, proportions, resized pictures, batches."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from data_tools import (builtin_drawings, indexed_batches, line_width, raster,
                        recognition_pictures, recognition_pipeline)
from data_tools.errors import UserError
from data_tools.raster.geometry import fit_to_canvas
from data_tools.sketch_dataset import SketchSplit
from models.sketch_a_net.config import SketchANetConfig

LINE = recognition_pictures.PROPORTIONAL_LINE
CONFIG = SketchANetConfig(channels=1, image_width=81, batch_size=4)


@pytest.fixture(scope="module")
def drawings():
  return [one for name in ("bee", "bus") for one in builtin_drawings.draw(name, range(7))[0]]


def split_of(drawings):
  count = len(drawings)
  return SketchSplit(drawings, np.array([len(one) for one in drawings], np.int32),
                     np.zeros([count, 1, 1], np.uint8), np.arange(count, dtype=np.int32), None)


def widened(images, width):
  return line_width.widen(tf.constant(images[..., None]), width).numpy()[..., 0]


@pytest.mark.parametrize("width", [2.0, 3.5, LINE, 9.0])
def test_lines_get_the_width_in_any_direction(width):
  across = np.array([[5., 0, 0], [0, 100, 1]])
  for angle in (0, 20, 45, 70, 90):
    turn = np.deg2rad(angle)
    turned = across.copy()
    turned[:, :2] = across[:, :2] @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    thin = raster.rasterize([turned], 121, margin=30)
    ink = (255 - widened(thin, width)[0].astype(float)) / 255
    length = (255 - thin[0].astype(float)).sum() / 255  # of a line 1 pixel wide
    # Ink is length * width and two half discs; solved for the width.
    found = (np.sqrt(length ** 2 + np.pi * ink.sum()) - length) / (np.pi / 2)
    assert ink.max() == 1 and found == pytest.approx(width, abs=0.5)


def test_one_pixel_leaves_the_picture_as_it_is(drawings):
  thin = raster.rasterize(drawings[:2], 81)
  np.testing.assert_array_equal(widened(thin, 1.0), thin)


def test_widened_lines_are_near_what_a_renderer_draws(drawings):
  pyvips = pytest.importorskip("pyvips")
  margin = recognition_pictures.margin(225)
  ours = recognition_pictures.pictures_of_strokes(drawings, 225, 1, LINE)[..., 0]
  for drawing, image in zip(drawings, ours):
    paths = fit_to_canvas([drawing], 225, margin)
    text = " ".join(f"{'L' if line else 'M'}{x},{y}"
                    for (x, y), line in zip(paths.positions.tolist(), paths.is_line))
    picture = ('<svg xmlns="http://www.w3.org/2000/svg" width="225" height="225"><rect '
               f'width="225" height="225" fill="white"/><path d="{text}" fill="none" '
               f'stroke="black" stroke-linejoin="round" stroke-linecap="round" '
               f'stroke-width="{LINE}"/></svg>')
    expected = pyvips.Image.svgload_buffer(picture.encode()).extract_band(0).numpy()
    difference = np.abs(expected.astype(int) - image)
    assert difference.mean() < 1.5 and (difference > 128).mean() < 0.002


def test_pictures_keep_the_proportions_of_small_ones(drawings):
  large = recognition_pictures.pictures_of_strokes(drawings, 225, 1, LINE)[..., 0]
  small = recognition_pictures.pictures_of_pictures(raster.rasterize(drawings, 48), 225)[..., 0]
  assert small.shape == large.shape == (14, 225, 225)
  ink = [(255 - images.astype(float)) for images in (large, small)]
  overlap = (np.minimum(*ink).sum((1, 2)) / ink[0].sum((1, 2)))
  assert overlap.min() > 0.65  # the same lines at the same places, softer
  np.testing.assert_allclose(ink[0].sum((1, 2)) / ink[1].sum((1, 2)), 1, atol=0.15)


def test_pictures_of_any_width_come_out_right():
  for width in (28, 225, 400):
    image = np.full([1, width, width], 255, np.uint8)
    image[:, :width // 2] = 0
    out = recognition_pictures.pictures_of_pictures(image, 225)[0, ..., 0]
    assert out.shape == (225, 225) and (out[:100] == 0).all() and (out[125:] == 255).all()
  empty = np.empty([0, 48, 48], np.uint8)
  assert recognition_pictures.pictures_of_pictures(empty, 225).shape == (0, 225, 225, 1)


def take(dataset, count):
  return [{key: value.numpy() for key, value in batch.items()} for batch in dataset.take(count)]


def assert_same(first, second):
  for one, other in zip(first, second, strict=True):
    for key in one:
      np.testing.assert_array_equal(one[key], other[key])


@pytest.mark.parametrize("channels", [1, 6])
def test_batches_are_pictures_with_labels(drawings, channels):
  config = dataclasses.replace(CONFIG, channels=channels)
  dataset = recognition_pipeline.train_batches(split_of(drawings), config, seed=0)
  assert dataset.element_spec == {"image": tf.TensorSpec([4, 81, 81, channels], tf.uint8),
                                  "label": tf.TensorSpec([4], tf.int32)}
  one_pass = take(dataset, 3)
  labels = np.concatenate([batch["label"] for batch in one_pass])
  assert len(set(labels)) == 12 and set(labels) <= set(range(14))
  assert all((batch["image"][..., -1] < 128).any((1, 2)).all() for batch in one_pass)


def test_without_augmentation_a_batch_is_what_evaluation_sees(drawings):
  plain = dataclasses.replace(CONFIG, removed_share=0.0, local_deformation=0.0, flip_prob=0.0,
                              global_deformation=0.0, rotate_angle=0.0, min_scale=1.0)
  split = split_of(drawings)
  expected = recognition_pictures.pictures_of_strokes(drawings, 81, 1, CONFIG.line_width)
  for batch in take(recognition_pipeline.train_batches(split, plain, seed=0), 3):
    # Placing adds two movements, whose rounding to 1/256 pixel moves the drawing that much.
    np.testing.assert_allclose(batch["image"].astype(int), expected[batch["label"]], atol=25)
  batches = take(recognition_pipeline.eval_batches(split, CONFIG), 9)
  np.testing.assert_array_equal(np.concatenate([b["image"] for b in batches])[:14], expected)
  np.testing.assert_array_equal(np.concatenate([b["weight"] for b in batches]), [1] * 14 + [0] * 2)
  np.testing.assert_array_equal(np.concatenate([b["label"] for b in batches]),
                                [*range(14), 0, 1])


def test_every_augmentation_changes_the_pictures(drawings):
  off = {"removed_share": 0.0, "local_deformation": 0.0, "flip_prob": 0.0,
         "global_deformation": 0.0, "rotate_angle": 0.0, "min_scale": 1.0}
  on = {"removed_share": 0.9, "local_deformation": 0.1, "flip_prob": 1.0,
        "global_deformation": 0.1, "rotate_angle": 30.0, "min_scale": 0.5}
  split = split_of(drawings)
  first = lambda changes: take(recognition_pipeline.train_batches(
      split, dataclasses.replace(CONFIG, **changes), seed=0), 1)[0]["image"]
  plain = first(off)
  for name, value in on.items():
    assert np.mean(first({**off, name: value}) != plain) > 0.01, name


def test_same_seed_same_batches_also_after_a_stop(drawings):
  split = split_of(drawings)
  whole = take(recognition_pipeline.train_batches(split, CONFIG, seed=5), 9)
  assert_same(take(recognition_pipeline.train_batches(split, CONFIG, seed=5, first_pass=2), 3),
              whole[6:])
  other = take(recognition_pipeline.train_batches(split, CONFIG, seed=6), 1)
  assert not np.array_equal(other[0]["image"], whole[0]["image"])


def test_too_few_drawings_get_a_sentence(drawings):
  with pytest.raises(UserError, match="3 training drawings, fewer than batch_size=4"):
    recognition_pipeline.train_batches(split_of(drawings[:3]), CONFIG, seed=0)
  with pytest.raises(UserError, match="no drawings to evaluate"):
    recognition_pipeline.eval_batches(split_of([]), CONFIG)


def test_a_pass_of_rows():
  passes = indexed_batches.Passes(10, 4, seed=1)
  rows = np.concatenate([passes.rows(0, batch) for batch in range(2)])
  assert len(set(rows)) == 8 and not np.array_equal(passes.rows(1, 0), passes.rows(0, 0))
  np.testing.assert_array_equal(passes.random(3, 1).random(5), passes.random(3, 1).random(5))
