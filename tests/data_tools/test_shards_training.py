"""Training and evaluation batches out of shards, against those of the same drawings in memory."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools import drawing_batch, input_pipeline, recognition_pipeline, sketch_dataset
from data_tools.errors import UserError
from data_tools.shards import record_batches, shard_dataset
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.sketch_a_net.config import SketchANetConfig
from tests.data_tools.test_shards_stages import SMALL, make, write_npz

NAMES = ["cat", "bee"]
PLAIN = RpclPix2SeqConfig(batch_size=8, max_seq_len=29, png_width=16, random_scale_factor=0.0,
                          augment_stroke_prob=0.0, png_scale_ratio=1.0)
AUGMENTED = dataclasses.replace(PLAIN, random_scale_factor=0.1, augment_stroke_prob=0.5,
                                png_scale_ratio=0.8, png_rotate_angle=10, png_translate_dist=2)


@pytest.fixture(name="folders", scope="module")
def make_folders(tmp_path_factory):
  """The drawing files and the shards of the same drawings, offsets beyond the limit of 1000."""
  folder = tmp_path_factory.mktemp("training")
  write_npz(folder / "in", far=1500)
  return folder / "in", make(folder / "in", folder / "out", dataclasses.replace(
      SMALL, train_shards=5, eval_shards=2))


@pytest.fixture(name="memory", scope="module")
def load_memory(folders):
  return sketch_dataset.load(folders[0], NAMES, png_width=16)


@pytest.fixture(name="shards", scope="module")
def load_shards(folders):
  return shard_dataset.load(folders[1], NAMES, png_width=16)


def take(dataset, count=-1):
  return [{key: value.numpy() for key, value in batch.items()} for batch in dataset.take(count)]


def assert_same(first, second):
  assert len(first) == len(second)
  for one, other in zip(first, second):
    for key in one:
      np.testing.assert_array_equal(one[key], other[key])


def numbers_of(batches, split):
  """The number in memory of each drawing of unaugmented batches, which is compared with it."""
  numbers = []
  every = drawing_batch.gather(split, np.arange(len(split)), PLAIN.max_seq_len)
  for batch in batches:
    for rows, image in zip(batch["strokes"][:, 1:], batch["image"][..., 0]):
      pens = rows[:, 3] * (1 - rows[:, 4])
      fits = [np.allclose(rows[:, :2], one[:, :2], atol=1e-6) and np.array_equal(pens, one[:, 2])
              and np.abs(image - (own / 127.5 - 1)).max() < 1e-6
              and (rows[:, 4] == 0).sum() == length
              for one, own, length in zip(every.strokes, every.images, every.lengths)]
      assert sum(fits) == 1
      numbers.append(fits.index(True))
  return numbers


def test_the_splits_are_as_large_and_scaled_alike(memory, shards):
  for split in ("train", "valid", "test"):
    assert len(getattr(shards, split)) == len(getattr(memory, split)) > 0
  assert shards.scale_factor == pytest.approx(memory.scale_factor, rel=1e-6)
  assert (shards.max_seq_len, shards.categories) == (memory.max_seq_len, memory.categories)
  assert shards.max_seq_len == PLAIN.max_seq_len


def test_a_pass_has_the_drawings_of_memory_once_each(memory, shards):
  dataset = input_pipeline.train_batches(shards.train, PLAIN, seed=3)
  assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY
  assert dataset.element_spec == input_pipeline.train_batches(memory.train, PLAIN, 3).element_spec
  steps = input_pipeline.steps_per_epoch(shards.train, PLAIN)
  assert steps == 60 // 8
  batches = take(dataset, 2 * steps)
  passes = [numbers_of(batches[:steps], memory.train), numbers_of(batches[steps:], memory.train)]
  for one in passes:
    assert len(set(one)) == len(one) == 8 * steps
  assert passes[0] != passes[1] and set(passes[0]) != set(passes[1])  # others are left out


def test_a_pass_of_an_even_number_leaves_none_out(memory, shards):
  config = dataclasses.replace(PLAIN, batch_size=12)
  batches = take(input_pipeline.train_batches(shards.train, config, seed=0), 5)
  assert sorted(numbers_of(batches, memory.train)) == list(range(60))


def test_going_on_at_a_pass_gives_what_no_stop_would_have(shards):
  steps = input_pipeline.steps_per_epoch(shards.train, AUGMENTED)
  whole, other = (take(input_pipeline.train_batches(shards.train, AUGMENTED, seed), 3 * steps)
                  for seed in (5, 6))
  resumed = input_pipeline.train_batches(shards.train, AUGMENTED, seed=5, first_pass=2)
  assert_same(take(resumed, steps), whole[2 * steps:])
  assert not np.array_equal(whole[0]["strokes"], other[0]["strokes"])


def test_augmentation_is_that_of_memory(shards):
  """A batch without augmentation, augmented with the same random numbers, is the other one."""
  plain, = take(input_pipeline.train_batches(shards.train, PLAIN, seed=1), 1)
  changed, = take(input_pipeline.train_batches(shards.train, AUGMENTED, seed=1), 1)
  lengths = (plain["strokes"][:, 1:, 4] == 0).sum(1).astype(np.int32)
  rows = plain["strokes"][:, 1:, [0, 1, 3]] * (np.arange(29) < lengths[:, None])[..., None]
  pixels = np.rint((plain["image"][..., 0] + 1) * 127.5).astype(np.uint8)
  drawings = drawing_batch.DrawingBatch(rows, lengths, pixels, None)
  random = np.random.Generator(np.random.Philox(np.random.SeedSequence(1, spawn_key=(0, 0))))
  images, strokes = input_pipeline.augmented(drawings, random, AUGMENTED)
  np.testing.assert_array_equal(changed["strokes"], strokes)
  np.testing.assert_array_equal(changed["image"], images)
  assert np.abs(changed["strokes"] - plain["strokes"]).max() > 0.01


def test_evaluation_is_the_split_once_and_filled_up(memory, shards):
  batches = take(input_pipeline.eval_batches(shards.valid, AUGMENTED))
  expected = take(input_pipeline.eval_batches(memory.valid, AUGMENTED))
  assert [batch["weight"].tolist() for batch in batches] == [
      batch["weight"].tolist() for batch in expected] == [[1] * 8, [1] * 4 + [0] * 4]
  numbers = numbers_of(batches, memory.valid)
  assert sorted(numbers[:12]) == list(range(12)) and numbers[12:] == numbers[:4]
  assert input_pipeline.eval_batches(shards.valid, PLAIN).cardinality() == 2
  assert input_pipeline.eval_batches(shards.valid, PLAIN, drop_remainder=True).cardinality() == 1


def test_short_drawings_and_a_few_of_each_category(folders):
  memory = sketch_dataset.load(folders[0], ["cat"], png_width=16, max_seq_len=12)
  shards = shard_dataset.load(folders[1], ["cat"], png_width=16, max_seq_len=12,
                              scale_factor=memory.scale_factor)
  assert 0 < len(shards.train) == len(memory.train) < 30
  own = shard_dataset.in_memory(shards.train)
  assert sorted(own.lengths) == sorted(memory.train.lengths)
  key = lambda drawing: drawing.ravel().tolist()
  for one, other in zip(sorted(own.strokes, key=key), sorted(memory.train.strokes, key=key)):
    np.testing.assert_allclose(one, other, atol=1e-6)
  few = shard_dataset.load(folders[1], NAMES, png_width=16, num_per_category=7)
  assert len(few.train) == 14 and few.train.selection.quotas.sum(axis=0).tolist() == [7, 7]
  assert sorted(shard_dataset.in_memory(few.train).labels) == [0] * 7 + [1] * 7
  assert len(few.valid) == 12


def test_one_split_in_memory(folders, memory):
  read = shard_dataset.load_split(folders[1], NAMES, "test", png_width=16)
  assert (len(read.train), len(read.valid), len(read.test)) == (0, 0, len(memory.test))
  np.testing.assert_array_equal(read.test.labels, memory.test.labels)
  assert sorted(map(bytes, read.test.images)) == sorted(map(bytes, memory.test.images))


def test_hosts_train_on_their_own_shards(folders, memory):
  parts = [shard_dataset.load(folders[1], NAMES, png_width=16, host=host, hosts=2)
           for host in range(2)]
  share = min(parts[0].train.counts[0::2].sum(), parts[0].train.counts[1::2].sum())
  steps = input_pipeline.steps_per_epoch(parts[0].train, PLAIN)
  assert steps == input_pipeline.steps_per_epoch(parts[1].train, PLAIN) == share // 4
  found = []
  for part in parts:
    assert len(part.train) == 60
    batches = take(input_pipeline.train_batches(part.train, PLAIN, seed=0), steps)
    for batch in batches:  # each host's rows stand where it looks for them
      np.testing.assert_array_equal(batch["strokes"][:4], batch["strokes"][4:])
    found.append(numbers_of([{key: value[:4] for key, value in batch.items()}
                             for batch in batches], memory.train))
  assert not set(found[0]) & set(found[1]) and all(len(set(one)) == 4 * steps for one in found)
  with pytest.raises(UserError, match="5 shards of train for 6 hosts"):
    shard_dataset.load(folders[1], NAMES, png_width=16, hosts=6)
  large = dataclasses.replace(PLAIN, batch_size=60)
  with pytest.raises(UserError, match="One of the 2 hosts has .* fewer than the 30"):
    input_pipeline.steps_per_epoch(parts[0].train, large)


def test_pictures_for_recognition(folders):
  config = SketchANetConfig(categories=NAMES, batch_size=8, image_width=65, channels=1)
  memory = sketch_dataset.load(folders[0], NAMES, png_width=None)
  shards = shard_dataset.load(folders[1], NAMES, png_width=None)
  assert recognition_pipeline.steps_per_epoch(shards.train, config) == 7
  train = recognition_pipeline.train_batches(shards.train, config, seed=0)
  assert train.element_spec == recognition_pipeline.train_batches(memory.train, config,
                                                                  0).element_spec
  assert_same(take(train, 2), take(recognition_pipeline.train_batches(shards.train, config, 0), 2))
  found, expected = ([batch for batch in take(recognition_pipeline.eval_batches(split, config))]
                     for split in (shards.valid, memory.valid))
  pictures = lambda batches: sorted(
      (int(label), image.tobytes()) for batch in batches
      for label, image, weight in zip(batch["label"], batch["image"], batch["weight"]) if weight)
  assert pictures(found) == pictures(expected)


def test_bad_data_sets_get_a_sentence(folders, tmp_path):
  assert shard_dataset.is_there(folders[1]) and not shard_dataset.is_there(folders[0])
  with pytest.raises(UserError, match="did you mean 'bee'"):
    shard_dataset.load(folders[1], ["beee"], png_width=16)
  with pytest.raises(UserError, match="16 x 16 pixels where png_width is 48"):
    shard_dataset.load(folders[1], NAMES)
  with pytest.raises(UserError, match="Every training drawing of bee, cat"):
    write_npz(tmp_path / "long", counts=(3, 3, 3))
    long = make(tmp_path / "long", tmp_path / "shards")
    shortest = min(shard_dataset.in_memory(shard_dataset.load(
        long, ["bee", "cat"], png_width=16).train).lengths)
    shard_dataset.load(long, ["bee", "cat"], png_width=16, max_seq_len=int(shortest) - 1)
  with pytest.raises(UserError, match="60 training drawings, fewer than batch_size=61"):
    shards = shard_dataset.load(folders[1], NAMES, png_width=16)
    input_pipeline.train_batches(shards.train, dataclasses.replace(PLAIN, batch_size=61), 0)


def test_damage_that_only_reading_finds(folders, tmp_path):
  copy = tmp_path / "copy"
  copy.mkdir()
  for path in folders[1].iterdir():
    (copy / path.name).write_bytes(path.read_bytes())
  shards = shard_dataset.load(copy, NAMES, png_width=16)
  path = sorted(copy.glob("train-*"))[1]
  whole = path.read_bytes()
  path.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
  for spoilt in (whole[:40] + bytes([whole[40] ^ 1]) + whole[41:], b""):
    path.write_bytes(spoilt)
    with pytest.raises(UserError, match="are damaged .*check_shards.py"):
      with record_batches.damage_told(copy):
        take(input_pipeline.train_batches(shards.train, PLAIN, 0), 7)
  with pytest.raises(UserError, match="has 0 bytes"):
    shard_dataset.load(copy, NAMES, png_width=16)
  content = json.loads((copy / "manifest.json").read_text())
  (copy / "manifest.json").write_text(json.dumps(content | {"version": 2}))
  with pytest.raises(UserError, match="version 2"):
    shard_dataset.load(copy, NAMES, png_width=16)
  (copy / "manifest.json").unlink()
  with pytest.raises(UserError, match="no whole data set"):
    shard_dataset.load(copy, NAMES, png_width=16)
