"""data.npz: what the original's data sets make of photos and sketches, equal to the byte.

Everything random is recorded in the file: it is applied by our functions to the file's pictures.
"""

import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from data_tools.sketch_sets import class_windows, distorted_views, picture_steps, random_erasing
from data_tools.sketch_sets.distorted_views import Draw, Views
from data_tools.sketch_sets.random_erasing import Rectangle
from tests.reference_checks.finding import Finding, different

SIZE = 64
SETS = 3
# Our name of a view -> the original's.
_VIEWS = dict(zip(Views._fields, ("img_rd", "img_normal", "skt_normal", "skt_bold", "skt_erased",
                                  "skt_erased_bold")))
_STATISTICS = 0.03  # shares of draws: more than three times their standard deviation for 4000
Arrays = dict[str, np.ndarray]
Event = list  # [what, value]


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Every array of the file, and what it tells of draws and windows; numbers of unequal pixels."""
  with np.load(path, allow_pickle=False) as file:
    arrays = dict(file)
  told = json.loads(str(arrays["meta/json"]))
  yield from _single_steps(arrays)
  yield from _self_supervised(arrays, told)
  yield from _paired(arrays, told)
  yield from _of_one_folder(arrays, told)
  yield from _windows(told)
  yield from _erase_statistics(told["erase_statistics"])


def _single_steps(arrays: Arrays) -> Iterator[Finding]:
  for key in arrays:
    found = re.fullmatch(r"out/resize_im0_(\d+)", key)
    if found:
      ours = picture_steps.resized(arrays["in/files/rgb_0"], int(found[1]))
      yield Finding(f"resized to {found[1]}", different(ours, arrays[key]), 0)
  ours = picture_steps.bold(arrays["in/minfilter/sketch"])
  yield Finding("bold", different(ours, arrays["out/minfilter/bold3"]), 0)
  image, angles = arrays["in/rotate/image"], arrays["in/rotate/angles_degrees"]
  ours = [picture_steps.rotated(image, float(angle)) for angle in angles]
  yield Finding("rotated", different(ours, arrays["out/rotate"]), 0)


def _self_supervised(arrays: Arrays, told: dict[str, Any]) -> Iterator[Finding]:
  sizes = told["self_supervised"]
  ours = [picture_steps.larger_size(SIZE, factor) for factor in (1.1, 1.3)]
  yield Finding("sizes before cropping",
                different(ours, [sizes["resize_to"], sizes["rd_resize_to"]]), 0)
  yield Finding("last place of the common crop", different(ours[0] - SIZE, sizes["rand_range"]), 0)
  for item in told["self_supervised_draws"]:
    name = f"ss_item{item['item']}"
    place = item["set_offset"] + item["dataset_index"]
    labelled = [sizes["shuffled_order"][place], item["dataset_index"]]
    yield Finding(f"{name}: file and class",
                  different(labelled, [item["file"], item["returned_index"]]), 0)
    yield from _compared_views(arrays, name, item["file"], item["events"])
  no_crop = told["self_supervised_nocrop"]
  yield from _compared_views(arrays, "ss_nocrop", no_crop["file"], no_crop["events"])


def _compared_views(arrays: Arrays, name: str, file: str, events: list[Event]
                    ) -> Iterator[Finding]:
  made = distorted_views.views(_photo(arrays, file), _sketch(arrays, SETS, file), SIZE,
                               _draw_of(events))
  for view, image in zip(Views._fields, made):
    key = f"{name}/{_VIEWS[view]}_u8"
    yield Finding(f"{name}: {view}", different(image, _laid_out(arrays[f"out/{key}"])), 0)
    numbers = arrays.get(f"out/{name}_float/{_VIEWS[view]}")
    if numbers is not None:
      ours = picture_steps.scaled(image)
      yield Finding(f"{name}: {view}, scaled", different(ours, _laid_out(numbers)), 0)


def _draw_of(events: list[Event]) -> Draw:
  """The recorded draws of one item, in the order that the original makes them."""
  kinds = [kind.split("(")[0] for kind, _ in events]
  crop, turn, erasing = (kinds.index(kind) for kind in ("RandomCrop", "RandomRotation",
                                                        "transform_erase begins"))
  common = [value for kind, value in events[turn:erasing] if kind.startswith("random.randint")]
  return Draw(mirrored=bool(events[0][1]),
              distorted_offset=tuple(events[crop][1][:2]), angle=events[turn][1][0],
              distorted_mirrored="hflip" in kinds[turn:erasing], offset=tuple(common) or None,
              **_erased(events[erasing:]))


def _erased(events: list[Event]) -> dict[str, tuple[Rectangle, ...]]:
  """What is erased of the sketch and of the bold sketch."""
  found, picture = {"erased": (), "erased_bold": ()}, ""
  for kind, value in events:
    if kind == "transform_erase begins":
      picture = value.removeprefix("skt_")
    else:
      found[picture] += (Rectangle(*value[:4]),)
  return found


def _paired(arrays: Arrays, told: dict[str, Any]) -> Iterator[Finding]:
  draws = {f"paired_item{item['item']}": (item["file"], tuple(value for _, value in item["events"]))
           for item in told["paired_draws"]}
  draws["paired_nocrop_item2"] = "im2.png", None
  for name, (file, offset) in draws.items():
    images = [_photo(arrays, file), *(_sketch(arrays, one, file) for one in range(1, SETS + 1))]
    kinds = "rgb", *(f"sketch{one}" for one in range(1, SETS + 1))
    for kind, image in zip(kinds, picture_steps.framed(images, SIZE, offset)):
      yield Finding(f"{name}: {kind}", different(image, _laid_out(arrays[f"out/{name}/{kind}_u8"])),
                    0)


def _of_one_folder(arrays: Arrays, told: dict[str, Any]) -> Iterator[Finding]:
  """The plain photos that the original's preview sheets are made of."""
  for name in ("trans_maker_augment", "trans_maker"):
    crops = [tuple(value[:2]) for _, value in told[name].get("events", [])]
    photo = _photo(arrays, told[name]["file"])
    ours, = picture_steps.framed([photo], SIZE, crops[0] if crops else None)
    yield Finding(name, different(ours, _laid_out(arrays[f"out/{name}_u8"])), 0)


