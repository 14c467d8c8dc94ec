"""The rasteriser: equal to the original's pixels, by reference arrays, oracles and properties."""

import io
import multiprocessing
import os
import pathlib
import signal

import numpy as np
import pytest

from data_tools.errors import UserError
from data_tools.raster import cairo, choose_renderer, pyvips_svg, rasterize
from data_tools.raster.geometry import fit_to_canvas
from data_tools.raster.workers import rasterizer

_REFERENCE = (pathlib.Path(__file__).parents[1] / "reference" / "rpcl" / "synthetic"
              / "raster.npz")
_AVAILABLE = {"cairo": cairo.is_available(), "pyvips": pyvips_svg.is_available()}


@pytest.fixture(params=["cairo", "pyvips"])
def renderer(request):
  if not _AVAILABLE[request.param]:
    pytest.skip(f"{request.param} is not installed")
  return request.param


def _reference():
  arrays = np.load(_REFERENCE)
  ends = np.cumsum(arrays["in/lengths"])[:-1]
  return np.split(arrays["in/strokes"], ends), arrays["out/png48"]


def _random(count, seed=0, scale=None):
  """Random drawings: integers, or floats of unit scale times `scale`."""
  rng = np.random.default_rng(seed)
  drawings = []
  for n in rng.integers(1, 60, count):
    offsets = rng.normal(0, 20, [n, 2])
    offsets = np.rint(offsets) if scale is None else offsets / 20 * scale
    drawings.append(np.column_stack([offsets, rng.random(n) < 0.15]))
  return [one.astype(np.int16) for one in drawings] if scale is None else drawings


def test_the_originals_pixels(renderer):
  drawings, expected = _reference()
  assert np.array_equal(rasterize(drawings, renderer=renderer), expected)


def _oracle_geometry(drawing, width, margin):
  """Spec steps 1 to 5, one number after the other."""
  x = y = 0.0
  xs, ys = [0.0], [0.0]
  for dx, dy, _ in drawing.tolist():
    x, y = x + dx, y + dy
    xs.append(x)
    ys.append(y)
  longest = max(max(xs) - min(xs), max(ys) - min(ys))
  scale = (width - 2 * margin) / max(longest, 1e-5)
  place = []
  for values in (xs, ys):
    border = (longest - (max(values) - min(values))) / 2
    place.append(round(((0 - min(values) + border) * scale + margin) * 256))
  records, jump = [(*place, False)], True
  for dx, dy, lifted in drawing.tolist():
    place = [place[0] + round(dx * scale * 256), place[1] + round(dy * scale * 256)]
    records.append((*place, not jump))
    jump = lifted == 1
  return records


@pytest.mark.parametrize("scale", [None, 1.0, 1e-3, 1e-7, 12345.678])
@pytest.mark.parametrize("width, margin", [(48, 1.5), (31, 0.0), (256, 10.0)])
def test_geometry_by_a_scalar_oracle(scale, width, margin):
  drawings = [*_random(60, 1, scale), np.zeros([0, 3]), np.zeros([3, 3]), np.array([[5, 3, 0.5]]),
              np.array([[5.0, 0, 0], [1, 1, 0.5], [2, 2, 2], [4, 4, 1], [1, 0, 0], [3, 3, 0]])]
  paths = fit_to_canvas(drawings, width, margin)
  for index, drawing in enumerate(drawings):
    part = slice(paths.ends[index], paths.ends[index + 1])
    found = np.column_stack([paths.positions[part] * 256, paths.is_line[part]])
    assert np.array_equal(found, np.array(_oracle_geometry(drawing, width, margin), float))


