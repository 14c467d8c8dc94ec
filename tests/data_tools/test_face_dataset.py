"""Face pairs in memory, and the batches made of them."""


import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data_tools.errors import UserError
from data_tools.faces import face_dataset, face_pipeline, geometry, pairs
from data_tools.faces.face_dataset import FaceSplit
from data_tools.faces.geometry import Geometry
from tests.data_tools import face_folders

SMALL = Geometry(face=(25, 20), canvas=(36, 36), crop=(32, 32))


def split_of(count, sizes=SMALL):
  random = np.random.default_rng(count)
  shape = [count, *sizes.face]
  return FaceSplit(tuple(f"AR{row}" for row in range(count)),
                   random.integers(0, 256, [*shape, 3]).astype(np.uint8),
                   random.integers(0, 256, [*shape, 1]).astype(np.uint8))


def refused(action, *words):
  with pytest.raises(UserError) as caught:
    action()
  assert "\n" not in str(caught.value)
  for word in words:
    assert str(word) in str(caught.value)


def test_pictures_are_read_resized_and_kept_in_order(tmp_path):
  faces = face_folders.make(tmp_path, ("AR",), 3, 500, 400)
  colour = face_folders.picture(77, 500, 400)
  face_folders.save(faces / "AR/Training Sketches/n1.png", colour)  # a sketch saved in colour
  split = face_dataset.load(pairs.from_folders(faces, "AR", "train"))
  assert split.names == ("ARn0", "ARn1", "ARn2") and len(split) == 3
  assert split.photos.shape == (3, 250, 200, 3) and split.sketches.shape == (3, 250, 200, 1)
  with Image.open(faces / "AR/Training Photos/n2.png") as image:
    np.testing.assert_array_equal(split.photos[2], geometry.resize(np.asarray(image)))
  gray = np.asarray(Image.fromarray(colour).convert("L"))
  np.testing.assert_array_equal(split.sketches[1, ..., 0], geometry.resize(gray))


@pytest.mark.parametrize("size,cut", [((250, 312), "248 x 310"), ((1024, 768), "612 x 765"),
                                      ((201, 250), "200 x 250"), ((3, 3), "give one of 200 x 250")])
def test_a_wrong_ratio_is_told_with_a_way_out(tmp_path, size, cut):
  width, height = size
  path = face_folders.save(tmp_path / "a.png", face_folders.picture(0, height, width))
  refused(lambda: face_dataset.read_face(path, "photo"), path, f"{width} x {height}", cut)


def test_a_corrupt_picture_and_no_pictures(tmp_path):
  faces = face_folders.make(tmp_path, ("AR",), 1)
  path = faces / "AR/Testing Photos/n0.png"
  path.write_bytes(path.read_bytes()[:900])
  refused(lambda: face_dataset.load(pairs.from_folders(faces, "AR", "test")), path, "cut off")
  refused(lambda: face_dataset.load([]), "no face pairs")


def test_arrays_that_do_not_belong_together():
  split = split_of(2)
  with pytest.raises(ValueError, match="belong"):
    FaceSplit(split.names, split.photos, split.sketches[:1])


def taken(dataset, count=None):
  return list((dataset if count is None else dataset.take(count)).as_numpy_iterator())


def same(first, second):
  assert len(first) == len(second)
  for one, other in zip(first, second):
    assert one.keys() == other.keys()
    for name in one:
      np.testing.assert_array_equal(one[name], other[name])


def test_training_batches_are_crops_of_the_pairs_they_drew():
  split = split_of(5)
  batches = face_pipeline.TrainBatches(split, 2, 9, SMALL)
  for index, element in enumerate(taken(face_pipeline.train_batches(split, 2, 9, SMALL), 7)):
    rows, (top, left) = batches.draw(*divmod(index, 2))
    assert len(set(rows)) == 2 and 0 <= top < 4 and 0 <= left < 4
    for name, images in (("photo", split.photos), ("sketch", split.sketches)):
      canvas = np.pad(images[rows], [(0, 0), (5, 6), (8, 8), (0, 0)], constant_values=255)
      assert element[name].dtype == np.uint8
      np.testing.assert_array_equal(element[name], canvas[:, top:top + 32, left:left + 32])


