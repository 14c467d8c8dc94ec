"""From files of drawings to shards, stage by stage, by a pipeline in plain Python."""

import collections
import dataclasses
import hashlib
import json
import struct
import zlib

import numpy as np
import pytest
import tensorflow as tf

from data_tools import raster, stroke_files, strokes
from data_tools.errors import UserError
from data_tools.shards import (manifest, placement, schema, sources, stages, statistics,
                               stroke_bytes)
from data_tools.shards.stages import Settings
from data_tools.stroke_files import SPLITS

SMALL = Settings(png_width=16, train_shards=3, eval_shards=1)


def drawings(count, seed, far=40):
  """Random drawings, int16 [n, 3]."""
  rng = np.random.default_rng(seed)
  return [np.column_stack([rng.integers(-far, far, [n, 2]), rng.random(n) < 0.2]).astype(np.int16)
          for n in rng.integers(1, 30, count)]


def write_npz(folder, categories=("bee", "cat"), counts=(30, 6, 5), far=40):
  """Drawing files; returns category -> split -> drawings."""
  content = {name: {split: drawings(count, 10 * number + index, far)
                    for index, (split, count) in enumerate(zip(SPLITS, counts))}
             for number, name in enumerate(categories)}
  for name, splits in content.items():
    stroke_files.write_drawings(folder / f"{name}.npz", splits)
  return content


def write_ndjson(folder, count=40, first=0, name="cat"):
  """A simplified file of whole squares of several sizes, of key ids from `first` on."""
  folder.mkdir(exist_ok=True)
  lines = [json.dumps({"word": name, "countrycode": "", "recognized": key % 4 > 0,
                       "key_id": str(key),
                       "drawing": [[[0, 255, 255, key % 200], [0, 0, 255, 255]]]})
           for key in range(first, first + count)]
  (folder / f"{name}.ndjson").write_text("\n".join(lines))


def run_plainly(files, inputs, folder, settings, renderer="auto", options=(), backwards=False):
  """What `pipeline.run` does, without Beam."""
  groups = collections.defaultdict(list)
  for source in files[::-1] if backwards else files:
    for chunk in stages.read(source, settings):
      for key, value in stages.make_entries(chunk, settings, renderer):
        groups[key].append(value)
  parts = [stages.write_group(group, str(folder), settings) for group in groups.items()]
  stages.write_manifest(parts[::-1] if backwards else parts, str(folder), settings, inputs)


def make(source, output, settings=SMALL, **how):
  """A data set of shards of all files of a folder."""
  files = sources.find(source, settings.format)
  output.mkdir()
  run_plainly(files, [sources.describe(one) for one in files], output, settings, **how)
  return output


def records_of(folder, split, width=16):
  """The records of a split, read without the zoo's reader."""
  paths = sorted(map(str, folder.glob(f"{split}-*.tfrecord")))
  return [schema.decode(content, width)
          for content in tf.data.TFRecordDataset(paths).as_numpy_iterator()]


def bytes_of(folder):
  return {path.name: path.read_bytes() for path in folder.iterdir()}


def slow_bytes(drawing):
  """The format of docs/shards.md, number by number."""
  result = []
  for dx, dy, lifted in drawing.tolist():
    first, second = (2 * value if value >= 0 else -2 * value - 1 for value in (dx, dy))
    for number in (2 * first + lifted, second):
      while number >= 128:
        result.append(number % 128 + 128)
        number //= 128
      result.append(number)
  return bytes(result)


EXTREMES = np.array([[32767, -32768, 1], [0, 0, 0], [-1, 1, 1], [63, -64, 0], [31, 32, 1],
                     [-32768, 32767, 0], [8191, -8192, 1]], np.int16)


@pytest.mark.parametrize("drawing", [*drawings(5, 1), *drawings(5, 2, 30000), EXTREMES,
                                     np.zeros([0, 3], np.int16)])
def test_strokes_as_bytes_and_back(drawing):
  content = stroke_bytes.pack(drawing)
  assert content == slow_bytes(drawing)
  back = stroke_bytes.unpack(content, len(drawing))
  assert back.dtype == np.int16 and np.array_equal(back, drawing)


