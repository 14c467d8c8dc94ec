"""tf.data batches: what is in them, in which order, resumed, and under a strategy."""

import dataclasses
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from data_tools import input_pipeline, stroke_augmentation, strokes
from data_tools.errors import UserError
from data_tools.sketch_dataset import SketchSplit
from models.rpcl_pix2seq.config import RpclPix2SeqConfig

PLAIN = RpclPix2SeqConfig(batch_size=4, max_seq_len=12, png_width=16, random_scale_factor=0.0,
                          augment_stroke_prob=0.0, png_scale_ratio=1.0)
AUGMENTED = dataclasses.replace(PLAIN, random_scale_factor=0.1, augment_stroke_prob=0.5,
                                png_scale_ratio=0.8, png_rotate_angle=10, png_translate_dist=2)


def make_split(count, seed=0):
  """Drawing i has i as its first dx and in its first pixel."""
  random = np.random.default_rng(seed)
  drawings = []
  for index in range(count):
    one = np.zeros((random.integers(1, 13), 3), np.float32)
    one[:, :2] = random.normal(size=(len(one), 2))
    one[0, 0] = index
    one[-1, 2] = 1
    drawings.append(one)
  images = random.integers(0, 256, (count, 16, 16)).astype(np.uint8)
  images[:, 0, 0] = np.arange(count)
  return SketchSplit(drawings, np.array([len(one) for one in drawings], np.int32), images,
                     np.zeros(count, np.int32), None)


def take(dataset, count):
  return [{key: value.numpy() for key, value in batch.items()} for batch in dataset.take(count)]


def identities(batch):
  return batch["strokes"][:, 1, 0].astype(int)


def assert_same(first, second):
  assert len(first) == len(second)
  for one, other in zip(first, second):
    for key in one:
      np.testing.assert_array_equal(one[key], other[key])


def test_a_pass_is_a_shuffle_in_whole_batches():
  split = make_split(14)
  dataset = input_pipeline.train_batches(split, PLAIN, seed=3)
  assert input_pipeline.steps_per_epoch(split, PLAIN) == 3
  batches = take(dataset, 6)
  passes = [np.concatenate([identities(b) for b in batches[i:i + 3]]) for i in (0, 3)]
  for one in passes:
    assert len(set(one)) == 12 and set(one) <= set(range(14))
  assert not np.array_equal(*passes)
  for batch in batches:  # unaugmented: drawing and image are still each other's
    for row, image, index in zip(batch["strokes"], batch["image"], identities(batch)):
      np.testing.assert_array_equal(row, strokes.pad_batch([split.strokes[index]], 12)[0])
      np.testing.assert_allclose(image[..., 0], split.images[index] / 255 * 2 - 1, atol=1e-6)


def test_the_last_whole_batch_is_not_left_out():
  assert input_pipeline.steps_per_epoch(make_split(8), PLAIN) == 2


def test_shapes_are_static_and_the_data_endless():
  dataset = input_pipeline.train_batches(make_split(9), PLAIN, seed=0)
  assert dataset.element_spec == {"image": tf.TensorSpec([4, 16, 16, 1], tf.float32),
                                  "strokes": tf.TensorSpec([4, 13, 5], tf.float32)}
  assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY


def test_same_seed_same_batches_other_seed_others():
  split = make_split(14)
  first, again, other = (take(input_pipeline.train_batches(split, AUGMENTED, seed=seed), 4)
                         for seed in (1, 1, 2))
  assert_same(first, again)
  assert not np.array_equal(first[0]["strokes"], other[0]["strokes"])


def test_going_on_at_a_pass_gives_what_no_stop_would_have():
  split = make_split(14)
  whole = take(input_pipeline.train_batches(split, AUGMENTED, seed=5), 9)
  assert_same(take(input_pipeline.train_batches(split, AUGMENTED, seed=5, first_pass=2), 3),
              whole[6:])


def test_augmentation_keeps_ends_and_changes_within_bounds():
  split = make_split(12)
  only_scaled = dataclasses.replace(PLAIN, random_scale_factor=0.1)
  batch, = take(input_pipeline.train_batches(split, only_scaled, seed=0), 1)
  plain, = take(input_pipeline.train_batches(split, PLAIN, seed=0), 1)
  ratio = (batch["strokes"] / np.where(plain["strokes"] == 0, 1, plain["strokes"]))[:, 1:, :2]
  ratio = ratio[plain["strokes"][:, 1:, :2] != 0]
  assert 0.9 <= ratio.min() < 1 < ratio.max() <= 1.1
  np.testing.assert_array_equal(batch["strokes"][..., 2:], plain["strokes"][..., 2:])
  dropping = dataclasses.replace(PLAIN, augment_stroke_prob=1.0)
  batch, = take(input_pipeline.train_batches(split, dropping, seed=0), 1)
  np.testing.assert_allclose(batch["strokes"][..., :2].sum(1), plain["strokes"][..., :2].sum(1),
                             atol=1e-5)
  assert batch["strokes"][..., 4].sum() > plain["strokes"][..., 4].sum()


