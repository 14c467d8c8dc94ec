"""Quick, Draw!'s files, whole and broken."""

import json
import struct

import numpy as np
import pytest

from data_tools.errors import UserError
from data_tools.quickdraw import binary, ndjson, raw, simplified
from data_tools.quickdraw.drawing import BadRecords

STROKES = [[[0, 10, 255], [0, 5, 100]], [[7], [9]]]


def record(**changes):
  return {"word": "cat", "countrycode": "VE", "timestamp": "2017-03-02 23:25:10.07453 UTC",
          "recognized": True, "key_id": "5201136883597312", "drawing": STROKES, **changes}


def write_lines(path, *records):
  path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n"
                          for one in records), "utf-8")
  return path


def pack(key_id, strokes, country=b"US", recognized=1):
  """A binary record, field by field."""
  content = struct.pack("<Q", key_id) + country + struct.pack("<b", recognized)
  content += struct.pack("<I", 1488497110) + struct.pack("<H", len(strokes))
  for xs, ys in strokes:
    content += struct.pack("<H", len(xs)) + bytes(xs) + bytes(ys)
  return content


def test_simplified_drawings(tmp_path):
  path = write_lines(tmp_path / "cat.ndjson", record(), "", record(
      word="The Eiffel Tower", key_id=2**64 - 1, recognized=False, countrycode=""))
  first, second = simplified.read(path)
  assert first[:2] == (5201136883597312, "cat") and first.recognized and first.country == "VE"
  assert [stroke.tolist() for stroke in first.strokes] == [[[0, 0], [10, 5], [255, 100]], [[7, 9]]]
  assert all(stroke.dtype == np.int64 for stroke in first.strokes)
  assert second[:2] == (2**64 - 1, "The Eiffel Tower") and not second.recognized


def test_raw_drawings(tmp_path):
  strokes = [[[500.5, 510.25], [-3, 7.5], [0, 17]], [[1e3], [2], [99]]]
  drawing, = raw.read(write_lines(tmp_path / "cat.ndjson", record(drawing=strokes)))
  assert [stroke.tolist() for stroke in drawing.strokes] == [
      [[500.5, -3, 0], [510.25, 7.5, 17]], [[1000, 2, 99]]]
  assert drawing.strokes[0].dtype == np.float64


def test_binary_drawings(tmp_path):
  path = tmp_path / "full_binary_hot dog.bin"
  path.write_bytes(pack(2**64 - 2, STROKES) + pack(7, [[[255], [0]]], b"\0\0", 0))
  first, second = binary.read(path)
  assert first[:2] == (2**64 - 2, "hot dog") and first.recognized and first.country == "US"
  assert [stroke.tolist() for stroke in first.strokes] == [[[0, 0], [10, 5], [255, 100]], [[7, 9]]]
  assert second.key_id == 7 and not second.recognized and second.country == ""
  assert second.strokes[0].tolist() == [[255, 0]] and second.strokes[0].dtype == np.int64


BROKEN = {
    "not json": ("{", "not JSON"), "a list": ("[]", "JSON object"),
    "not a number": ('{"word": "cat", "key_id": NaN}', "NaN"),
    "deep": ("[" * 100000, "not JSON"), "binary": ("\0\1", "not JSON"),
    "huge number": ('{"key_id": ' + "9" * 5000 + "}", "not JSON"),
    "no word": (record(word=None), "word"), "empty word": (record(word=" "), "word"),
    "two lines": (record(word="a\nb"), "word"),
    "country": (record(countrycode=3), "countrycode"),
    "recognized": (record(recognized=1), "recognized"),
    "no key": (record(key_id=None), "key_id"), "negative key": (record(key_id=-1), "key_id"),
    "large key": (record(key_id=2**64), "key_id"), "true key": (record(key_id=True), "key_id"),
    "foreign digits": (record(key_id="\u0661"), "key_id"),
    "no drawing": (record(drawing=None), "drawing"), "no strokes": (record(drawing=[]), "drawing"),
    "stroke": (record(drawing=[3]), "stroke 0"), "rows": (record(drawing=[[[1]]]), "stroke 0"),
    "empty": (record(drawing=[[[], []]]), "0 and 0 values"),
    "unequal": (record(drawing=[[[1, 2], [3]]]), "2 and 1 values"),
    "text": (record(drawing=[[["1"], [3]]]), "numbers"),
    "truth": (record(drawing=[[[True], [3]]]), "numbers"),
    "too far": (record(drawing=[[[256], [3]]]), "0 to 255"),
    "half": (record(drawing=[[[1.5], [3]]]), "0 to 255"),
    "infinite": ('{"word":"cat","key_id":"1","drawing":[[[1e999],[0]]]}', "too large"),
    "too large": (record(drawing=[[[10**400], [3]]]), "too large"),
    "too many": (record(drawing=[[[1] * 60000, [1] * 60000]] * 2), "more than 100000 points")}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_is_a_sentence_or_is_counted(tmp_path, name):
  line, word = BROKEN[name]
  path = write_lines(tmp_path / "cat.ndjson", record(key_id=1), line, record(key_id=3))
  drawings = simplified.read(path)
  assert next(drawings).key_id == 1
  with pytest.raises(UserError) as caught:
    next(drawings)
  told = str(caught.value)
  assert told.startswith(f"{path}, line 2: ") and word in told and "\n" not in told
  assert len(told) < len(str(path)) + 250 and told.endswith(".")
  bad = BadRecords(skip=True)
  assert [drawing.key_id for drawing in simplified.read(path, bad)] == [1, 3]
  assert bad.count == 1 and bad.first == told