def _cairosvg_picture(cairosvg, image_module, drawing, width, margin):
  """The original's way: an SVG with relative commands, drawn by cairosvg, read by Pillow."""
  offsets = drawing[:, :2].astype(float)
  path = np.concatenate([np.zeros([1, 2]), np.cumsum(offsets, axis=0)])
  extent = np.ptp(path, axis=0)
  scale = (width - 2 * margin) / max(extent.max(), 1e-5)
  x, y = (0 - path.min(axis=0) + (extent.max() - extent) / 2) * scale + margin
  commands, jump = [f"M{x!r},{y!r}"], True
  for dx, dy, lifted in drawing.tolist():
    commands.append(f"{'m' if jump else 'l'}{dx * scale!r},{dy * scale!r}")
    jump = lifted == 1
  svg = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{width}">'
         f'<rect width="{width}" height="{width}" fill="white"/>'
         f'<path d="{" ".join(commands)}" fill="none" stroke="black" stroke-width="1"/></svg>')
  png = cairosvg.svg2png(bytestring=svg.encode())
  return np.asarray(image_module.open(io.BytesIO(png)).convert("L"))


@pytest.mark.parametrize("width, margin, scale", [
    (48, 1.5, None), (48, 1.5, 1.0), (28, 1.5, None), (64, 3.0, None), (37, 0.0, 0.01),
    (48, 1.5, 1e-7)])
def test_pixels_by_cairosvg(width, margin, scale):
  cairosvg = pytest.importorskip("cairosvg", exc_type=(ImportError, OSError))
  image_module = pytest.importorskip("PIL.Image")
  drawings = _random(25, 2, scale)
  found = rasterize(drawings, width, margin=margin)
  for picture, drawing in zip(found, drawings):
    expected = _cairosvg_picture(cairosvg, image_module, drawing.astype(float), width, margin)
    assert np.array_equal(picture, expected)


@pytest.mark.skipif(not all(_AVAILABLE.values()), reason="needs both renderers")
@pytest.mark.parametrize("width, scale", [(48, None), (30, None), (101, 1.0), (4, None)])
def test_both_renderers_agree(width, scale):
  drawings = _random(60, 3, scale)
  assert np.array_equal(rasterize(drawings, width, "cairo"), rasterize(drawings, width, "pyvips"))


def test_a_drawing_does_not_depend_on_its_neighbours(renderer):
  for scale in (None, 0.37):
    drawings = _random(40, 4, scale) + [np.zeros([0, 3])]
    together = rasterize(drawings, renderer=renderer)
    alone = np.concatenate([rasterize([one], renderer=renderer) for one in drawings])
    assert np.array_equal(together, alone)
    assert np.array_equal(rasterize(drawings[::-1], renderer=renderer), together[::-1])


def test_more_drawings_than_a_chunk_and_progress():
  drawings = [np.array([[i % 50, 3, 0], [9, i % 7, 1]], np.int16) for i in range(5000)]
  steps = []
  images = rasterize(drawings, progress=steps.append)
  assert sum(steps) == 5000 and len(steps) > 1
  for index in (0, 2047, 2048, 4999):
    assert np.array_equal(images[index], rasterize([drawings[index]])[0])


def test_the_scale_does_not_matter_nor_does_the_number_type():
  drawings = _random(30, 5)
  images = rasterize(drawings)
  assert images.dtype == np.uint8 and images.shape == (30, 48, 48)
  for dtype in (np.int32, np.int64, np.float32, np.float64):
    assert np.array_equal(rasterize([one.astype(dtype) for one in drawings]), images)
  for factor in (2.0**-7, 2.0**20):  # powers of two: exact
    scaled = [one * np.array([factor, factor, 1]) for one in drawings]
    assert np.array_equal(rasterize(scaled), images)
  mirrored = [one * np.array([1, 1, 1], np.int16) for one in drawings]
  assert np.array_equal(rasterize(mirrored), images)


def test_a_line_where_it_belongs(renderer):
  # The first row is a jump; the bounds include the origin: x 0..90, y 0..0 centred at 24.
  image = rasterize([np.array([[0, 0, 0], [90, 0, 1]], np.int16)], renderer=renderer)[0]
  ink = 255 - image.astype(int)
  assert np.flatnonzero(ink.any(axis=1)).tolist() == [23, 24]  # half a pixel in each row
  assert ink[23, 1] in (63, 64) and ink[23, 2] in (127, 128) and ink[23, 24] == ink[24, 24]
  assert (ink[:, 0] == 0).all() and (ink[:, 47] == 0).all()


