"""A person's own drawings: SVG and JSON, one in each file, to shards."""

import dataclasses
import json

import numpy as np
import pytest

from data_tools import builtin_drawings, raster, svg
from data_tools.errors import UserError
from data_tools.own_drawings import svg_file, svg_path, svg_shapes
from data_tools.quickdraw.drawing import BadRecord, BadRecords
from data_tools.quickdraw.to_stroke3 import to_stroke3
from data_tools.shards import drawing_check, placement, sources
from tests.commands import command
from tests.data_tools.own_drawing_files import HEAD, OWN_SVG
from tests.data_tools.test_shards_stages import SMALL, make, records_of
from tests.fuzz.readers import READERS


def write(folder, name, content):
  path = folder / name
  path.parent.mkdir(parents=True, exist_ok=True)
  path.write_text(content)
  return path


def drawn(tmp_path, body):
  return svg_file.read(write(tmp_path, "one.svg", f"{HEAD}{body}</svg>"))


def test_lines_of_paths():
  def lines(text):
    return [line.tolist() for line in svg_path.read(text)]
  assert lines("M1 2 3,4l1-1.5.5,1h2V0zl1 1m5 5 1 0") == [
      [[1, 2], [3, 4], [4, 2.5], [4.5, 3.5], [6.5, 3.5], [6.5, 0], [1, 2]], [[1, 2], [2, 3]],
      [[7, 8], [8, 8]]]
  assert lines("M1,2 M3,4") == lines("") == []
  with pytest.raises(BadRecord, match="a path reads 'x3'"):
    svg_path.read("M1,2 x3")
  for wrong in ("L1,2", "M1", "M1,2L3", "M1,2z3,4", "M0 0A1 1 0 2 0 3 3", "1,2", "M0 0C1 2 3 4 5"):
    with pytest.raises(BadRecord):
      svg_path.read(wrong)


def test_curves_run_through_the_points_that_their_equations_give():
  cubic, = svg_path.read("M0,0C0,3 3,3 3,0")
  t = np.arange(svg_path.PIECES + 1)[:, None] / svg_path.PIECES
  np.testing.assert_allclose(cubic, 3 * (1 - t)**2 * t * [0, 3] + 3 * (1 - t) * t**2 * [3, 3]
                             + t**3 * [3, 0], atol=1e-12)
  np.testing.assert_allclose(svg_path.read("M0,0C0,1 1,2 3,2S5 1 6 0")[0],
                             svg_path.read("M0,0C0,1 1,2 3,2C5 2 5 1 6 0")[0])
  np.testing.assert_allclose(svg_path.read("M0,0q1,2 3,2t3-2")[0],
                             svg_path.read("M0,0Q1,2 3,2Q5 2 6 0")[0])
  np.testing.assert_allclose(svg_path.read("M1,1S5 1 6 0")[0], svg_path.read("M1,1C1 1 5 1 6 0")[0])


@pytest.mark.parametrize("flags,centre,span", [
    ("0 1", (0, 0), 90), ("1 0", (0, 0), 270), ("0 0", (2, 2), 90), ("1 1", (2, 2), 270)])
def test_arcs_are_parts_of_their_circle(flags, centre, span):
  points, = svg_path.read(f"M2 0A2 2 0 {flags} 0 2")
  away = points - centre
  np.testing.assert_allclose(np.hypot(*away.T), 2, atol=1e-9)
  angles = np.unwrap(np.arctan2(*away.T[::-1]))
  assert abs(np.degrees(angles[-1] - angles[0])) == pytest.approx(span)
  assert (np.diff(angles) > 0).all() == (flags[-1] == "1")  # clockwise, as y points down


def test_arcs_too_small_or_of_no_radius():
  np.testing.assert_allclose(svg_path.read("M0 0A1 1 0 0 1 4 0")[0][8 * 2], [2, -2], atol=1e-9)
  assert svg_path.read("M0 0A0 1 0 0 1 4 0")[0].tolist() == [[0, 0], [4, 0]]


def test_transforms_apply_from_the_innermost_outward():
  point = np.array([1, 2, 1.0])
  for text, expected in (("translate(3)", (4, 2)), ("scale(2,3)", (2, 6)), ("scale(2)", (2, 4)),
                         ("rotate(90)", (-2, 1)), ("rotate(90 1,1)", (0, 1)), ("skewX(45)", (3, 2)),
                         ("matrix(1 2 3 4 5 6)", (12, 16)), ("", (1, 2)),
                         ("translate(1,2) scale(2)", (3, 6)), ("scale(2),translate(1 2)", (4, 8))):
    np.testing.assert_allclose((svg_shapes.transform(text) @ point)[:2], expected, atol=1e-12)
  for wrong in ("turn(3)", "scale()", "matrix(1,2)", "scale(a)", "scale(1", "scale(1)x"):
    with pytest.raises(BadRecord, match="transform"):
      svg_shapes.transform(wrong)


