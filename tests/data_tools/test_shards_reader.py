"""Reading shards with tf.data, and checking them."""

import dataclasses
import json
import struct

import numpy as np
import pytest
import tensorflow as tf

from data_tools import sketch_dataset, strokes
from data_tools.errors import UserError
from data_tools.shards import check, manifest, reader, record_frames, schema, writer
from data_tools.shards.reader import ReadOptions
from tests.data_tools.test_shards_stages import SMALL, make, records_of, write_npz, write_ndjson
from tests.fuzz.containers import masked_crc, record_pack


@pytest.fixture(name="folders", scope="module")
def make_folders(tmp_path_factory):
  """The drawing files and the shards of the same drawings, offsets beyond the limit of 1000."""
  folder = tmp_path_factory.mktemp("shards")
  write_npz(folder / "in", far=1500)
  return folder / "in", make(folder / "in", folder / "out")


@pytest.fixture(name="shards")
def copy_shards(folders, tmp_path):
  """A copy to spoil."""
  copy = tmp_path / "copy"
  copy.mkdir()
  for path in folders[1].iterdir():
    (copy / path.name).write_bytes(path.read_bytes())
  return copy


def read(folder, split, **options):
  """All elements of a split, joined, and the sizes of the batches."""
  batches = list(reader.batches(folder, split, ReadOptions(**options)).as_numpy_iterator())
  joined = {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}
  return joined, [len(batch["label"]) for batch in batches]


@pytest.mark.parametrize("split", ["train", "valid"])
def test_what_is_read_is_the_data_set_in_memory(folders, split):
  source, shards = folders
  whole = sketch_dataset.load(source, ["cat", "bee"], png_width=16)
  own, sizes = read(shards, split, batch_size=8, categories=["cat", "bee"])
  part = getattr(whole, split)
  assert sum(sizes) == len(part) and set(sizes[:-1]) == {8}
  assert own["strokes"].dtype == np.float32 and own["strokes"].shape[1] == whole.max_seq_len
  told = manifest.read(shards)
  assert told.scale_factor() == pytest.approx(whole.scale_factor, rel=1e-6)
  padded = strokes.pad(part.strokes, whole.max_seq_len)
  for row in range(len(part)):  # rows are in another order: found by their pictures and strokes
    same = [index for index in range(len(part)) if np.allclose(own["strokes"][index], padded[row],
                                                               rtol=1e-5, atol=1e-7)]
    assert any(np.array_equal(own["image"][index], part.images[row])
               and own["length"][index] == part.lengths[row]
               and own["label"][index] == part.labels[row] for index in same)


def test_one_category_and_short_drawings_only(folders):
  source, shards = folders
  part = sketch_dataset.load(source, ["cat"], png_width=16, max_seq_len=12).train
  own, sizes = read(shards, "train", batch_size=4, categories=["cat"], max_length=12)
  assert sum(sizes) == len(part) > 4 and set(sizes[:-1]) == {4} and not own["label"].any()
  assert sorted(own["length"]) == sorted(part.lengths) and own["strokes"].shape[1] == 12
  whole = sketch_dataset.load(source, ["cat"], png_width=16)
  assert manifest.read(shards).scale_factor(["cat"]) == pytest.approx(whole.scale_factor, rel=1e-6)
  other, _ = read(shards, "train", batch_size=4, categories=["cat"], max_length=12, scale_factor=1)
  assert np.abs(other["strokes"][..., :2]).max() == 1000
  assert sum(read(shards, "train", batch_size=4, max_length=12, drop_remainder=True)[1]) % 4 == 0


def test_hosts_share_the_shards(folders):
  whole = set(read(folders[1], "train", batch_size=7)[0]["key_id"])
  parts = [set(read(folders[1], "train", batch_size=7, host=host, hosts=2)[0]["key_id"])
           for host in range(2)]
  assert not parts[0] & parts[1] and parts[0] | parts[1] == whole and all(parts)
  with pytest.raises(UserError, match="3 shards of train for 4 hosts"):
    read(folders[1], "train", batch_size=7, hosts=4)


def test_shuffled_passes_differ_and_come_again(folders):
  def keys(seed):
    options = ReadOptions(10, shuffle=100, repeat=True, seed=seed)
    batches = reader.batches(folders[1], "train", options).take(12)
    return np.concatenate([batch["key_id"] for batch in batches.as_numpy_iterator()])

  first = keys(0)
  assert len(first) == 120 and sorted(first[:60]) == sorted(first[60:])
  assert not np.array_equal(first[:60], first[60:])
  assert np.array_equal(first, keys(0)) and not np.array_equal(first, keys(1))


def test_categories_that_are_not_there(folders):
  with pytest.raises(UserError, match="did you mean 'bee'"):
    read(folders[1], "train", batch_size=7, categories=["beee"])


def test_files_that_are_not_those_of_the_manifest(shards):
  path = sorted(shards.glob("train-*"))[1]
  whole = path.read_bytes()
  path.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
  with pytest.raises(UserError, match="another sha256"):
    read(shards, "train", batch_size=7, verify="sha256")
  with pytest.raises(tf.errors.DataLossError):
    read(shards, "train", batch_size=7)
  path.write_bytes(whole[:-1])
  with pytest.raises(UserError, match=f"has {len(whole) - 1} bytes"):
    read(shards, "train", batch_size=7)
  path.unlink()
  with pytest.raises(UserError, match="is missing"):
    read(shards, "train", batch_size=7)
  read(shards, "valid", batch_size=7, verify="sha256")


