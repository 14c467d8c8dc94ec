"""Strokes drawn straight on 8-bit cairo surfaces, through ctypes: no SVG, no PNG, no files.

The same library, called with the same numbers, gives the original's pixels.
Interface: cairo 1.x's cairo.h (cairo_path_data_t, cairo_path_t and the functions below).
"""

import ctypes
import ctypes.util
import functools

import numpy as np

from data_tools.errors import UserError
from data_tools.raster.geometry import Paths

_A8 = 2  # CAIRO_FORMAT_A8
_MITER_LIMIT = 4.0  # SVG's; cairo's own default is 10, and the pixels would differ
_NAMES = ("libcairo.so.2", "libcairo.2.dylib", "libcairo-2.dll")

# One header and one point of cairo_path_data_t: type is 0 to move, 1 to draw; length is 2.
_RECORD = np.dtype([("type", "=i4"), ("length", "=i4"), ("unused", "=i8"),
                    ("x", "=f8"), ("y", "=f8")])


class _CairoPath(ctypes.Structure):
  _fields_ = [("status", ctypes.c_int), ("data", ctypes.c_void_p), ("num_data", ctypes.c_int)]


_SIGNATURES = {
    "cairo_format_stride_for_width": (ctypes.c_int, [ctypes.c_int, ctypes.c_int]),
    "cairo_image_surface_create_for_data": (ctypes.c_void_p,
                                            [ctypes.c_void_p, *[ctypes.c_int] * 4]),
    "cairo_create": (ctypes.c_void_p, [ctypes.c_void_p]),
    "cairo_set_line_width": (None, [ctypes.c_void_p, ctypes.c_double]),
    "cairo_set_miter_limit": (None, [ctypes.c_void_p, ctypes.c_double]),
    "cairo_surface_mark_dirty": (None, [ctypes.c_void_p]),
    "cairo_surface_flush": (None, [ctypes.c_void_p]),
    "cairo_append_path": (None, [ctypes.c_void_p, ctypes.POINTER(_CairoPath)]),
    "cairo_stroke": (None, [ctypes.c_void_p]),
    "cairo_status": (ctypes.c_int, [ctypes.c_void_p]),
    "cairo_status_to_string": (ctypes.c_char_p, [ctypes.c_int]),
    "cairo_destroy": (None, [ctypes.c_void_p]),
    "cairo_surface_destroy": (None, [ctypes.c_void_p]),
}


@functools.cache
def load_library() -> ctypes.CDLL | None:
  """The cairo library of this machine with its functions declared, or None."""
  # Plain names first: find_library needs ldconfig or a compiler, which slim containers lack.
  for name in (*_NAMES, ctypes.util.find_library("cairo")):
    try:
      library = ctypes.CDLL(name) if name else None
    except OSError:
      continue
    if library is not None:
      for function, (result, arguments) in _SIGNATURES.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
      return library
  return None


def is_available() -> bool:
  """Whether the cairo library can be loaded."""
  return load_library() is not None


def draw(paths: Paths, out: np.ndarray) -> None:
  """Draws one picture per path: 1 pixel wide, miter joins, butt caps, antialiased.

  Args:
    paths: N paths.
    out: uint8 [N, W, W], overwritten: 255 paper, 0 ink.

  Raises:
    UserError: cairo failed.
  """
  cairo = load_library()
  width = out.shape[1]
  stride = cairo.cairo_format_stride_for_width(_A8, width)
  canvas = np.zeros([width, stride], dtype=np.uint8)
  surface = cairo.cairo_image_surface_create_for_data(canvas.ctypes.data, _A8, width, width, stride)
  context = cairo.cairo_create(surface)
  try:
    cairo.cairo_set_line_width(context, 1.0)
    cairo.cairo_set_miter_limit(context, _MITER_LIMIT)
    _draw_all(cairo, context, surface, canvas[:, :width], _records(paths), paths.ends.tolist(), out)
    status = cairo.cairo_status(context)  # a context that failed once stays failed
    if status:
      raise UserError(f"cairo could not draw ({cairo.cairo_status_to_string(status).decode()}); "
                      "use a smaller width, or --renderer=pyvips.")
  finally:
    cairo.cairo_destroy(context)
    cairo.cairo_surface_destroy(surface)
  np.subtract(255, out, out=out)


def _draw_all(cairo: ctypes.CDLL, context: int, surface: int, canvas: np.ndarray,
              records: np.ndarray, ends: list[int], out: np.ndarray) -> None:
  """Strokes each path on the same canvas [W, W] and copies its coverage to `out` [N, W, W]."""
  path = _CairoPath(0, records.ctypes.data, 0)
  pointer = ctypes.byref(path)
  address = records.ctypes.data
  for index in range(len(out)):
    canvas[...] = 0
    cairo.cairo_surface_mark_dirty(surface)
    path.data = address + ends[index] * _RECORD.itemsize
    path.num_data = 2 * (ends[index + 1] - ends[index])
    cairo.cairo_append_path(context, pointer)
    cairo.cairo_stroke(context)  # one stroke for all: crossings don't get darker
    cairo.cairo_surface_flush(surface)
    out[index] = canvas


def _records(paths: Paths) -> np.ndarray:
  records = np.zeros(len(paths.positions), dtype=_RECORD)
  records["type"] = paths.is_line
  records["length"] = 2
  records["x"] = paths.positions[:, 0]
  records["y"] = paths.positions[:, 1]
  return records