def test_elements_in_their_order_with_what_is_not_drawn_left_out(tmp_path):
  strokes = drawn(tmp_path, (
      '<rect width="9" height="9"/><g transform="translate(10)"><g transform="scale(2)">'
      '<line x2="1"/></g><path d="M0,0 0,1"/></g><g display="none"><line x2="5"/></g>'
      '<polygon points="0,0 1,0 1,1"/><rect x="1" y="2" width="3" height="4" stroke="red"/>'))
  assert [stroke.tolist() for stroke in strokes] == [
      [[10, 0], [12, 0]], [[10, 0], [10, 1]], [[0, 0], [1, 0], [1, 1], [0, 0]],
      [[1, 2], [4, 2], [4, 6], [1, 6], [1, 2]]]
  circle, = drawn(tmp_path, '<circle cx="1" r="2"/>')
  np.testing.assert_allclose(np.hypot(*(circle - [1, 0]).T), 2)
  assert len(svg_file.read(write(tmp_path, "two.svg", OWN_SVG))) == 6


@pytest.mark.parametrize("body,words", [
    ("<text>a</text>", "'text'; convert it to paths"), ("<use/>", "'use'"), ("", "holds no line"),
    ("<svg/>", "svg within it"), ('<line x2="1cm"/>', "x2 is '1cm'"),
    ("<g/>" * 100_000, "more than 100000 elements"),
    ('<polyline points="1,2,3"/>', "pairs"),
    (f'<line x2="{"1" * 10**6}z"/>', "x2 is '1"),
    ('<line x2="1e308"/>', "too large"),
    ('<path d="M0,0 1e999,1"/>', "too large"),
    ('<g transform="rotate(1e999)"><line x2="1"/></g>', "too large"),
    ('<path d="M0,0 A1e200,1e-300,20,1,0,3,4"/>', "too large"),
    ('<path d="M0,0 A1,1,1e999,0,1,1,1"/>', "too large"), ("<g>", "cut off"), ("&x;", "cut off"),
    ('<path d="M0,0' + "c1,1,1,1,1,1" * 7000 + '"/>', "more than 100000 points")])
def test_svg_that_is_not_read(tmp_path, body, words):
  with pytest.raises(BadRecord, match=words):
    drawn(tmp_path, body)


@pytest.mark.parametrize("radii", ["1e-320,1", "1e-160,1e-160", "1e300,1e300"])
def test_an_arc_of_extreme_radii_ends_where_it_should(tmp_path, radii):
  line, = drawn(tmp_path, f'<path d="M1e2,0 A{radii},20,1,0,3,4"/>')
  assert line[0].tolist() == [100, 0] and line[-1].tolist() == [3, 4]
  assert np.isfinite(line).all()


def test_svg_files_that_would_cost_are_refused(tmp_path):
  with pytest.raises(BadRecord, match="entities"):
    svg_file.read(write(tmp_path, "bomb.svg", '<!DOCTYPE svg [<!ENTITY a "b">]>' + OWN_SVG))
  with open(tmp_path / "big.svg", "wb") as file:
    file.truncate(2**24)
  with pytest.raises(BadRecord, match="larger than 8 MB"):
    svg_file.read(tmp_path / "big.svg")
  write(tmp_path, "page.svg", "<html/>")
  with pytest.raises(BadRecord, match="'html' where svg"):
    svg_file.read(tmp_path / "page.svg")


def test_our_own_svg_files_give_the_same_picture(tmp_path):
  drawing = builtin_drawings.draw("bee", [0])[0][0]
  (tmp_path / "bee").mkdir()
  svg.save_svg(tmp_path / "bee/one.svg", drawing, size=255)
  chunk, = sources.chunks(sources.find(tmp_path, "svg")[0], False, False)
  one, two = raster.rasterize([drawing, to_stroke3(chunk.drawings[0].strokes)], 48)
  assert np.abs(one.astype(int) - two).mean() < 3  # of 255: rounded and simplified


