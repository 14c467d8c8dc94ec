"""How much faster the rasteriser is than one SVG and one PNG file per drawing.

  python benchmarks/seq2png.py --drawings=3000

Draws the same random drawings twice in one run: with data_tools.raster, and with a pipeline that
does what RPCL-pix2seq's own seq2png does (svgwrite file, cairosvg to a PNG file, Pillow "L", an
array that grows by concatenation, a quadratic sort of the file names). The pixels must be equal.
The pipeline's cost grows with the square of the number of drawings, ours does not, so the ratio
does too. Prints a table to stderr and one JSON line to stdout.
"""

import os
import pathlib
import re
import tempfile
import time
from collections.abc import Callable

import numpy as np
from absl import flags
from PIL import Image

from data_tools import cli
from data_tools.errors import UserError
from data_tools.raster import choose_renderer, rasterize

_DRAWINGS = flags.DEFINE_integer("drawings", 3000, "Drawings for both sides.", lower_bound=1)
_OURS = flags.DEFINE_integer("ours", 20000, "Drawings for our rate alone.", lower_bound=1)
_WIDTH = flags.DEFINE_integer("png_width", 48, "Width of a picture, pixels.", lower_bound=4)
_RENDERER = flags.DEFINE_string("renderer", "auto", "auto, cairo or pyvips.")
_FULL = 75000  # drawings of one Quick, Draw! category as the method uses it


def random_drawings(count: int, seed: int = 0) -> list[np.ndarray]:
  """Random wavy strokes of about Quick, Draw!'s size: 48 points and 5 to 6 strokes a drawing.

  Returns:
    `count` drawings, int16 [n, 3] = (dx, dy, pen lifted).
  """
  rng = np.random.default_rng(seed)
  drawings = []
  for _ in range(count):
    points = int(np.clip(rng.normal(48, 14), 8, 120))
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.6, points))
    step = rng.gamma(2.0, 8.0, points)
    lifted = rng.random(points) < 0.1
    lifted[-1] = True
    starts = np.concatenate([[True], lifted[:-1]])
    heading[starts] = rng.uniform(0, 2 * np.pi, starts.sum())  # pen-up jumps are long and any way
    step[starts] = rng.uniform(10, 100, starts.sum())
    offsets = np.rint(np.stack([np.cos(heading), np.sin(heading)], axis=1) * step[:, None])
    drawings.append(np.column_stack([offsets, lifted]).astype(np.int16))
  return drawings


def svg_path(drawing: np.ndarray, width: int, margin: float = 1.5) -> str:
  """The path data of a drawing: an absolute start, then relative moves and lines."""
  path = np.concatenate([np.zeros([1, 2]), np.cumsum(drawing[:, :2].astype(float), axis=0)])
  low, extent = path.min(axis=0), np.ptp(path, axis=0)
  scale = (width - 2 * margin) / max(extent.max(), 1e-5)
  start = (0 - low + (extent.max() - extent) / 2) * scale + margin
  parts = [f"M{start[0]!r},{start[1]!r}"]
  jumps = np.concatenate([[True], drawing[:-1, 2] == 1])
  for (dx, dy), jump in zip(drawing[:, :2].astype(float) * scale, jumps):
    parts.append(f"{'m' if jump else 'l'}{float(dx)!r},{float(dy)!r}")
  return " ".join(parts)


def one_file_per_drawing(drawings: list[np.ndarray], width: int, folder: str,
                         seconds: dict[str, float]) -> np.ndarray:
  """The slow side. Adds the CPU time of its parts to `seconds`; returns uint8 [N, W, W]."""
  cairosvg, svgwrite = _import_svg_tools()
  with _Clock(seconds, "svg and png files"):
    for index, drawing in enumerate(drawings):
      name = os.path.join(folder, str(index))
      page = svgwrite.Drawing(f"{name}.svg", size=(width, width))
      page.add(page.rect(insert=(0, 0), size=(width, width), fill="white"))
      page.add(page.path(svg_path(drawing, width)).stroke("black", 1).fill("none"))
      page.save()
      cairosvg.svg2png(url=f"{name}.svg", write_to=f"{name}.png")
  with _Clock(seconds, "quadratic sort"):
    names = [str(path) for path in pathlib.Path(folder).glob("*.png")]
    numbers = [int(re.findall(r"\d+", name)[-1]) for name in names]
    _bubble_sort(numbers, names)
  with _Clock(seconds, "reading"):
    images = [np.asarray(Image.open(name).convert("L"))[None] for name in names]
  with _Clock(seconds, "growing array"):
    grown = images[0]
    for image in images[1:]:
      grown = np.concatenate([grown, image])
  with _Clock(seconds, "deleting"):
    for path in pathlib.Path(folder).iterdir():
      path.unlink()
  return grown


