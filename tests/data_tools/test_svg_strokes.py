"""Strokes that were written as SVG come back as the same drawing; anything else is refused."""

import pathlib

import numpy as np
import pytest

from data_tools import builtin_drawings, raster, svg, svg_strokes
from data_tools.errors import UserError

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48">'


def odd_drawings():
  random = np.random.default_rng(0)
  smooth = random.normal(size=[40, 3])
  smooth[:, 2] = random.random(40) < 0.3
  return [np.zeros([0, 3]), np.array([[3.0, 4, 1]]), np.array([[0.0, 0, 0], [0, 0, 1]]), smooth,
          np.array([[1e-4, 2, 0], [5e5, -1e-7, 1], [1, 1, 1], [2, 2, 0]])]


def test_a_drawing_read_back_is_the_same_picture_at_any_width(tmp_path):
  drawings = [*odd_drawings(), *builtin_drawings.draw("bee", range(6))[0]]
  read = []
  for index, drawing in enumerate(drawings):
    svg.save_svg(tmp_path / f"{index}.svg", drawing, colour="red")
    read.append(svg_strokes.read_svg(tmp_path / f"{index}.svg"))
  for one, again in zip(drawings, read):
    np.testing.assert_array_equal(one[:-1, 2] == 1, again[:-1, 2] == 1)
    assert one.shape == again.shape
  np.testing.assert_array_equal(raster.rasterize(drawings, 48), raster.rasterize(read, 48))
  # At other widths the offsets are rounded once more, by 1e-16 of the picture.
  wide, wide_again = raster.rasterize(drawings, 225), raster.rasterize(read, 225)
  assert np.mean(wide != wide_again) < 1e-4


@pytest.mark.parametrize("content, words", [
    (b"", "is not an SVG file, or is cut off"),
    (b"\x89PNG\r\n", "is not an SVG file, or is cut off"),
    ((HEAD + '<path d="M1,2 m3,4 l5,').encode(), "cut off"),
    ((HEAD + "</svg>").encode(), "holds 0 paths"),
    ((HEAD + '<path d="M1,2 m3,4"/><path d="M1,2"/></svg>').encode(), "holds 2 paths"),
    ((HEAD + '<path d="M1,2 c1,2 3,4 5,6"/></svg>').encode(), "reads 'c1,2 3,4 5,6'"),
    ((HEAD + '<path d="m1,2 l1,2"/></svg>').encode(), "absolute start"),
    ((HEAD + '<path d="M1,2 3,4"/></svg>').encode(), "absolute start"),
    ((HEAD + '<path d="M1,2 l3,4"/></svg>').encode(), "absolute start"),
    ((HEAD + '<path d="M1,2 m1e999,4"/></svg>').encode(), "too large"),
    (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + (HEAD + '<path d="M1,2 m&a;,1"/></svg>').encode(),
     "document type"),
    ((HEAD + '<path d="M1,2"/></svg>').encode("utf-16"), "document type"),
    ((HEAD + '<path d="M1,2 m&b;,1"/></svg>').encode(), "is not an SVG file")])
def test_other_files_are_refused(tmp_path, content, words):
  path = tmp_path / "one.svg"
  path.write_bytes(content)
  with pytest.raises(UserError, match=words) as error:
    svg_strokes.read_svg(path)
  assert str(path) in str(error.value)


def test_missing_and_huge_files_are_refused(tmp_path):
  with pytest.raises(UserError, match="can't be read"):
    svg_strokes.read_svg(tmp_path / "none.svg")
  with open(tmp_path / "big.svg", "wb") as file:
    file.truncate(2**24)
  with pytest.raises(UserError, match="larger than 8 MB"):
    svg_strokes.read_svg(pathlib.Path(tmp_path / "big.svg"))


def test_pairs_behind_a_movement_are_lines(tmp_path):
  (tmp_path / "one.svg").write_text(f'{HEAD}<path d="M1 2 m3 4 5 6m1,-1l.5e1,2"/></svg>')
  np.testing.assert_array_equal(svg_strokes.read_svg(tmp_path / "one.svg"),
                                [[3, 4, 0], [5, 6, 1], [1, -1, 0], [5, 2, 1]])


def test_a_long_row_of_digits_is_taken_once(tmp_path):
  (tmp_path / "one.svg").write_text(f'{HEAD}<path d="M{"1" * 10**6}"/></svg>')
  with pytest.raises(UserError, match="reads '"):
    svg_strokes.read_svg(tmp_path / "one.svg")
