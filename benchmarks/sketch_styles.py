"""How fast sketch styles draw, beside plain forms of XDoG and FDoG.

  python benchmarks/sketch_styles.py
  python benchmarks/sketch_styles.py --size=512 --plain_size=48

Random smooth photos, no files, one process. Plain XDoG uses full two-dimensional kernels, plain
FDoG goes from pixel to pixel, so it gets a smaller picture, and both forms of it the same. Both
forms of a style take turns in one run, and of each the best round counts, by its CPU time. The
drawings must agree to a grey level (FDoG's: all but one pixel in a hundred). Prints a table to
stderr and one JSON line to stdout.
"""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from absl import flags
from scipy.ndimage import gaussian_filter

from benchmarks.plain_sketch_styles import plain_fdog, plain_xdog
from data_tools import cli
from data_tools.errors import UserError
from data_tools.styles import STYLES

_SIZE = flags.DEFINE_integer("size", 256, "Pixels of a side.", lower_bound=16)
_PLAIN_SIZE = flags.DEFINE_integer("plain_size", 40, "Pixels of a side for both forms of FDoG.",
                                   lower_bound=16, upper_bound=256)
_PHOTOS = flags.DEFINE_integer("photos", 4, "Photos a round.", lower_bound=1)
_ROUNDS = flags.DEFINE_integer("rounds", 5, "The best one counts.", lower_bound=1)
_SHARE = 0.01  # of FDoG's pixels may differ: a streamline that meets a tie goes another way

Draw = Callable[[np.ndarray], np.ndarray]


def random_photos(count: int, size: int) -> list[np.ndarray]:
  """Smooth random photos: uint8 [size, size, 3]."""
  random = np.random.default_rng(0)
  smooth = [gaussian_filter(random.standard_normal([size, size, 3]), (size / 32, size / 32, 0))
            for _ in range(count)]
  return [np.clip(128 + 50 * photo / photo.std(), 0, 255).astype(np.uint8) for photo in smooth]


def benchmark() -> dict[str, Any]:
  """Times all and compares.

  Raises:
    UserError: the drawings differ.
  """
  photos = random_photos(_PHOTOS.value, _SIZE.value)
  small = random_photos(1, _PLAIN_SIZE.value)
  ours = {name: style.function for name, style in STYLES.items()}
  defaults = {name: dataclasses.asdict(STYLES[name].params()) for name in ("xdog", "fdog")}
  rates = {"size": _SIZE.value, "plain_fdog_size": _PLAIN_SIZE.value}
  rates |= _compare("xdog", photos, ours["xdog"],
                    lambda photo: plain_xdog(photo, **defaults["xdog"]), 0)
  rates |= _compare("small_fdog", small, ours["fdog"],
                    lambda photo: plain_fdog(photo, **defaults["fdog"]), _SHARE)
  for name in ("fdog", "photocopy"):
    seconds, _ = _rounds({name: ours[name]}, photos)
    rates[f"{name}_per_second"] = _rate(name, seconds[name])
  return {"benchmark": "sketch_styles", **rates}


def _compare(name: str, photos: list[np.ndarray], ours: Draw, plain: Draw, share: float
             ) -> dict[str, float]:
  seconds, drawings = _rounds({"ours": ours, "plain": plain}, photos)
  difference = np.abs(np.array(drawings["ours"], float) - 255 * np.array(drawings["plain"]))
  differing = float((difference > 1).mean())
  if differing > share:
    raise UserError(f"The two forms of {name} differ in {differing:.1%} of the pixels, so the "
                    "rates say nothing; this is a bug, please report it.")
  rate, plain_rate = _rate(name, seconds["ours"]), _rate(f"plain {name}", seconds["plain"])
  return {f"{name}_per_second": rate, f"plain_{name}_per_second": plain_rate,
          f"{name}_ratio": round(rate / plain_rate, 1),
          f"{name}_differing_pixels": round(differing, 5)}


def _rounds(sides: dict[str, Draw], photos: list[np.ndarray]
            ) -> tuple[dict[str, float], dict[str, list[np.ndarray]]]:
  """The least CPU seconds a photo, and the drawings, of each side."""
  seconds, drawings = dict.fromkeys(sides, float("inf")), {}
  for _ in range(_ROUNDS.value):
    for name, draw in sides.items():
      start = time.process_time()
      drawings[name] = [draw(photo) for photo in photos]
      seconds[name] = min(seconds[name], (time.process_time() - start) / len(photos))
  return seconds, drawings


def _rate(name: str, seconds: float) -> float:
  cli.say(f"{name:16} {1 / seconds:9.2f} photos/s")
  return round(1 / seconds, 3)


def main() -> None:
  """Runs the benchmark and reports."""
  cli.emit(benchmark())


if __name__ == "__main__":
  cli.run(main)
