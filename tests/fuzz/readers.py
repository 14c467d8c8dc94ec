"""The readers of strangers' files: small valid files of each format, and how a program reads them.

A name is a format; `place` puts a mutated copy where its reader looks for it.
"""

import dataclasses
import hashlib
import json
import pathlib
from collections.abc import Callable

import numpy as np
import scipy.io
from PIL import Image

from data_tools import findings, image_files, stroke_files, svg, svg_strokes
from data_tools.joint import cars_source
from data_tools.shards import check, reader, sources, stages
from data_tools.shards.reader import ReadOptions
from data_tools.shards.stages import Settings
from pretrained import frozen_graph, torch_files
from tests.data_tools import joint_folders
from tests.data_tools.own_drawing_files import OWN_SVG
from tests.data_tools.test_quickdraw_readers import STROKES, pack, record, write_lines
from tests.data_tools.test_shards_stages import SMALL, make, write_npz
from tests.fuzz.containers import PACKED_MAT, PNG, RECORDS, ZIP, Container
from tests.pretrained import torch_fixtures
from tests.pretrained.test_frozen_graph import _CONTENT as GRAPH

_PIXELS = np.random.default_rng(0).integers(0, 256, [12, 9, 3]).astype(np.uint8)


@dataclasses.dataclass(frozen=True)
class Reader:
  """How files of a format are made, damaged and read.

  Attributes:
    seeds: makes valid files in a folder; returns those to damage.
    read: reads everything of the file at a path.
    container: of the format, if it has one.
    place: writes a mutated copy to a path so that it is looked into.
  """

  seeds: Callable[[pathlib.Path], list[pathlib.Path]]
  read: Callable[[pathlib.Path], object]
  container: Container | None = None
  place: Callable[[pathlib.Path, bytes], object] = pathlib.Path.write_bytes


def _drawings(form: str) -> Callable[[pathlib.Path], object]:
  """Reads as build_dataset does: to pictures and records, broken drawings refused, then skipped."""
  def read(path: pathlib.Path) -> int:
    source = sources.Source(form, str(path), "cat")
    count = 0
    for skip in (True, False):
      settings = Settings(form, png_width=16, skip_broken=skip)
      for chunk in stages.read(source, settings):
        count += len(list(stages.make_entries(chunk, settings, "auto")))
    return count
  return read


def _npz_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  write_npz(folder, ("cat", "bee"), (5, 2, 1))
  same = np.zeros([2, 4, 3], np.int16)
  np.savez(folder / "equal.npz", train=same, valid=same, test=same, label_names=np.array(["cat"]))
  return [folder / f"{name}.npz" for name in ("cat", "bee", "equal")]


def _read_npz(path: pathlib.Path) -> None:
  stroke_files.count_drawings(path)
  try:
    stroke_files.read_arrays(path)
  finally:
    _drawings("npz")(path)


def _ndjson_seeds(form: str) -> Callable[[pathlib.Path], list[pathlib.Path]]:
  def seeds(folder: pathlib.Path) -> list[pathlib.Path]:
    times = [[*stroke, list(range(len(stroke[0])))] for stroke in STROKES]
    drawing = times if form == "raw" else STROKES
    return [write_lines(folder / f"cat{count}.ndjson", *(
        record(key_id=str(key), drawing=drawing) for key in range(count))) for count in (1, 3)]
  return seeds


def _binary_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  path = folder / "cat.bin"
  path.write_bytes(b"".join(pack(key, STROKES) for key in range(3)))
  return [path]


def _svg_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  drawing = np.array([[3, 4, 0], [5, -6, 1], [1, 1, 0], [2, 2, 1]])
  svg.save_svg(folder / "one.svg", drawing)
  return [folder / "one.svg"]


def _own_svg_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  curves, lines = _alone(folder, "curves.svg"), _alone(folder, "lines.svg")
  curves.write_text(OWN_SVG)
  svg.save_svg(lines, np.array([[3, 4, 0], [5, -6, 1], [1, 1, 0], [2, 2, 1]]))
  return [curves, lines]


def _own_json_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  return [write_lines(_alone(folder, f"{count}.json"), record(drawing=STROKES * count))
          for count in (1, 2)]


def _alone(folder: pathlib.Path, name: str) -> pathlib.Path:
  """Where a file is the only one of its category."""
  (folder / f"category of {name}").mkdir()
  return folder / f"category of {name}" / name


def _own_drawings(form: str) -> Callable[[pathlib.Path], object]:
  """Reads the category that the file is in."""
  def read(path: pathlib.Path) -> object:
    return _drawings(form)(path.parent)
  return read