def test_a_batch_of_strokes_in_the_graph():
  batch = [*drawings(6, 3, 30000), np.zeros([0, 3], np.int16), EXTREMES]
  unpack = tf.function(stroke_bytes.unpack_batch)
  found = unpack([stroke_bytes.pack(one) for one in batch], [len(one) for one in batch], 12)
  expected = strokes.pad([one[:12] for one in batch], 12)
  assert found.dtype == tf.int32 and np.array_equal(found, expected)
  assert unpack(tf.constant([], tf.string), tf.constant([], tf.int32), 12).shape == (0, 12, 3)


@pytest.mark.parametrize("content,length", [
    (b"\x00", 1), (b"\x00\x00\x80", 1), (b"\x00\x00", 0), (b"", 1), (b"\x80\x80\x80\x01\x00", 1),
    (b"\x00\xff\xff\x07", 1), (b"\x00\x00\x00", 1), (b"\x80", 0)])
def test_wrong_bytes_are_refused(content, length):
  with pytest.raises(ValueError):
    stroke_bytes.unpack(content, length)


@pytest.mark.parametrize("wrong", [np.zeros([2, 3]), np.zeros([2, 5], np.int16),
                                   np.array([[0, 0, 2]], np.int16)])
def test_wrong_strokes_are_not_packed(wrong):
  with pytest.raises(ValueError):
    stroke_bytes.pack(wrong)


def test_records_are_examples_as_documented():
  image = np.arange(16, dtype=np.uint8).reshape(4, 4)
  record = schema.Record(2**64 - 3, "caf\u00e9", EXTREMES, image)
  content = schema.encode(record)
  features = tf.train.Example.FromString(content).features.feature
  assert features["version"].int64_list.value[:] == [1]
  assert features["key_id"].int64_list.value[:] == [-3]
  assert features["category"].bytes_list.value[0].decode() == "caf\u00e9"
  assert features["length"].int64_list.value[:] == [len(EXTREMES)]
  assert features["strokes"].bytes_list.value[0] == slow_bytes(EXTREMES)
  assert zlib.decompress(features["image"].bytes_list.value[0]) == bytes(range(16))
  back = schema.decode(content, 4)
  assert back[:2] == record[:2]
  assert np.array_equal(back.strokes, EXTREMES) and np.array_equal(back.image, image)


def test_wrong_records_are_refused():
  record = schema.Record(1, "cat", EXTREMES, np.zeros([4, 4], np.uint8))
  content = schema.encode(record)
  for wrong, width in ((content, 5), (content, 3), (b"\xff\xff", 4), (b"", 4)):
    with pytest.raises(ValueError):
      schema.decode(wrong, width)
  for name, feature in (("version", tf.train.Feature(int64_list=tf.train.Int64List(value=[2]))),
                        ("image", tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"no"]))),
                        ("length", tf.train.Feature(int64_list=tf.train.Int64List(value=[3])))):
    example = tf.train.Example.FromString(content)
    example.features.feature[name].CopyFrom(feature)
    with pytest.raises(ValueError):
      schema.decode(example.SerializeToString(), 4)
  with pytest.raises(ValueError):
    schema.encode(record._replace(image=np.zeros([4, 5], np.uint8)))


