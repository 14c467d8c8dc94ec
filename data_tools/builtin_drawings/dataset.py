"""Files of built-in drawings, made when they are first asked for."""

import os
import pathlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from data_tools import cli, files, stroke_files
from data_tools.builtin_drawings.generate import SPLITS, STYLES, VERSION, check_categories, draw
from data_tools.errors import UserError

DEFAULT_COUNTS = {"train": 2500, "valid": 250, "test": 250}

_SETTINGS_KEY = "builtin_settings"  # in each file: generator version, seed and counts
_STEP = 256  # drawings between two moves of the progress bar


def ensure(categories: Sequence[str], counts: Mapping[str, int] | None = None, seed: int = 0,
           folder: str | os.PathLike | None = None) -> pathlib.Path:
  """Makes the CATEGORY.npz files that are missing; those that are there are used as they are.

  Args:
    categories: among `builtin_drawings.CATEGORIES`.
    counts: "train", "valid", "test" -> number of drawings of each category. Default: 2500, 250
      and 250.
    seed: another seed, other drawings.
    folder: where the files go. Default: a folder of the cache whose name holds the generator's
      version, the seed and the counts.

  Returns:
    The folder. Each file has sketch-rnn's train, valid and test; train_style, valid_style and
    test_style, int64 [N], positions in style_names; and style_names, text.

  Raises:
    UserError: a category or a split is unknown, a count or the seed is below what it can be, the
      folder holds other drawings under such a name, or it can't be written to.
  """
  check_categories(categories)
  counts = _checked_counts(counts, seed)
  folder = pathlib.Path(folder) if folder is not None else _cache_folder(counts, seed)
  missing = [name for name in dict.fromkeys(categories)
             if not _is_made(folder / f"{name}.npz", _settings(counts, seed))]
  if missing:
    total = len(missing) * sum(counts.values())
    with cli.progress(total=total, desc="Built-in drawings", unit="drawing") as bar:
      for category in missing:
        make_file(folder / f"{category}.npz", category, counts, seed, bar.update)
  return folder


def make_file(path: str | os.PathLike, category: str, counts: Mapping[str, int], seed: int = 0,
              progress: Callable[[int], object] = lambda count: None) -> None:
  """Writes one category's file, whole or not at all.

  Args:
    path: ends in .npz.
    category: among `builtin_drawings.CATEGORIES`.
    counts: "train", "valid", "test" -> number of drawings.
    seed: another seed, other drawings.
    progress: called with the number of drawings made since its last call.

  Raises:
    UserError: the category is unknown, or the file can't be written.
  """
  check_categories([category])
  drawings: dict[str, list[np.ndarray]] = {}
  extra: dict[str, object] = {"style_names": np.array([style.name for style in STYLES[category]])}
  for split in SPLITS:
    drawings[split], extra[f"{split}_style"] = _draw_split(category, split, counts[split], seed,
                                                           progress)
  extra[_SETTINGS_KEY] = np.array(_settings(counts, seed))
  stroke_files.write_drawings(path, drawings, extra)


def _is_made(path: pathlib.Path, settings: str) -> bool:
  """Whether the file is there; a file of other drawings is refused, never replaced."""
  if not path.exists():
    return False
  try:
    found = stroke_files.read_arrays(path).get(_SETTINGS_KEY)
  except UserError as error:
    raise UserError(f"{path} can't be read, though built-in drawings {settings} should be in it; "
                    "delete it, and it will be made again.") from error
  if found is None or str(found) != settings:
    raise UserError(f"{path} is there already and holds "
                    f"{'drawings of another origin' if found is None else str(found)} where "
                    f"built-in drawings {settings} were to go; give another folder, or move it "
                    "away.")
  return True


def _draw_split(category: str, split: str, count: int, seed: int,
                progress: Callable[[int], object]
                ) -> tuple[list[np.ndarray], np.ndarray]:
  drawings, labels = [], [np.zeros(0, np.int64)]
  for start in range(0, count, _STEP):
    indices = range(start, min(start + _STEP, count))
    made, styles = draw(category, indices, seed, split)
    drawings += made
    labels.append(styles)
    progress(len(indices))
  return drawings, np.concatenate(labels)


def _checked_counts(counts: Mapping[str, int] | None, seed: int) -> dict[str, int]:
  counts = dict(DEFAULT_COUNTS if counts is None else counts)
  if sorted(counts) != sorted(SPLITS):
    raise UserError(f"The counts of built-in drawings were given for {', '.join(counts)}; give "
                    f"one for each of {', '.join(SPLITS)}.")
  if counts["train"] < 1 or min(counts.values()) < 0:
    raise UserError("The numbers of built-in drawings were "
                    f"{', '.join(f'{split} {counts[split]}' for split in SPLITS)}; ask for at "
                    "least 1 train drawing, and 0 or more valid and test drawings.")
  if seed < 0:
    raise UserError(f"The seed of the built-in drawings was {seed}; give a number from 0 up.")
  return counts


def _settings(counts: Mapping[str, int], seed: int) -> str:
  return f"v{VERSION}-seed{seed}-{'-'.join(str(counts[split]) for split in SPLITS)}"


def _cache_folder(counts: Mapping[str, int], seed: int) -> pathlib.Path:
  return files.cache_dir() / "builtin_drawings" / _settings(counts, seed)