def test_training_goes_on_with_the_batch_that_would_have_come():
  split = split_of(5)
  whole = taken(face_pipeline.train_batches(split, 2, 1, SMALL), 7)
  same(taken(face_pipeline.train_batches(split, 2, 1, SMALL, first_batch=3), 4), whole[3:])
  other = taken(face_pipeline.train_batches(split, 2, 2, SMALL), 7)
  assert any((one["photo"] != two["photo"]).any() for one, two in zip(whole, other))


def test_each_batch_is_drawn_anew_as_the_original_does():
  batches = face_pipeline.TrainBatches(split_of(3), 1, 0, SMALL)
  rows = [int(batches.draw(*divmod(index, 3))[0][0]) for index in range(300)]
  assert any(one == two for one, two in zip(rows, rows[1:]))  # no shuffled passes
  assert min(rows.count(row) for row in range(3)) > 70


def test_shuffled_passes_on_request():
  split = split_of(6)
  batches = face_pipeline.TrainBatches(split, 2, 0, SMALL, each_once=True)
  passes = [[batches.draw(which, index)[0].tolist() for index in range(3)] for which in range(4)]
  assert all(sorted(sum(one, [])) == list(range(6)) for one in passes)
  assert len({str(one) for one in passes}) > 1
  offsets = {batches.draw(which, index)[1] for which in range(4) for index in range(3)}
  assert len(offsets) > 4


def test_evaluation_gives_every_pair_once_in_order_and_back():
  split = split_of(5)
  elements = taken(face_pipeline.eval_batches(split, 2, SMALL))
  assert [element["weight"].tolist() for element in elements] == [[1, 1], [1, 1], [1, 0]]
  for name, images in (("photo", split.photos), ("sketch", split.sketches)):
    together = np.concatenate([element[name] for element in elements])
    np.testing.assert_array_equal(geometry.uncrop(geometry.normalise(together[:5]), SMALL),
                                  images)
    np.testing.assert_array_equal(together[5], together[0])  # fills up
  alone = taken(face_pipeline.eval_batches(split, 1, SMALL))
  np.testing.assert_array_equal(alone[3]["photo"][0], elements[1]["photo"][1])


def test_the_originals_size_and_static_shapes():
  split = split_of(2, Geometry())
  training, evaluation = (face_pipeline.train_batches(split, 2, 0),
                          face_pipeline.eval_batches(split, 3))
  assert training.element_spec == {"photo": tf.TensorSpec([2, 256, 256, 3], tf.uint8),
                                   "sketch": tf.TensorSpec([2, 256, 256, 1], tf.uint8)}
  assert evaluation.element_spec["weight"] == tf.TensorSpec([3], tf.float32)
  assert int(evaluation.cardinality()) == 1
  assert taken(training, 1)[0]["photo"].shape == (2, 256, 256, 3)


def test_two_replicas_share_a_batch():
  split = split_of(4)
  strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
  dataset = face_pipeline.train_batches(split, 4, 0, SMALL)
  shared = next(iter(strategy.experimental_distribute_dataset(dataset)))
  parts = np.concatenate([part.numpy() for part in strategy.experimental_local_results(
      shared["photo"])])
  np.testing.assert_array_equal(parts, taken(dataset, 1)[0]["photo"])


def test_batch_sizes_that_do_not_fit():
  split = split_of(3)
  assert face_pipeline.steps_per_epoch(split, 2) == 1
  refused(lambda: face_pipeline.train_batches(split, 4, 0, SMALL), "3 training pairs", "4")
  refused(lambda: face_pipeline.train_batches(split, 0, 0, SMALL), "batch_size is 0")
  refused(lambda: face_pipeline.eval_batches(split, 0, SMALL), "at least 1")
