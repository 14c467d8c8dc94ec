"""Small folders of photos, laid out as the data sets are, joint pictures, and commands run here."""

import functools
import pathlib
import runpy
from unittest import mock

import numpy as np
from absl import app, flags
from PIL import Image
from scipy import io

ROOT = pathlib.Path(__file__).parents[2]


def picture(seed: int, height: int = 218, width: int = 178) -> np.ndarray:
  """Smooth noise, another one for each seed: uint8 [H, W, 3]."""
  coarse = np.random.default_rng(seed).integers(0, 256, [8, 6, 3]).astype(np.uint8)
  return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def save(path: pathlib.Path, image: np.ndarray) -> pathlib.Path:
  """Writes a picture and its folder."""
  path.parent.mkdir(parents=True, exist_ok=True)
  Image.fromarray(image).save(path)
  return path


def celeba(folder: pathlib.Path, count: int = 5, below: bool = False) -> pathlib.Path:
  """Photos 000001.jpg, ...; the last is of the test split, the one before of valid."""
  images, lists = (folder / "Img", folder / "Eval") if below else (folder, folder)
  lines = []
  for number in range(1, count + 1):
    save(images / f"img_align_celeba/{number:06d}.jpg", picture(number))
    lines.append(f"{number:06d}.jpg {max(0, number - count + 2)}\n")
  lists.mkdir(exist_ok=True)
  (lists / "list_eval_partition.txt").write_text("".join(lines))
  return folder


def cub(folder: pathlib.Path, boxes=((10, 20, 60, 40), (5.5, 0, 30, 90))) -> pathlib.Path:
  """A photo of 120 x 100 pixels for each box (x, y, width, height); the second is of test."""
  lists = {name: [] for name in ("images", "bounding_boxes", "train_test_split",
                                 "image_class_labels")}
  for number, box in enumerate(boxes, 1):
    name = f"{number:03d}.Bird/Bird_{number:04d}_77.jpg"
    save(folder / "images" / name, picture(number, 100, 120))
    for kind, words in zip(lists, ([name], box, [int(number != 2)], [number])):
      lists[kind].append(" ".join(map(str, [number, *words])) + "\n")
  for kind, lines in lists.items():
    (folder / f"{kind}.txt").write_text("".join(lines))
  return folder


def annotations(path: pathlib.Path, boxes, labels: bool = True) -> pathlib.Path:
  """A .mat file of Stanford Cars: boxes (x1, y1, x2, y2), photos 00001.jpg, ..."""
  fields = [*((f"bbox_{side}", object) for side in ("x1", "y1", "x2", "y2")),
            *([("class", object)] if labels else []), ("fname", object)]
  structs = np.empty([1, len(boxes)], fields)
  for number, box in enumerate(boxes):
    values = [*(np.uint16(side) for side in box), *([np.uint8(7)] if labels else [])]
    structs[0, number] = (*values, f"{number + 1:05d}.jpg")
  path.parent.mkdir(parents=True, exist_ok=True)
  io.savemat(path, {"annotations": structs}, do_compression=True)
  return path


def cars(folder: pathlib.Path, labels: bool = True) -> pathlib.Path:
  """Two photos to train, one to test, of 120 x 90 pixels."""
  annotations(folder / "devkit/cars_train_annos.mat", [(11, 21, 70, 60), (1, 1, 120, 90)])
  name = "cars_test_annos_withlabels.mat" if labels else "devkit/cars_test_annos.mat"
  annotations(folder / name, [(30, 5, 90, 80)], labels)
  for split, count in (("train", 2), ("test", 1)):
    for number in range(1, count + 1):
      save(folder / f"cars_{split}/{number:05d}.jpg", picture(number, 90, 120))
  return folder


def photos(folder: pathlib.Path, names, height: int = 40, width: int = 50) -> pathlib.Path:
  """A photo of each name, with its ending."""
  for seed, name in enumerate(names):
    save(folder / name, picture(seed, height, width))
  return folder


def joint(seed: int, size: int = 16) -> np.ndarray:
  """A joint picture: uint8 [S, 2 S, 3]."""
  left = picture(seed, size, size)[..., :1].repeat(3, axis=2)
  return np.concatenate([left, picture(seed + 1000, size, size)], axis=1)


def joints(folder: pathlib.Path, splits=("train", "test"), styles=("pen", "ink"), count: int = 3,
           size: int = 16) -> pathlib.Path:
  """Joint pictures train0.png, ... in each style; styles may hold "" for a split without."""
  for split in splits:
    for style in styles:
      for number in range(count):
        seed = number + 10 * len(style) + 100 * len(split)
        save(folder / split / style / f"{split}{number}.png", joint(seed, size))
  return folder


def command(script: str, *arguments) -> int:
  """Runs a command in this process, with flags of its own; returns its exit code."""
  values = flags.FlagValues()
  defined = {name: functools.partial(getattr(flags, name), flag_values=values)
             for name in ("DEFINE_string", "DEFINE_integer", "DEFINE_float", "DEFINE_bool",
                          "DEFINE_list", "DEFINE_enum")}
  argv = [str(ROOT / script), *map(str, arguments)]
  with mock.patch.multiple(flags, FLAGS=values, **defined), mock.patch.object(
      app, "run", lambda main, flags_parser: main(flags_parser(argv))):
    try:
      runpy.run_path(argv[0], run_name="__main__")
    except SystemExit as end:
      return end.code or 0
  return 0