def test_folders_and_categories(tmp_path):
  path = write(tmp_path, "in/cat/one.svg", OWN_SVG)
  write(tmp_path, "in/dog/2.SVG", OWN_SVG)
  write(tmp_path, "in/empty/readme.txt", "")
  write(tmp_path, "in/.git/3.svg", "")
  assert [one.category for one in sources.find(tmp_path / "in", "svg")] == ["cat", "dog"]
  assert [one.category for one in sources.find(tmp_path / "in", "svg", ["dog"])] == ["dog"]
  alone, = sources.find(tmp_path / "in/cat", "svg")
  assert alone.category == "cat"
  assert sources.describe(alone) == {"name": "cat", "bytes": path.stat().st_size, "files": 1}
  with pytest.raises(UserError, match="did you mean 'cat'"):
    sources.find(tmp_path / "in", "svg", ["catt"])
  write(tmp_path, "in/loose.svg", OWN_SVG)
  with pytest.raises(UserError, match="loose.svg beside the folder cat"):
    sources.find(tmp_path / "in", "svg")
  for folder, words in (("in", "no CATEGORY/.*json files"), ("none", "There is no folder")):
    with pytest.raises(UserError, match=words):
      sources.find(tmp_path / folder, "json")


@pytest.mark.parametrize("form", ["svg", "json"])
def test_a_drawing_keeps_its_split_when_others_are_added(tmp_path, form):
  content = OWN_SVG if form == "svg" else json.dumps({"drawing": [[[0, 9, 5], [0, 50, 2.5]]]})
  settings = dataclasses.replace(SMALL, format=form, valid_fraction=0.3, test_fraction=0.3)
  found = {}
  for name, count in (("few", 8), ("many", 16)):
    for number in range(count):
      write(tmp_path, f"{name}/cat/{number}.{form}", content)
    made = make(tmp_path / name, tmp_path / f"{name}_out", settings)
    found[name] = {record.key_id: split for split in ("train", "valid", "test")
                   for record in records_of(made, split)}
  assert len(found["few"]) == 8 and len(found["many"]) == 16
  assert found["few"].items() <= found["many"].items() and len(set(found["many"].values())) == 3
  assert placement.key_of_file("cat", f"0.{form}") in found["few"]


@pytest.mark.parametrize("content,words", [
    ("[", "not JSON"), ('{"word": 3}', "drawing\" is missing"), ("[]", r"is \[\]"), ("7", "is 7"),
    ("[[[0,1],[0]]]", "2 and 1 values"), ('[[[0,"a"],[0,1]]]', "numbers are"), ("[3]", "is 3"),
    ("[[[0,1e300],[0,1]]]", "too large"), ("[[[0,NaN],[0,1]]]", "no number")])
def test_json_that_is_no_drawing(tmp_path, content, words):
  write(tmp_path, "cat/one.json", content)
  write(tmp_path, "cat/two.json", '{"drawing": [[[0, 1], [0, 1], [0, 16]]], "word": "x"}')
  source, = sources.find(tmp_path, "json")
  with pytest.raises(UserError, match=words) as told:
    list(sources.chunks(source, False, False))
  assert "one.json" in str(told.value)
  chunk, = sources.chunks(source, True, False, bad := BadRecords(True))
  assert chunk.left_out == {"broken": 1} == {"broken": bad.count}
  assert [stroke.tolist() for stroke in chunk.drawings[0].strokes] == [[[0, 0], [255, 255]]]


def test_the_check_by_the_command_line(tmp_path):
  write(tmp_path, "in/cat/one.svg", OWN_SVG)
  write(tmp_path, "in/dog/two.svg", f"{HEAD}<line x2='5'/></svg>")
  where = [f"--input_dir={tmp_path / 'in'}", "--format=svg"]
  done = command("data_tools/check_drawings.py", *where)
  assert done.returncode == 0, done.stderr
  told = json.loads(done.stdout.splitlines()[-1])
  assert told["ok"] and told["drawings"] == 2 and told["categories"]["dog"] == {
      "drawings": 1, "points": 2, "longest": 2, "broken": 0}
  write(tmp_path, "in/dog/three.svg", "<svg")
  done = command("data_tools/check_drawings.py", *where)
  assert done.returncode == 1 and "Traceback" not in done.stderr
  told = json.loads(done.stdout.splitlines()[-1])
  assert told["broken"] == 1 and "three.svg: it is not SVG" in told["problems"][0]
  with pytest.raises(UserError, match="no format 'csv'"):
    drawing_check.inspect(tmp_path, "csv")


@pytest.mark.parametrize("form", ["npz", "simplified", "raw", "binary"])
def test_the_check_of_the_other_formats(tmp_path, form):
  path = READERS[form].seeds(tmp_path)[0]
  sound = drawing_check.inspect(tmp_path, form, [path.stem])
  assert not sound.problems and sound.counts[path.stem].drawings
  path.write_bytes(path.read_bytes()[:-9])
  broken = drawing_check.inspect(tmp_path, form, [path.stem])
  assert broken.counts[path.stem].broken == 1 and str(path) in broken.problems[0]
