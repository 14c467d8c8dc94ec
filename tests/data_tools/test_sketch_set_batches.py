"""Batches of photos and sketches: which pictures come when, the same after a stop."""

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from data_tools.sketch_sets import (batch_stream, distorted_views, paired_batches, picture_steps,
                                    self_supervised_batches)
from data_tools.sketch_sets.batch_stream import BatchStream, Purpose
from data_tools.sketch_sets.class_windows import ClassWindows
from tests.data_tools import sketch_folders

SIZE = 20
STAGES = [paired_batches, self_supervised_batches]


@pytest.fixture(name="pictures", scope="module")
def make_pictures(tmp_path_factory):
  return sketch_folders.pictures(tmp_path_factory.mktemp("sets"), 5)


def taken(dataset, count=None):
  return list((dataset if count is None else dataset.take(count)).as_numpy_iterator())


def same(first, second):
  assert len(first) == len(second)
  for one, other in zip(first, second):
    assert one.keys() == other.keys()
    for name in one:
      np.testing.assert_array_equal(one[name], other[name])


# --- Which rows ---

@pytest.mark.parametrize("count,size", [(5, 2), (4, 4), (3, 8), (7, 1)])
def test_permutation_after_permutation_and_every_batch_full(count, size):
  stream = BatchStream(count, size, 3, Purpose.PAIRED)
  batches = [stream.rows(index) for index in range(count * 4)]
  assert all(len(one) == size for one in batches)
  passes = np.concatenate(batches).reshape(-1, count)
  np.testing.assert_array_equal(np.sort(passes, axis=1), np.tile(np.arange(count),
                                                                 [len(passes), 1]))
  assert len(np.unique(passes, axis=0)) > 1
  fresh = BatchStream(count, size, 3, Purpose.PAIRED)
  for index in reversed(range(count * 4)):  # depends on nothing that came before
    np.testing.assert_array_equal(fresh.rows(index), batches[index])


def test_streams_of_one_seed_are_apart():
  streams = [BatchStream(50, 50, seed, purpose) for seed in (0, 1) for purpose in Purpose]
  assert len({one.rows(index).tobytes() for one in streams for index in range(3)}) == (
      3 * len(streams))
  numbers = {one.random(index).random() for one in streams for index in range(3)}
  assert len(numbers) == 3 * len(streams)


# --- Windows of classes ---

def test_windows_cut_a_shuffle_and_then_comes_another():
  windows = ClassWindows(7, 3, 2)
  found = [windows.rows(index) for index in range(8)]
  assert windows.classes == 3 and all(len(set(one)) == 3 for one in found)
  for first, second in zip(found[::2], found[1::2]):  # two windows a shuffle, one photo left out
    assert not set(first) & set(second)
  assert len({tuple(sorted((*one, *two))) for one, two in zip(found[::2], found[1::2])}) > 1
  again = ClassWindows(7, 3, 2)
  for index in (6, 1, 7, 0):
    np.testing.assert_array_equal(again.rows(index), found[index])


def test_windows_of_few_photos_are_all_of_them():
  windows = ClassWindows(4, 500, 0)
  assert windows.classes == 4
  found = [windows.rows(index).tolist() for index in range(6)]
  assert all(sorted(one) == [0, 1, 2, 3] for one in found) and len({*map(tuple, found)}) > 1


def test_how_long_a_window_lasts():
  assert ClassWindows(20000, 500, 0).steps(32) == 1562  # the original's
  assert ClassWindows(4, 500, 0).steps(3) == 133
  assert ClassWindows(1, 1, 0).steps(1000) == 1


# --- Paired batches ---

def test_a_paired_batch_is_what_was_drawn_for_it(pictures):
  batches = paired_batches.TrainBatches(pictures, 4, 1, SIZE)
  sets = set()
  for index, element in enumerate(taken(paired_batches.train_batches(pictures, 4, 1, SIZE), 12)):
    rows, which, offsets = batches.draw(index)
    sets.add(which)
    assert len(set(offsets)) > 1
    for place, (row, (top, left)) in enumerate(zip(rows, offsets)):
      for name, image in (("photo", pictures.photo(row)),
                          ("sketch", pictures.sketch(which, row)[..., None])):
        whole = picture_steps.resized(image.squeeze(), 22).reshape(22, 22, -1)
        np.testing.assert_array_equal(element[name][place],
                                      whole[top:top + SIZE, left:left + SIZE])
  assert sets == {0, 1, 2}