def test_dropping_uses_the_drawings_own_uniforms():
  """Rows behind a drawing's end never count, whatever their uniforms."""
  split = make_split(5)
  padded = strokes.pad(split.strokes, 12)
  uniforms = np.random.default_rng(0).random((5, 12))
  first = stroke_augmentation.drop_points(padded, split.lengths, uniforms, 0.5)
  uniforms[np.arange(12) >= split.lengths[:, None]] = 0
  second = stroke_augmentation.drop_points(padded, split.lengths, uniforms, 0.5)
  np.testing.assert_array_equal(first[0], second[0])


def test_eval_batches_are_the_split_in_order():
  split = make_split(10)
  dataset = input_pipeline.eval_batches(split, AUGMENTED)
  batches = take(dataset, 9)
  assert [len(batch["image"]) for batch in batches] == [4, 4, 4] and dataset.cardinality() == 3
  assert dataset.element_spec["image"].shape == (4, *batches[0]["image"].shape[1:])
  order = np.concatenate([identities(b) for b in batches])
  np.testing.assert_array_equal(order, [*range(10), 0, 1])  # the last is filled up ...
  weights = np.concatenate([b["weight"] for b in batches])
  np.testing.assert_array_equal(weights, [1] * 10 + [0] * 2)  # ... with what does not count
  expected = strokes.pad_batch(split.strokes, 12)
  np.testing.assert_array_equal(np.concatenate([b["strokes"] for b in batches])[:10], expected)
  whole = input_pipeline.eval_batches(split, PLAIN, drop_remainder=True)
  assert whole.cardinality() == 2 and whole.element_spec["image"].shape[0] == 4
  assert input_pipeline.eval_batches(make_split(8), PLAIN).element_spec["image"].shape[0] == 4


def test_too_few_drawings_get_a_sentence():
  with pytest.raises(UserError, match="3 training drawings, fewer than batch_size=4"):
    input_pipeline.train_batches(make_split(3), PLAIN, seed=0)
  with pytest.raises(UserError, match="at least 4 are needed"):
    input_pipeline.eval_batches(make_split(3), PLAIN, drop_remainder=True)
  with pytest.raises(UserError, match="at least 1 are needed"):
    input_pipeline.eval_batches(dataclasses.replace(make_split(1), lengths=np.zeros(0, int)), PLAIN)
  with pytest.raises(ValueError, match="max_seq_len"):
    short = dataclasses.replace(PLAIN, max_seq_len=-1)
    input_pipeline.train_batches(make_split(8), short, seed=0)


TWO_DEVICES = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, tensorflow as tf
cpu, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from data_tools import input_pipeline
from test_input_pipeline import AUGMENTED, make_split
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
plain = list(input_pipeline.train_batches(make_split(14), AUGMENTED, seed=1).take(4))
shared = strategy.experimental_distribute_dataset(
    input_pipeline.train_batches(make_split(14), AUGMENTED, seed=1))
for one, parts in zip(plain, shared):
  locals = [strategy.experimental_local_results(parts[key]) for key in ("image", "strokes")]
  assert [len(part) for part in locals[0]] == [2, 2]
  np.testing.assert_array_equal(np.concatenate(locals[1]), one["strokes"])
  np.testing.assert_array_equal(np.concatenate(locals[0]), one["image"])

class Counter(tf.keras.Model):
  def train_step(self, data):
    return {"size": tf.cast(tf.shape(data["image"])[0], tf.float32)}
  def test_step(self, data):
    return {"size": tf.cast(tf.shape(data["image"])[0], tf.float32)}

with strategy.scope():
  model = Counter()
  model.compile()
data = input_pipeline.train_batches(make_split(14), AUGMENTED, seed=1)
model.fit(data, epochs=2, steps_per_epoch=3, verbose=0,
          validation_data=input_pipeline.eval_batches(make_split(10), AUGMENTED))
print("fine")
"""


@pytest.mark.slow
def test_two_replicas_share_each_batch():
  here = str(pathlib.Path(__file__).parent)
  done = subprocess.run([sys.executable, "-c", TWO_DEVICES, here], capture_output=True, text=True,
                        check=False)
  assert done.stdout.strip() == "fine", done.stderr


LIVE_AT_THE_END = """
import sys
sys.path.insert(0, sys.argv[1])
import dataclasses
from data_tools import input_pipeline
from test_input_pipeline import AUGMENTED, make_split
config = dataclasses.replace(AUGMENTED, batch_size=128)
alive = iter(input_pipeline.train_batches(make_split(200), config, seed=1))
next(alive)
print("fine")
"""


def test_a_program_ends_with_an_iterator_alive():
  """Without the wait in _Calls the interpreter hangs here."""
  here = str(pathlib.Path(__file__).parent)
  done = subprocess.run([sys.executable, "-c", LIVE_AT_THE_END, here], capture_output=True,
                        text=True, check=False, timeout=300)
  assert done.returncode == 0 and done.stdout.strip() == "fine", done.stderr