def _torch_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  del folder
  return [path for path in sorted(torch_fixtures.FOLDER.glob("*.pth"))
          if not path.name.startswith("module")]  # that one is refused as it is


def _zip_torch_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  return [path for path in _torch_seeds(folder) if path.read_bytes().startswith(b"PK")]


def _mat_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  packed, plain = folder / "packed.mat", folder / "plain.mat"
  joint_folders.annotations(packed, [(11, 21, 70, 60), (1, 1, 120, 90)])
  for split in ("train", "test"):
    for name in ("00001.jpg", "00002.jpg"):  # photos are only looked for, not read
      (folder / f"cars_{split}").mkdir(exist_ok=True)
      (folder / f"cars_{split}" / name).touch()
  scipy.io.savemat(plain, {"annotations": scipy.io.loadmat(packed)["annotations"]})
  return [packed, plain]


def _packed_mat_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  return _mat_seeds(folder)[:1]


def _place_mat(path: pathlib.Path, content: bytes) -> None:
  """Writes the lists of a data set of cars."""
  for name in ("cars_train_annos.mat", "cars_test_annos.mat"):
    path.with_name(name).write_bytes(content)


def _read_mat(path: pathlib.Path) -> None:
  cars_source.find(path.parent)


def _graph_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  (folder / "graph.pb").write_bytes(GRAPH)
  return [folder / "graph.pb"]


def _image_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  image, paths = Image.fromarray(_PIXELS), []
  for ending, how in (("png", {}), ("jpg", {}), ("bmp", {}), ("gif", {}), ("webp", {}),
                      ("tif", {"compression": "tiff_lzw"}), ("tiff", {}), ("ppm", {})):
    paths.append(folder / f"one.{ending}")
    image.save(paths[-1], **how)
  image.save(folder / "progressive.jpg", progressive=True, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")
  image.quantize(16).save(folder / "palette.png", transparency=3)
  return [*paths, folder / "progressive.jpg", folder / "palette.png"]


def _png_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  return [path for path in _image_seeds(folder) if path.suffix == ".png"]


def _read_image(path: pathlib.Path) -> None:
  for mode in ("RGB", "L"):
    image_files.read_image(path, mode)
  image_files.read_as_stored(path)


def _shard_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  write_npz(folder / "in", ("cat",), (4, 0, 0))
  settings = dataclasses.replace(SMALL, train_shards=1)
  return sorted(make(folder / "in", folder / "out", settings).glob("train*.tfrecord"))


def _manifest_seeds(folder: pathlib.Path) -> list[pathlib.Path]:
  return [_shard_seeds(folder)[0].with_name("manifest.json")]


def _place_shard(path: pathlib.Path, content: bytes) -> None:
  """Writes a shard, and the manifest as it would be of that file."""
  path.write_bytes(content)
  manifest = json.loads((path.parent / "manifest.json").read_bytes())
  for shard in manifest["shards"]:
    if shard["name"] == path.name:
      shard.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
  (path.parent / "manifest.json").write_text(json.dumps(manifest))


def _read_shards(path: pathlib.Path) -> None:
  folder = path.parent
  report = check.inspect(folder)
  findings.refuse(str(folder), report.problems)
  for _ in reader.batches(folder, "train", ReadOptions(batch_size=4, verify="sha256")):
    pass


READERS = {
    "npz": Reader(_npz_seeds, _read_npz, ZIP),
    "simplified": Reader(_ndjson_seeds("simplified"), _drawings("simplified")),
    "raw": Reader(_ndjson_seeds("raw"), _drawings("raw")),
    "binary": Reader(_binary_seeds, _drawings("binary")),
    "svg": Reader(_svg_seeds, svg_strokes.read_svg),
    "own_svg": Reader(_own_svg_seeds, _own_drawings("svg")),
    "own_json": Reader(_own_json_seeds, _own_drawings("json")),
    "torch": Reader(_torch_seeds, torch_files.read_tree),
    "torch_zip": Reader(_zip_torch_seeds, torch_files.read_tree, ZIP),
    "mat": Reader(_mat_seeds, _read_mat, None, _place_mat),
    "packed_mat": Reader(_packed_mat_seeds, _read_mat, PACKED_MAT, _place_mat),
    "graph": Reader(_graph_seeds, frozen_graph.read_constants),
    "image": Reader(_image_seeds, _read_image),
    "png": Reader(_png_seeds, _read_image, PNG),
    "shard": Reader(_shard_seeds, _read_shards, RECORDS, _place_shard),
    "manifest": Reader(_manifest_seeds, _read_shards),
}