@pytest.mark.parametrize("rows", [
    [], [[5, 3, 0]], [[5, 3, 1]], [[0, 0, 0]] * 6, [[3, 4, 1], [10, 2, 1], [-4, 9, 1]],
    [[3, 4, 0], [0, 0, 1]], [[10, 2, 0], [0, 0, 1], [6, 6, 0], [0, 0, 1]]])
def test_points_without_a_line_leave_no_ink(renderer, rows):
  drawing = np.array(rows, np.int16).reshape(-1, 3)
  assert (rasterize([drawing], renderer=renderer) == 255).all()


def test_no_drawings(renderer):
  assert rasterize([], 32, renderer).shape == (0, 32, 32)


@pytest.mark.parametrize("drawing, message", [
    (np.array([[np.nan, 1, 0], [1, 1, 1]]), "NaN"),
    (np.array([[1, np.inf, 0], [1, 1, 1]]), "NaN, infinite"),
    (np.array([[1e308, 0, 0], [1e308, 1, 1]]), "too large"),
    (np.zeros([4, 2]), r"Drawing 1 is float64 \[4, 2\]"),
    (np.zeros([4, 5]), r"\[n, 3\]"),
    (np.zeros([3]), r"\[n, 3\]"),
    (np.array([["a", "b", "c"]]), "expected numbers")])
def test_impossible_drawings(drawing, message):
  with pytest.raises(UserError, match=message):
    rasterize([np.ones([2, 3]), drawing])


@pytest.mark.parametrize("width, margin, message", [
    (0, 1.5, "can't be 0 pixels"), (-4, 1.5, "can't be -4"), (10**6, 1.5, "can't be 1000000"),
    (3, 1.5, "leaves no room"), (48, 24, "leaves no room"), (48, -1, "margin of -1"),
    (48, float("nan"), "margin of nan")])
def test_impossible_sizes(width, margin, message):
  with pytest.raises(UserError, match=message):
    rasterize([], width, margin=margin)


def test_choosing_a_renderer(monkeypatch):
  with pytest.raises(UserError, match="no renderer 'skia'; choose from auto, cairo, pyvips"):
    choose_renderer("skia")
  monkeypatch.setattr(pyvips_svg, "is_available", lambda: True)
  monkeypatch.setattr(cairo, "is_available", lambda: True)
  assert choose_renderer() == "cairo" and choose_renderer("pyvips") == "pyvips"
  monkeypatch.setattr(cairo, "is_available", lambda: False)
  assert choose_renderer() == "pyvips"
  with pytest.raises(UserError, match="renderer 'cairo' is not installed"):
    choose_renderer("cairo")
  monkeypatch.setattr(pyvips_svg, "is_available", lambda: False)
  with pytest.raises(UserError, match="apt-get install libcairo2.*pip install pyvips"):
    rasterize([])


def test_a_missing_library_is_noticed(monkeypatch):
  cairo.load_library.cache_clear()
  monkeypatch.setattr(cairo, "_NAMES", ("libnothing.so",))
  monkeypatch.setattr(cairo.ctypes.util, "find_library", lambda name: None)
  try:
    assert not cairo.is_available()
  finally:
    cairo.load_library.cache_clear()


def test_several_processes_draw_the_same_and_a_dead_one_is_told():
  drawings = _random(10, 6) * 510  # three chunks
  with rasterizer(2) as draw:
    steps = []
    images = draw(drawings, width=20, progress=steps.append)
    assert sum(steps) == len(drawings)
    assert np.array_equal(images, rasterize(drawings, 20))
  with pytest.raises(UserError, match="worker processes died.*--workers=1"):
    with rasterizer(2) as draw:
      draw(drawings[:1])
      for child in multiprocessing.active_children():
        os.kill(child.pid, signal.SIGKILL)
      draw(drawings)
