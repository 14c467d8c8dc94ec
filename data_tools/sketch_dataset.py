"""Drawings of several categories with their images, labels and styles, whole in memory.

Preprocessing as in RPCL-pix2seq (CMACH508): offsets clipped at 1000 and divided by the standard
deviation of the training split. Unlike there, each drawing keeps its own image and label when
others are left out.
"""

import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from data_tools import cli, files, raster, stroke_files, strokes
from data_tools.errors import UserError
from data_tools.stroke_files import SPLITS


@dataclasses.dataclass(frozen=True)
class SketchSplit:
  """N drawings in file order, category after category.

  Attributes:
    strokes: N arrays, float32 [n, 3] = (dx, dy, pen lifted); dx, dy in units of the scale factor.
    lengths: int32 [N], points of each drawing.
    images: uint8 [N, W, W], 0 ink, 255 paper.
    labels: int32 [N], the category's position in `SketchDataset.categories`.
    styles: int32 [N], position in `SketchDataset.style_names`, or None if the files name none.
  """

  strokes: list[np.ndarray]
  lengths: np.ndarray
  images: np.ndarray
  labels: np.ndarray
  styles: np.ndarray | None

  def __len__(self) -> int:
    return len(self.lengths)


@dataclasses.dataclass(frozen=True)
class SketchDataset:
  """The three splits, and what was found out about them.

  Attributes:
    train, valid, test: the drawings; valid and test may be empty.
    categories: names, in the order of the labels.
    max_seq_len: T, points that every drawing fits in.
    scale_factor: what dx and dy were divided by.
    style_names: "CATEGORY/STYLE" for each style number; empty if there are no styles.
  """

  train: SketchSplit
  valid: SketchSplit
  test: SketchSplit
  categories: tuple[str, ...]
  max_seq_len: int
  scale_factor: float
  style_names: tuple[str, ...]


def load(folder: str | os.PathLike, categories: Sequence[str], *, png_width: int | None = 48,
         num_per_category: int = 70000, max_seq_len: int = -1, scale_factor: float | None = None,
         renderer: str = "auto") -> SketchDataset:
  """Reads CATEGORY.npz and CATEGORY_png.npz (or draws the images) for each category.

  Args:
    folder: holds the files.
    categories: names; their order gives the labels.
    png_width: W, width of the images in pixels. None: no images, uint8 [N, 0, 0].
    num_per_category: at most this many of each category in each split, the first ones.
    max_seq_len: longer drawings are left out, and how many is said on stderr. -1: all fit.
    scale_factor: that of the data a model was trained on. None: from the training split.
    renderer: for images that have to be drawn; see `data_tools.raster`.

  Raises:
    UserError: a folder or file is missing, broken, empty or does not fit the others, or every
      drawing is too long.
  """
  parts = [_read_category(folder, category, label, png_width, renderer)
           for label, category in enumerate(categories)]
  parts = [{split: _take(part[split], range(min(num_per_category, len(part[split]))))
            for split in SPLITS} for part in parts]
  style_names = _number_styles(parts, folder, categories)
  if max_seq_len <= 0:
    max_seq_len = max(strokes.max_length(part[split].strokes) for part in parts for split in SPLITS)
  else:
    parts = [_leave_out_longer(part, max_seq_len, name) for part, name in zip(parts, categories)]
  whole = {split: _join([part[split] for part in parts]) for split in SPLITS}
  if scale_factor is None:
    scale_factor = float(strokes.scale_factor(whole["train"].strokes))
  return SketchDataset(**{split: _scaled(whole[split], scale_factor) for split in SPLITS},
                       categories=tuple(categories), max_seq_len=max_seq_len,
                       scale_factor=scale_factor, style_names=style_names)


def _read_category(folder: str | os.PathLike, category: str, label: int, png_width: int | None,
                   renderer: str) -> dict[str, SketchSplit]:
  """The three splits of one category, offsets clipped but not yet scaled."""
  path = stroke_files.find_drawings(folder, category)
  drawings = stroke_files.read_drawings(path)
  extra = stroke_files.read_arrays(path)
  counts = {split: len(drawings[split]) for split in SPLITS}
  images_path = path.with_name(f"{category}_png.npz")
  if png_width is None:
    images = {split: np.empty([count, 0, 0], np.uint8) for split, count in counts.items()}
  elif images_path.is_file():
    images = _read_images(images_path, counts, png_width)
  else:
    images = _drawn_images(path, category, drawings, png_width, renderer)
  return {split: SketchSplit(
      strokes=_clipped(drawings[split], f"{path}, {split}"),
      lengths=np.array([len(drawing) for drawing in drawings[split]], np.int32),
      images=images[split],
      labels=np.full(counts[split], label, np.int32),
      styles=_styles(extra, split, counts[split], path)) for split in SPLITS}


def _clipped(drawings: Sequence[np.ndarray], where: str) -> list[np.ndarray]:
  """Drawings as float32 with clipped offsets: views of one array, for speed."""
  if not drawings:
    return []
  flat = strokes.clip(np.concatenate(drawings))
  if not np.isin(flat[:, 2], (0, 1)).all():
    raise UserError(f"{where}: the third column holds more than 0 and 1; expected (dx, dy, pen "
                    "lifted), so check how the file was made.")
  ends = np.cumsum([len(drawing) for drawing in drawings])
  return [flat[start:end] for start, end in zip([0, *ends[:-1]], ends)]