def _windows(told: dict[str, Any]) -> Iterator[Finding]:
  sizes, offsets = told["self_supervised"], told["next_set"]["offsets"]
  windows = class_windows.ClassWindows(sizes["n_frames"], sizes["nbr_cls"], 0)
  yield Finding("classes", different(windows.classes, sizes["len"]), 0)
  in_shuffle = class_windows.windows_in_shuffle(sizes["n_frames"], windows.classes)
  ours = [number % in_shuffle * windows.classes for number in range(len(offsets))]
  yield Finding("where windows begin", different(ours, offsets), 0)


def _erase_statistics(reference: dict[str, float]) -> Iterator[Finding]:
  """Of draws of our own: how many rectangles there are, and how large."""
  random, count = np.random.default_rng(0), reference["draws"]
  drawn = [random_erasing.draw_rectangles(random, SIZE) for _ in range(count)]
  for number in (0, 1, 2):
    share = np.mean([len(rectangles) == number for rectangles in drawn])
    yield Finding(f"share that erases {number} times", abs(share - reference[f"frac_{number}"]),
                  _STATISTICS)
  areas = np.array([one.height * one.width for rectangles in drawn for one in rectangles]) / SIZE**2
  for name, ours in (("min", areas.min()), ("max", areas.max()), ("mean", areas.mean())):
    yield Finding(f"area of what is erased: {name}", abs(ours - reference[f"area_{name}"]), 2e-3)


def _photo(arrays: Arrays, file: str) -> np.ndarray:
  return arrays[f"in/files/rgb_{_number(file)}"]


def _sketch(arrays: Arrays, which: int, file: str) -> np.ndarray:
  return arrays[f"in/files/sketch{which}_{_number(file)}"]


def _number(file: str) -> str:
  return re.fullmatch(r"im(\d+)\.png", file)[1]


def _laid_out(image: np.ndarray) -> np.ndarray:
  """PyTorch's [C, H, W] -> [H, W, 3] or [H, W]."""
  return image[0] if len(image) == 1 else image.transpose(1, 2, 0)
