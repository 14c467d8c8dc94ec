"""Makes the figures of docs/sketch_styles.md: the styles side by side, and their parameters.

  python benchmarks/sketch_style_figures.py
  python benchmarks/sketch_style_figures.py --output_dir=figures --identity=12

Draws built-in faces; no files are read. One JSON line with the figures goes to stdout.
"""

import pathlib

import numpy as np
from absl import flags
from PIL import Image

from data_tools import builtin_faces, cli, files, styles
from evaluate.pictures.canvas import GREY, INK, Canvas
from evaluate.pictures.face_sheet import Row, draw_face_sheet

_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir", str(pathlib.Path(__file__).parents[1] / "docs/images"), "Where to.")
_IDENTITY = flags.DEFINE_integer("identity", 3, "Built-in face of the figures of parameters.",
                                 lower_bound=0)
_SIDE_BY_SIDE = (3, 20)  # built-in faces
_QUALITY = 80  # of the JPEG file
_GREYS = 16  # of the PNG files

_CROP = np.s_[10:220, 15:185]  # of the figures of parameters
_EDGE, _TITLE, _LABEL, _GAP = 20, 30, 18, 10

# A row for each parameter: the values it takes, the default among them.
_ROWS = {
    "xdog": {"sigma": (0.6, 1.2, 2.4, 4.0), "p": (2, 8, 16, 60), "eps": (0.2, 0.35, 0.5, 0.65),
             "phi": (1, 3, 6, 50)},
    "fdog": {"sigma_c": (0.6, 1.0, 1.8, 3.0), "sigma_m": (0.3, 1.5, 3.0, 9.0),
             "rho": (0.97, 0.98, 0.99, 0.999), "phi": (20, 60, 120, 500),
             "iterations": (1, 2, 3, 6), "flow_iterations": (0, 1, 3, 10)},
    "photocopy": {"sigma": (2, 6, 12, 40), "white": (0.9, 0.95, 0.98, 1.05),
                  "black": (0.1, 0.4, 0.6, 0.9), "offset": (0.01, 0.1, 0.3, 1.0)},
}


def side_by_side() -> np.ndarray:
  """The photos, and each style with its defaults: uint8 [H, W, 3]."""
  rows = []
  for identity in _SIDE_BY_SIDE:
    photo, _ = builtin_faces.draw(identity)
    rows.append(Row("", [photo, *(styles.draw(photo, style) for style in styles.STYLES)]))
  return draw_face_sheet("Styles with their default parameters; built-in faces",
                         ["photo", *styles.STYLES], rows).pixels()


def parameters_of(style: str) -> np.ndarray:
  """One row of sketches for each parameter, its value above each: uint8 [H, W, 3]."""
  photo, _ = builtin_faces.draw(_IDENTITY.value)
  height, width = photo[_CROP].shape[:2]
  rows = _ROWS[style]
  columns = max(map(len, rows.values()))
  canvas = Canvas(2 * _EDGE + columns * (width + _GAP) - _GAP,
                  2 * _EDGE + _TITLE + len(rows) * (_LABEL + height + _GAP) - _GAP)
  canvas.text(_EDGE, _EDGE, f"{style}: one parameter changed at a time; defaults in black",
              size=15, colour=GREY)
  for row, (name, values) in enumerate(rows.items()):
    top = _EDGE + _TITLE + row * (_LABEL + height + _GAP)
    for column, value in enumerate(values):
      left = _EDGE + column * (width + _GAP)
      is_default = value == getattr(styles.STYLES[style].params(), name)
      canvas.text(left, top, f"{name} = {value:g}", colour=INK if is_default else GREY)
      sketch = styles.draw(photo, style, **{name: value})[_CROP]
      canvas.picture(np.repeat(sketch[..., None], 3, axis=2), left, top + _LABEL)
  return canvas.pixels()


def main() -> None:
  """Makes all figures."""
  folder = pathlib.Path(_OUTPUT_DIR.value)
  paths = [folder / "sketch_styles.jpg", *(folder / f"sketch_styles_{style}.png"
                                           for style in _ROWS)]
  with files.atomic_path(paths[0]) as scratch:
    Image.fromarray(side_by_side()).save(scratch, format="JPEG", quality=_QUALITY, optimize=True)
  for path, style in zip(paths[1:], _ROWS):
    with files.atomic_path(path) as scratch:
      few = Image.fromarray(parameters_of(style)).convert("L").quantize(_GREYS)
      few.save(scratch, format="PNG", optimize=True)
  cli.emit({"bytes": {str(path): path.stat().st_size for path in paths}})


if __name__ == "__main__":
  cli.run(main)