@pytest.mark.parametrize("change", [
    {"version": 2}, {"format": "x"}, {"shards": None}, {"longest": 1}, {"scale_factor": 1.5},
    {"settings": {}}, {"settings": []}, {"left_out": 3},
    {"settings": {"png_width": 16, "train_shards": 3, "eval_shards": 1}},
    {"settings": {"png_width": 16, "train_shards": 3, "eval_shards": 1, "format": "npz",
                  "valid_fraction": float("nan"), "test_fraction": 0}}])
def test_manifests_that_are_not_right(shards, change):
  path = shards / "manifest.json"
  content = json.loads(path.read_text())
  path.write_text(json.dumps(content | change))
  with pytest.raises(UserError, match="manifest.json is "):
    manifest.read(shards)


@pytest.mark.parametrize("change", [
    {"name": "../train-00000-of-00003.tfrecord"}, {"drawings": 1}, {"bytes": "1"}, {"sha256": 1},
    {"categories": {"bee": [1]}}, {"split": "valid"},
    {"drawings": 1, "categories": {"bee": [1, 9, 9, 0, 10**999]}},
    {"drawings": 1, "categories": {"bee": [1, 10**9, 10**9, 0, 1]}},
    {"drawings": -1, "categories": {"bee": [-1, 9, 9, 0, 1]}}])
def test_shards_of_a_manifest_that_are_not_right(shards, change):
  path = shards / "manifest.json"
  content = json.loads(path.read_text())
  index = next(i for i, one in enumerate(content["shards"]) if one["split"] == "train")
  content["shards"][index] |= change
  path.write_text(json.dumps(content))
  with pytest.raises(UserError, match="manifest.json is damaged"):
    manifest.read(shards)


def test_manifests_that_are_no_json(shards):
  for content in (b"", b"[]", b"{", b"[" * 100000, b"\xff"):
    (shards / "manifest.json").write_bytes(content)
    with pytest.raises(UserError, match="manifest.json is damaged"):
      manifest.read(shards)
  (shards / "manifest.json").unlink()
  with pytest.raises(UserError, match="no whole data set"):
    manifest.read(shards)


def test_a_sound_data_set_has_no_problems(folders, tmp_path):
  assert check.inspect(folders[1]).as_json() | {"scale_factor": 0, "longest": 0} == {
      "ok": True, "problems": [], "records": 82, "shards": 5, "categories": 2, "scale_factor": 0,
      "longest": 0, "train": 60, "valid": 12, "test": 10}
  write_ndjson(tmp_path / "in", 30)
  made = make(tmp_path / "in", tmp_path / "out", dataclasses.replace(
      SMALL, format="simplified", valid_fraction=0.3))
  assert not check.inspect(made).problems


def spoil(folder, change):
  """Writes a training shard with other records, and a manifest that has its sha256."""
  path = sorted(folder.glob("train-*"))[0]
  records = list(map(schema.encode, change(records_of(folder, "train")[:5])))
  with tf.io.TFRecordWriter(str(path)) as file:
    for record in records:
      file.write(record)
  content = json.loads((folder / "manifest.json").read_text())
  entry, = [one for one in content["shards"] if one["name"] == path.name]
  entry |= {"bytes": path.stat().st_size, "sha256": writer.file_digest(path)}
  (folder / "manifest.json").write_text(json.dumps(content))


@pytest.mark.parametrize("change,word", [
    (lambda records: records, "holds other drawings"),
    (lambda records: records[::-1], "out of order"),
    (lambda records: records[:1] * 2, "is there twice"),
    (lambda records: [records[0]._replace(image=records[0].image[:8, :8])], "16 x 16 pixels")])
def test_records_that_are_not_right(shards, change, word):
  spoil(shards, change)
  problem, = check.inspect(shards).problems
  assert word in problem and "\n" not in problem and problem.endswith(".")
  assert not check.inspect(shards, records=False).problems


def test_a_record_in_the_wrong_shard(shards):
  last = records_of(shards, "train")[-1]
  spoil(shards, lambda records: [last])
  assert any("belongs to train-00002-of-00003.tfrecord" in one
             for one in check.inspect(shards).problems)


def test_a_picture_of_something_else(shards):
  path = sorted(shards.glob("train-*"))[0]
  count = next(one.drawings for one in manifest.read(shards).shards if one.name == path.name)
  records = records_of(shards, "train")[:count]
  records[0] = records[0]._replace(image=255 - records[0].image)
  spoil(shards, lambda _: records)
  problem, = check.inspect(shards).problems
  assert f"picture of the drawing {records[0].key_id}" in problem


@pytest.mark.parametrize("length", [2**40, 2**62, 2**64 - 1, 0, 1])
def test_a_record_that_declares_another_length_is_refused_before_room_is_made(shards, length):
  path = sorted(shards.glob("train-*"))[0]
  parts = [("record", content) for content in (b"a" * 30, b"b")]
  content = record_pack(parts)
  assert record_frames.fits(path) and struct.unpack_from("<Q", content)[0] == 30
  head = struct.pack("<Q", length)
  path.write_bytes(head + masked_crc(head) + content[12:])
  assert not record_frames.fits(path)
  told, = [one for one in manifest.read(shards).shards if one.name == path.name]
  told = told._replace(bytes=path.stat().st_size, sha256=writer.file_digest(path))
  fault = reader.file_fault(path, told, digest=True)
  assert "declares records that don't fit into it" in fault