@pytest.mark.parametrize("sets,shares", [(1, [1]), (2, [1 / 3, 2 / 3]), (3, [.25, .25, .5])])
def test_the_last_set_counts_twice(sets, shares):
  random = np.random.default_rng(0)
  drawn = [paired_batches.draw_set(random, sets) for _ in range(3000)]
  np.testing.assert_allclose(np.bincount(drawn) / 3000, shares, atol=.04)


def test_a_set_of_choice_and_no_crop(pictures):
  for which in (0, 1, -1):
    element = taken(paired_batches.train_batches(pictures, 5, 1, SIZE, crop=False,
                                                 sketch_set=which), 1)[0]
    rows = BatchStream(5, 5, 1, Purpose.PAIRED).rows(0)
    for place, row in enumerate(rows):
      np.testing.assert_array_equal(element["sketch"][place, ..., 0],
                                    picture_steps.resized(pictures.sketch(which, row), SIZE))
      np.testing.assert_array_equal(element["photo"][place],
                                    picture_steps.resized(pictures.photo(row), SIZE))


def test_evaluation_gives_every_photo_once_in_order(pictures):
  elements = taken(paired_batches.eval_batches(pictures, 2, SIZE, sketch_set=1))
  assert [element["weight"].tolist() for element in elements] == [[1, 1], [1, 1], [1, 0]]
  photos, sketches = (np.concatenate([element[name] for element in elements])
                      for name in ("photo", "sketch"))
  for place in range(6):
    np.testing.assert_array_equal(photos[place],
                                  picture_steps.resized(pictures.photo(place % 5), SIZE))
    np.testing.assert_array_equal(sketches[place, ..., 0],
                                  picture_steps.resized(pictures.sketch(1, place % 5), SIZE))


# --- Self-supervised batches ---

def test_a_self_supervised_batch_is_what_was_drawn_for_it(pictures):
  batches = self_supervised_batches.TrainBatches(pictures, 4, 1, SIZE, classes=3)
  dataset = self_supervised_batches.train_batches(pictures, 4, 1, SIZE, classes=3)
  for index, element in enumerate(taken(dataset, 3)):
    rows, labels, draws = batches.draw(index)
    np.testing.assert_array_equal(element["label"], labels)
    for place, (row, drawn) in enumerate(zip(rows, draws)):
      views = distorted_views.views(pictures.photo(row), pictures.sketch(2, row), SIZE, drawn)
      for name, image in views._asdict().items():
        np.testing.assert_array_equal(element[name][place], image.reshape(SIZE, SIZE, -1))


def test_a_class_is_the_place_in_the_window(pictures):
  batches = self_supervised_batches.TrainBatches(pictures, 4, 1, SIZE, classes=3)
  steps = batches.steps_in_window
  assert steps == 75
  seen = {}
  for index in [*range(6), *range(steps - 3, steps + 3), *range(4 * steps, 4 * steps + 6)]:
    rows, labels, _ = batches.draw(index)
    window = index // steps
    np.testing.assert_array_equal(rows, batches.windows.rows(window)[labels])
    seen.setdefault(window, set()).update(labels.tolist())
  assert list(seen) == [0, 1, 4] and seen[0] == seen[4] == {0, 1, 2}
  assert batches.windows.rows(0).tolist() != batches.windows.rows(1).tolist()


def test_fewer_photos_than_classes(pictures):
  batches = self_supervised_batches.TrainBatches(pictures, 8, 1, SIZE, classes=500)
  labels = np.concatenate([batches.draw(index)[1] for index in range(5)])
  assert labels.dtype == np.int32
  assert sorted(labels.tolist()) == sorted(list(range(5)) * 8) and batches.steps_in_window == 62