def test_raw_and_simplified_files_are_not_taken_for_each_other(tmp_path):
  with pytest.raises(UserError, match=r"\[\[x...\], \[y...\], \[t...\]\]"):
    list(raw.read(write_lines(tmp_path / "a.ndjson", record())))
  with pytest.raises(UserError, match=r"line 1: stroke 0 is .* where \[\[x...\], \[y...\]\]"):
    list(simplified.read(write_lines(tmp_path / "b.ndjson", record(drawing=[[[1], [2], [0]]]))))
  with pytest.raises(UserError, match="beyond 1000000 pixels"):
    list(raw.read(write_lines(tmp_path / "c.ndjson", record(drawing=[[[1e7], [2], [0]]]))))


def test_a_line_without_end_takes_no_memory(tmp_path, monkeypatch):
  monkeypatch.setattr(ndjson, "LONGEST_LINE", 400)
  path = write_lines(tmp_path / "cat.ndjson", record(key_id=1), "x" * 5000, "y" * 399, "z" * 400,
                     record(key_id=3))
  bad = BadRecords(skip=True)
  assert [drawing.key_id for drawing in simplified.read(path, bad)] == [1, 3]
  assert bad.count == 3 and "line 2: it is longer" in bad.first


@pytest.mark.parametrize("reader", [simplified.read, raw.read, binary.read])
def test_files_that_cannot_be_read(tmp_path, reader):
  for path in (tmp_path / "none", tmp_path):
    with pytest.raises(UserError, match="can't be read"):
      list(reader(path))


@pytest.mark.parametrize("cut", [1, 16, 17, 18, 19, 22, 25, 27])
def test_a_binary_file_that_is_cut_off(tmp_path, cut):
  whole = pack(1, STROKES)
  assert len(whole) == 29
  path = tmp_path / "cat.bin"
  path.write_bytes(whole + whole[:cut])
  drawings = binary.read(path)
  next(drawings)
  with pytest.raises(UserError, match=r"cat\.bin, byte 29: .*rest of the file"):
    next(drawings)
  bad = BadRecords(skip=True)
  assert len(list(binary.read(path, bad))) == 1 and bad.count == 1


def test_declared_sizes_are_checked_before_anything_is_read(tmp_path):
  path = tmp_path / "cat.bin"
  path.write_bytes(pack(1, [])[:-2] + struct.pack("<H", 65535) + b"\0" * 100)
  with pytest.raises(UserError, match="declares 65535 strokes, but 100 bytes are left"):
    list(binary.read(path))
  path.write_bytes(pack(1, [])[:-2] + struct.pack("<HH", 1, 65535) + b"\0" * 100)
  with pytest.raises(UserError, match="needs 131070 bytes at byte 19, but 100 are left"):
    list(binary.read(path))


@pytest.mark.parametrize("content,word", [
    (pack(1, []), "no strokes"), (pack(1, [[[], []]]), "without points"),
    (pack(1, STROKES, recognized=5), "recognized"), (pack(1, STROKES, b"\xff\xff"), "country"),
    (pack(1, [[[1] * 60000, [1] * 60000]] * 2), "100000 points")])
def test_a_binary_record_of_wrong_content_is_passed_over(tmp_path, content, word):
  path = tmp_path / "cat.bin"
  path.write_bytes(content + pack(2, STROKES))
  with pytest.raises(UserError, match=f"byte 0: .*{word}"):
    list(binary.read(path))
  bad = BadRecords(skip=True)
  assert [drawing.key_id for drawing in binary.read(path, bad)] == [2] and bad.count == 1