def _bubble_sort(keys: list[int], items: list[str]) -> None:
  for last in range(len(keys) - 1, 0, -1):
    for index in range(last):
      if keys[index] > keys[index + 1]:
        keys[index], keys[index + 1] = keys[index + 1], keys[index]
        items[index], items[index + 1] = items[index + 1], items[index]


class _Clock:
  """Adds the CPU seconds of its body to an entry of a dict."""

  def __init__(self, seconds: dict[str, float], name: str):
    self._seconds, self._name = seconds, name

  def __enter__(self) -> None:
    self._begin = time.process_time()

  def __exit__(self, *_) -> None:
    spent = time.process_time() - self._begin
    self._seconds[self._name] = self._seconds.get(self._name, 0.0) + spent


def _import_svg_tools() -> tuple:
  try:
    import cairosvg  # pylint: disable=import-outside-toplevel
    import svgwrite  # pylint: disable=import-outside-toplevel
  except (ImportError, OSError) as error:
    raise UserError(f"The slow side of this benchmark can't run ({error}); pip install cairosvg "
                    "svgwrite, and install the system library cairo.") from error
  return cairosvg, svgwrite


def _timed(work: Callable[[], np.ndarray]) -> tuple[np.ndarray, float, float]:
  cpu, wall = time.process_time(), time.perf_counter()
  result = work()
  return result, time.process_time() - cpu, time.perf_counter() - wall


def main() -> None:
  """Runs both sides and reports."""
  _import_svg_tools()
  width, renderer = _WIDTH.value, choose_renderer(_RENDERER.value)
  count, more = _DRAWINGS.value, _OURS.value
  drawings = random_drawings(max(count, more))
  rasterize(drawings[:10], width, renderer)  # loads the library
  _, rate_cpu, _ = _timed(lambda: rasterize(drawings[:more], width, renderer))
  ours, our_cpu, our_wall = _timed(lambda: rasterize(drawings[:count], width, renderer))
  parts: dict[str, float] = {}
  with tempfile.TemporaryDirectory() as folder:
    theirs, their_cpu, their_wall = _timed(
        lambda: one_file_per_drawing(drawings[:count], width, folder, parts))
  if not np.array_equal(ours, theirs):
    raise UserError("The two pipelines drew different pixels, so this ratio means nothing; "
                    "please report the versions of cairo and cairosvg.")
  grow = _FULL / count
  quadratic = parts["quadratic sort"] + parts["growing array"]
  at_full = ((their_cpu - quadratic) * grow + quadratic * grow**2) / (rate_cpu * _FULL / more)
  for name, seconds in parts.items():
    cli.say(f"  {name:20s} {seconds:8.2f} CPU s")
  cli.say(f"one file per drawing: {count / their_cpu:9.0f} drawings per CPU second, of {count}\n"
          f"data_tools.raster:    {more / rate_cpu:9.0f} drawings per CPU second, of {more}\n"
          f"ratio at {count} drawings, measured: {their_cpu / our_cpu:.0f} in CPU time, "
          f"{their_wall / our_wall:.0f} in wall time\n"
          f"ratio at {_FULL} drawings, extrapolated from the parts: {at_full:.0f} in CPU time")
  cli.emit({"benchmark": "seq2png", "drawings": count, "png_width": width, "renderer": renderer,
            "points_per_drawing": round(float(np.mean([len(one) for one in drawings])), 1),
            "pixels_equal": True, "drawings_per_cpu_second": round(more / rate_cpu),
            "one_file_per_drawing_per_cpu_second": round(count / their_cpu, 1),
            "ratio_cpu": round(their_cpu / our_cpu, 1),
            "ratio_wall": round(their_wall / our_wall, 1),
            f"ratio_cpu_extrapolated_to_{_FULL}": round(at_full, 1),
            "one_file_per_drawing_cpu_seconds": {k: round(v, 3) for k, v in parts.items()}})


if __name__ == "__main__":
  cli.run(main)