def test_without_crop_the_distorted_photo_is_cropped_all_the_same(pictures):
  batches = self_supervised_batches.TrainBatches(pictures, 5, 1, SIZE, crop=False)
  _, _, draws = batches.draw(0)
  assert all(one.offset is None for one in draws)
  assert len({one.distorted_offset for one in draws}) > 1
  whole = [picture_steps.resized(pictures.photo(row), SIZE) for row in range(5)]
  for image, drawn in zip(batches(0)[1], draws):
    if not drawn.mirrored:
      assert any((image == one).all() for one in whole)


# --- Both ---

@pytest.mark.parametrize("stage", STAGES)
def test_training_goes_on_with_the_batch_that_would_have_come(pictures, stage):
  whole = taken(stage.train_batches(pictures, 2, 1, SIZE), 6)
  same(taken(stage.train_batches(pictures, 2, 1, SIZE, first_batch=4), 2), whole[4:])
  batches = stage.TrainBatches(pictures, 2, 1, SIZE)
  for index in (5, 0, 3):
    for array, name in zip(batches(index), whole[index]):
      np.testing.assert_array_equal(array, whole[index][name])
  other = taken(stage.train_batches(pictures, 2, 2, SIZE), 6)
  assert any((one["photo"] != two["photo"]).any() for one, two in zip(whole, other))


@pytest.mark.parametrize("stage", STAGES)
def test_memory_makes_no_difference(tmp_path, pictures, stage):
  lean = sketch_folders.pictures(tmp_path, 5, memory=0)
  same(taken(stage.train_batches(lean, 4, 1, SIZE), 2),
       taken(stage.train_batches(pictures, 4, 1, SIZE), 2))


def test_static_shapes(pictures):
  photo, sketch = (tf.TensorSpec([3, SIZE, SIZE, channels], tf.uint8) for channels in (3, 1))
  assert paired_batches.train_batches(pictures, 3, 0, SIZE).element_spec == {
      "photo": photo, "sketch": sketch}
  assert paired_batches.eval_batches(pictures, 3, SIZE).element_spec == {
      "photo": photo, "sketch": sketch, "weight": tf.TensorSpec([3], tf.float32)}
  assert self_supervised_batches.train_batches(pictures, 3, 0, SIZE).element_spec == {
      "distorted": photo, "photo": photo, "sketch": sketch, "bold": sketch, "erased": sketch,
      "erased_bold": sketch, "label": tf.TensorSpec([3], tf.int32)}


def test_both_as_one_dataset_under_two_replicas(pictures):
  strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
  both = tf.data.Dataset.zip({
      "self_supervised": self_supervised_batches.train_batches(pictures, 4, 0, SIZE),
      "paired": paired_batches.train_batches(pictures, 4, 0, SIZE)})
  shared = next(iter(strategy.experimental_distribute_dataset(both)))
  whole = taken(both, 1)[0]
  for name in ("self_supervised", "paired"):
    parts = strategy.experimental_local_results(shared[name]["photo"])
    np.testing.assert_array_equal(np.concatenate(parts), whole[name]["photo"])


@pytest.mark.parametrize("action,words", [
    (lambda p: paired_batches.train_batches(p, 0, 0, SIZE), ["Batches of 0", "at least 1"]),
    (lambda p: self_supervised_batches.train_batches(p, 2, 0, 0), ["0 x 0"]),
    (lambda p: self_supervised_batches.train_batches(p, 2, 0, SIZE, classes=0), ["0 classes"]),
    (lambda p: paired_batches.eval_batches(p, 2, -5), ["-5 x -5"]),
    (lambda p: paired_batches.eval_batches(p, 2, SIZE, sketch_set=3), ["Sketch set 3", "0 to 2"]),
    (lambda p: paired_batches.train_batches(p, 2, 0, SIZE, sketch_set=-2), ["Sketch set -2"]),
    (lambda p: ClassWindows(0, 3, 0), ["0 photos"]),
    (lambda p: batch_stream.refuse_unfit(0, 1, 1), ["0 photos"])])
def test_numbers_that_do_not_do(pictures, action, words):
  with pytest.raises(UserError) as caught:
    action(pictures)
  assert all(word in str(caught.value) for word in words)