def test_places_come_from_the_hash_of_the_key_alone():
  shards, fractions = {"train": 7, "valid": 2, "test": 3}, {"valid": 0.2, "test": 0.3}
  places = [placement.place(key, shards, fractions) for key in range(4000)]
  for key in (0, 1, 3999):
    digest = hashlib.blake2b(struct.pack("<Q", key), digest_size=16).digest()
    lot, order = struct.unpack("<QQ", digest)
    split = "valid" if lot < 0.2 * 2**64 else "test" if lot < 0.5 * 2**64 else "train"
    assert places[key] == (split, order * shards[split] // 2**64, order)
  counts = collections.Counter(place.split for place in places)
  assert abs(counts["valid"] - 800) < 100 and abs(counts["test"] - 1200) < 120
  for split, number in shards.items():
    own = collections.Counter(place.shard for place in places if place.split == split)
    assert sorted(own) == list(range(number))
    assert max(own.values()) < 1.4 * counts[split] / number
  assert placement.place(5, shards, fractions, "test").split == "test"
  names = [placement.shard_name("train", shard, 7) for shard in range(7)]
  assert names[3] == "train-00003-of-00007.tfrecord" and all(map(placement.is_shard_name, names))
  assert not any(map(placement.is_shard_name, (
      "a.tfrecord", "train-x-of-7.tfrecord", "train", "train-00003-of-00007.tfrecord/a",
      f"train-00003-of-{'0' * 300}7.tfrecord")))


def test_statistics_equal_numpy():
  some = [*drawings(40, 1), *drawings(3, 2, 30000), np.zeros([0, 3], np.int16)]
  found = statistics.add(map(statistics.of_drawing, some))
  clipped = [strokes.clip(one) for one in some]
  assert found.drawings == 44 and found.points == sum(map(len, some))
  assert found.longest == max(map(len, some))
  assert found.scale_factor() == pytest.approx(float(strokes.scale_factor(clipped)), rel=1e-6)
  exact = np.std(np.concatenate(clipped)[:, :2].astype(np.float64))
  assert found.scale_factor() == pytest.approx(exact, rel=1e-12)
  for even in ([], [np.full([4, 3], 5, np.int16)]):
    assert statistics.add(map(statistics.of_drawing, even)).scale_factor() == 1


def test_npz_files_keep_their_splits(tmp_path):
  content = write_npz(tmp_path / "in")
  made = make(tmp_path / "in", tmp_path / "out")
  for split in SPLITS:
    found = {record.key_id: record for record in records_of(made, split)}
    expected = {placement.key_of(name, split, index): (name, drawing)
                for name in content for index, drawing in enumerate(content[name][split])}
    assert found.keys() == expected.keys()
    for key, (name, drawing) in expected.items():
      assert found[key].category == name and np.array_equal(found[key].strokes, drawing)
      assert np.array_equal(found[key].image, raster.rasterize([drawing], 16)[0])
  told = json.loads((made / "manifest.json").read_text())
  assert told["splits"]["valid"]["cat"]["drawings"] == 6 and told["inputs"][1]["name"] == "cat.npz"
  assert told["settings"] == dataclasses.asdict(SMALL)
  train = [strokes.clip(one) for name in content for one in content[name]["train"]]
  assert told["scale_factor"] == pytest.approx(float(strokes.scale_factor(train)), rel=1e-6)
  for shard in told["shards"]:
    whole = (made / shard["name"]).read_bytes()
    assert shard["sha256"] == hashlib.sha256(whole).hexdigest() and shard["bytes"] == len(whole)


def test_the_order_of_reading_does_not_matter(tmp_path):
  write_npz(tmp_path / "in")
  one = make(tmp_path / "in", tmp_path / "one")
  other = make(tmp_path / "in", tmp_path / "other", backwards=True)
  assert bytes_of(one) == bytes_of(other) and len(bytes_of(one)) == 6


def test_simplified_raw_and_binary_files_give_the_same_drawings(tmp_path):
  write_ndjson(tmp_path / "simplified", 20)
  lines = (tmp_path / "simplified/cat.ndjson").read_text().splitlines()
  (tmp_path / "raw").mkdir()
  (tmp_path / "binary").mkdir()
  raw_lines, packed = [], b""
  for line in lines:
    record = json.loads(line)
    (x, y), = record["drawing"]
    packed += struct.pack("<Q2sbIHH4B4B", int(record["key_id"]), b"US", 1, 0, 1, 4, *x, *y)
    record["drawing"] = [[[2 * value + 31 for value in x], [2 * value + 7 for value in y],
                          [0, 5, 9, 12]]]
    raw_lines.append(json.dumps(record))
  (tmp_path / "raw/cat.ndjson").write_text("\n".join(raw_lines))
  (tmp_path / "binary/cat.bin").write_bytes(packed)
  sets = {}
  for form in ("simplified", "raw", "binary"):
    made = make(tmp_path / form, tmp_path / f"{form}_out",
                dataclasses.replace(SMALL, format=form, valid_fraction=0.2))
    sets[form] = bytes_of(made)
    assert sets[form].pop("manifest.json")
  # The corner (0, 0) is a point of every drawing, so that raw ones are scaled by exactly a half.
  assert sets["simplified"] == sets["raw"] == sets["binary"]
  assert sum(name.startswith("valid") for name in sets["raw"]) == 1


def test_drawings_that_are_left_out_are_counted(tmp_path):
  write_ndjson(tmp_path / "in", 40)
  with open(tmp_path / "in/cat.ndjson", "a", encoding="utf-8") as file:
    file.write("\n{}\n[]\n")
  settings = dataclasses.replace(SMALL, format="simplified", skip_broken=True, recognized_only=True)
  made = manifest.read(make(tmp_path / "in", tmp_path / "out", settings))
  assert made.left_out == {"broken": 2, "unrecognized": 10}
  assert sum(made.statistics(split).drawings for split in SPLITS) == 30
  with pytest.raises(UserError, match="line 41"):
    make(tmp_path / "in", tmp_path / "more", dataclasses.replace(settings, skip_broken=False))


def test_a_raw_drawing_that_is_none(tmp_path):
  (tmp_path / "in").mkdir()
  far = [[[500 * (i % 2) for i in range(2000)], [0] * 2000, [0] * 2000]]
  (tmp_path / "in/cat.ndjson").write_text("\n".join(
      json.dumps({"word": "cat", "key_id": key, "drawing": drawing})
      for key, drawing in ((1, far), (2, [[[0, 9], [0, 5], [0, 1]]]))))
  settings = dataclasses.replace(SMALL, format="raw", valid_fraction=0, test_fraction=0)
  with pytest.raises(UserError, match="The drawing 1 of 'cat'"):
    make(tmp_path / "in", tmp_path / "out", settings)
  settings = dataclasses.replace(settings, skip_broken=True)
  made = make(tmp_path / "in", tmp_path / "skipped", settings)
  assert manifest.read(made).left_out == {"broken": 1}
  assert [record.key_id for record in records_of(made, "train")] == [2]


def test_a_drawing_that_is_there_twice(tmp_path):
  write_ndjson(tmp_path / "in", 5)
  write_ndjson(tmp_path / "in", 1, 3, "dog")
  with pytest.raises(UserError, match="The drawing 3 is there twice"):
    make(tmp_path / "in", tmp_path / "out", dataclasses.replace(SMALL, format="simplified"))


@pytest.mark.parametrize("wrong,word", [
    (np.array([[0.5, 0, 1]]), "whole numbers"), (np.array([[40000, 0, 1]]), "16 bits"),
    (np.array([[1, 0, 3]]), "third column")])
def test_npz_drawings_that_do_not_fit(tmp_path, wrong, word):
  stroke_files.write_drawings(tmp_path / "in/cat.npz", {"train": [EXTREMES, wrong], "valid": [],
                                                        "test": []})
  with pytest.raises(UserError, match=f"cat.npz, train: drawing 1 .*{word}"):
    make(tmp_path / "in", tmp_path / "out")


def test_files_are_found_by_format_and_category(tmp_path):
  for name in ("full_raw_hot dog.ndjson", "cat.ndjson", ".hidden.ndjson", "bee.bin", "bee.npz"):
    (tmp_path / name).write_bytes(b"")
  assert [one.category for one in sources.find(tmp_path, "raw")] == ["cat", "hot dog"]
  assert [one.category for one in sources.find(tmp_path, "raw", ["hot dog"])] == ["hot dog"]
  assert sources.find(tmp_path, "binary")[0].path == str(tmp_path / "bee.bin")
  assert [one.category for one in sources.find(tmp_path, "npz")] == ["bee"]
  with pytest.raises(UserError, match="did you mean 'cat'"):
    sources.find(tmp_path, "simplified", ["catt"])
  with pytest.raises(UserError, match="no folder"):
    sources.find(tmp_path / "none", "binary")
  (tmp_path / "empty").mkdir()
  with pytest.raises(UserError, match=r"no CATEGORY\.bin file"):
    sources.find(tmp_path / "empty", "binary")