def _styles(extra: dict[str, np.ndarray], split: str, count: int, path: pathlib.Path
            ) -> np.ndarray | None:
  styles = extra.get(f"{split}_style")
  if styles is None or "style_names" not in extra:
    return None
  if styles.shape != (count,) or not np.isin(styles, np.arange(len(extra["style_names"]))).all():
    raise UserError(f"{path}: {split}_style must hold one position in style_names for each of the "
                    f"{count} drawings of {split}; make the file again.")
  return styles.astype(np.int32)


def _read_images(path: pathlib.Path, counts: dict[str, int], width: int) -> dict[str, np.ndarray]:
  """Reads a _png.npz file: split -> uint8 [N, W, W], checked against the drawings' counts."""
  arrays = stroke_files.read_arrays(path)
  again = f"make it again with data_tools/seq2png.py --png_width={width} --overwrite"
  for split, count in counts.items():
    images = arrays.get(split)
    if images is None or images.dtype != np.uint8 or images.ndim != 3:
      raise UserError(f"{path} has no uint8 images [N, {width}, {width}] under {split!r}; {again}.")
    if count and images.shape[1:] != (width, width):
      raise UserError(f"{path} holds images of {images.shape[1]} x {images.shape[2]} pixels where "
                      f"png_width is {width}; {again}, or set png_width.")
    if len(images) != count:
      raise UserError(f"{path} holds {len(images)} images in {split} for {count} drawings; "
                      f"{again}.")
  return {split: arrays[split].reshape(-1, width, width) for split in counts}


def _drawn_images(path: pathlib.Path, category: str, drawings: dict[str, list[np.ndarray]],
                  width: int, renderer: str) -> dict[str, np.ndarray]:
  """Draws the images of a drawing file, or finds them drawn before in the cache folder."""
  with open(path, "rb") as file:
    digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
  cached = files.cache_dir() / "png" / f"{digest}_{width}" / f"{category}_png.npz"
  counts = {split: len(drawings[split]) for split in SPLITS}
  if cached.is_file():
    try:
      return _read_images(cached, counts, width)
    except UserError:
      cli.say(f"{cached} is damaged and is made again.")
  cli.say(f"{category}_png.npz is not in {path.parent}: drawing {sum(counts.values())} images "
          f"{width} px wide, kept in {cached.parent}.")
  with cli.progress(total=sum(counts.values()), desc=category, unit="drawing") as bar:
    images = {split: raster.rasterize(drawings[split], width=width, renderer=renderer,
                                      progress=bar.update) for split in SPLITS}
  try:
    with files.atomic_path(cached) as scratch:
      np.savez(scratch, **images)
  except UserError as error:
    cli.say(f"The images are used but not kept: {error}")
  return images


def _number_styles(parts: list[dict[str, SketchSplit]], folder: str | os.PathLike,
                   categories: Sequence[str]) -> tuple[str, ...]:
  """Makes style numbers differ between categories, in place of `parts`; returns all names."""
  names: list[str] = []
  for index, (part, category) in enumerate(zip(parts, categories)):
    if any(part[split].styles is None for split in SPLITS):
      return ()
    parts[index] = {split: dataclasses.replace(part[split], styles=part[split].styles + len(names))
                    for split in SPLITS}
    own = stroke_files.read_arrays(stroke_files.find_drawings(folder, category))["style_names"]
    names += [f"{category}/{name}" for name in own]
  return tuple(names)


def _take(split: SketchSplit, indices: Sequence[int]) -> SketchSplit:
  """The drawings at `indices`, each with what belongs to it."""
  indices = np.asarray(indices, np.int64)
  if len(indices) == len(split):
    return split
  return SketchSplit(
      [split.strokes[index] for index in indices], split.lengths[indices], split.images[indices],
      split.labels[indices], None if split.styles is None else split.styles[indices])


def _leave_out_longer(part: dict[str, SketchSplit], max_seq_len: int, category: str
                      ) -> dict[str, SketchSplit]:
  """Leaves out drawings of more than max_seq_len points, with their images and labels."""
  result = {split: _take(whole, np.flatnonzero(whole.lengths <= max_seq_len))
            for split, whole in part.items()}
  before, after = ({split: len(whole) for split, whole in p.items()} for p in (part, result))
  if before != after:
    told = ", ".join(f"{before[split] - after[split]} of {before[split]} in {split}"
                     for split in SPLITS)
    cli.say(f"{category}: left out {told}, longer than max_seq_len={max_seq_len} points.")
  if not after["train"]:
    raise UserError(f"Every training drawing of {category!r} is longer than "
                    f"max_seq_len={max_seq_len} points (the shortest has "
                    f"{part['train'].lengths.min()}); raise max_seq_len, or use -1 for no limit.")
  return result


def _join(parts: Sequence[SketchSplit]) -> SketchSplit:
  styles = [part.styles for part in parts]
  return SketchSplit(
      strokes=[drawing for part in parts for drawing in part.strokes],
      lengths=np.concatenate([part.lengths for part in parts]),
      images=np.concatenate([part.images for part in parts]),
      labels=np.concatenate([part.labels for part in parts]),
      styles=None if any(style is None for style in styles) else np.concatenate(styles))


def _scaled(split: SketchSplit, scale_factor: float) -> SketchSplit:
  scaled = [strokes.normalize(drawing, scale_factor) for drawing in split.strokes]
  return dataclasses.replace(split, strokes=scaled)
