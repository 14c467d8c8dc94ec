"""SVG of drawings: the same picture as the rasteriser's, the original's colours and text."""

import pathlib
import re
import xml.etree.ElementTree

import numpy as np
import pytest

from data_tools import raster, svg
from data_tools.errors import UserError
from data_tools.raster.geometry import fit_to_canvas

REFERENCE = pathlib.Path(__file__).parents[1] / "reference" / "rpcl" / "synthetic" / "raster.npz"


@pytest.fixture(scope="module")
def drawings():
  with np.load(REFERENCE) as ref:
    return np.split(ref["in/strokes"], np.cumsum(ref["in/lengths"])[:-1])


@pytest.fixture(scope="module")
def images():
  with np.load(REFERENCE) as ref:
    return ref["out/png48"]


def path_text(strokes3, **options):
  root = xml.etree.ElementTree.fromstring(svg.draw_svg(strokes3, **options).tostring())
  return root.find("{http://www.w3.org/2000/svg}path").get("d")


def commands(text):
  """Path text -> (letter, x, y) for every pair, repeated letters filled in."""
  result, letter = [], ""
  for found, x, y in re.findall(r"([Mml]?)(-?[\d.e+-]+),(-?[\d.e+-]+)", text):
    letter = found or letter
    result.append((letter, float(x), float(y)))
  return result


def test_path_is_what_the_rasteriser_draws(drawings):
  for drawing in drawings:
    letters, xs, ys = zip(*commands(path_text(drawing)))
    paths = fit_to_canvas([drawing], 48, 1.5)
    on_grid = np.cumsum(np.rint(np.stack([xs, ys], axis=1) * 256), axis=0) / 256  # as cairo rounds
    np.testing.assert_array_equal(on_grid, paths.positions)
    np.testing.assert_array_equal(np.array(letters) == "l", paths.is_line)


def test_picture_is_the_originals(drawings, images, tmp_path):
  cairosvg = pytest.importorskip("cairosvg")
  image = pytest.importorskip("PIL.Image")
  for index, drawing in enumerate(drawings):
    svg.save_svg(tmp_path / "one.svg", drawing)
    cairosvg.svg2png(url=str(tmp_path / "one.svg"), write_to=str(tmp_path / "one.png"))
    picture = np.asarray(image.open(tmp_path / "one.png").convert("L"))
    np.testing.assert_array_equal(picture, images[index])
  np.testing.assert_array_equal(picture, raster.rasterize(drawings[-1:])[0])


def test_path_text_is_the_originals():
  drawing = np.array([[0, 0, 0], [9, 3, 0], [9, 9, 1], [0, -3, 1], [-3, 0, 0], [1, 1, 1]])
  assert path_text(drawing, size=39) == (
      "M1.5,7.5 m0.0,0.0 l18.0,6.0 18.0,18.0 m0.0,-6.0 m-6.0,0.0 l2.0,2.0 ")


def test_black_unless_asked_and_the_originals_ten_colours(drawings):
  assert 'stroke="black"' in svg.draw_svg(drawings[0]).tostring()
  assert 'stroke="tomato"' in svg.draw_svg(drawings[0], colour="tomato").tostring()
  names = [svg.category_colour(index) for index in range(11)]
  assert names == ["black", "red", "blue", "green", "orange", "cyan", "tomato", "magenta",
                   "purple", "brown", "black"]


def test_size_is_that_of_the_picture(drawings):
  root = xml.etree.ElementTree.fromstring(svg.draw_svg(drawings[0], size=200).tostring())
  assert root.get("width") == root.get("height") == "200"


def test_nan_is_refused_and_the_old_file_stays(tmp_path):
  path = tmp_path / "one.svg"
  svg.save_svg(path, np.zeros((0, 3)))
  before = path.read_bytes()
  for value in (np.nan, np.inf):
    with pytest.raises(UserError, match="NaN or infinity"):
      svg.save_svg(path, np.array([[value, 0, 0], [1, 1, 1]]))
  assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
