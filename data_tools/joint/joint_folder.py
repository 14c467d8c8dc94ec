"""Folders of joint pictures: made, gone on with, and given more styles.

  FOLDER/joint_settings.json   what the pictures are made of; written first
  FOLDER/SPLIT/STYLE/NAME.png  the joint pictures, each whole or not there
  FOLDER/joint.json            the settings, styles and counts; written when all is done
"""

import json
import os
import pathlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from data_tools import cli, files
from data_tools.errors import UserError
from data_tools.joint import joint_picture, layout, sketch_styles
from data_tools.joint.photo_source import PhotoSource
from data_tools.worker_processes import processes

VERSION = 1  # raise it when the same photos give other joint pictures
SUMMARY = "joint.json"
SETTINGS = "joint_settings.json"


def make(source: PhotoSource, folder: str | os.PathLike, styles: Sequence[str],
         size: int = layout.DEFAULT_SIZE, workers: int = 1, skip_small: bool = False
         ) -> dict[str, Any]:
  """Makes what is missing of a folder.

  Args:
    source: of the photos.
    folder: new, empty, or begun with the same settings; styles may be added later.
    styles: names; see `sketch_styles.checked`.
    size: S, pixels; a multiple of 16.
    workers: how many processes draw; never changes a picture.
    skip_small: leave photos out that are smaller than S; otherwise they are refused.

  Returns:
    The content of joint.json, and "made": how many joint pictures were made now.

  Raises:
    UserError: a wrong option, a folder with something else, a photo that won't do, or no disk.
  """
  styles = sketch_styles.checked(styles, source)
  layout.refuse_unfit_size(size)
  folder = pathlib.Path(folder)
  settings = _begin(folder, {
      "version": VERSION, **source.settings(), "size": size,
      "styles": {style: sketch_styles.parameters(style) for style in styles}})
  tasks = [joint_picture.Task(photo, source.framing, missing, size, folder, skip_small)
           for photo, missing in _missing(source, folder, styles) if missing]
  made, left_out = _do(tasks, workers)
  counts = Counter(photo.split for photo in source.photos if photo.name not in left_out)
  if not counts:
    raise UserError(f"photos too small: all {len(source.photos)} are smaller than {size} pixels; "
                    "lower --size.")
  earlier = read_summary(folder)
  done = {**(earlier["styles"] if earlier else {}),
          **{style: settings["styles"][style] for style in styles}}
  summary = {**settings, "styles": dict(sorted(done.items())), "left_out": len(left_out),
             "counts": {split: counts[split] for split in layout.SPLITS}}
  if earlier != summary:
    _write_json(folder / SUMMARY, summary)
  return {**summary, "made": made}


def read_summary(folder: str | os.PathLike) -> dict[str, Any] | None:
  """The content of joint.json: the settings, "styles" (name -> parameters), "counts" (split ->
    photos) and "left_out" (photos that were too small).

  Returns:
    None for a folder without one: not yet done, or made by others.

  Raises:
    UserError: the file is something else.
  """
  found = _read_json(pathlib.Path(folder) / SUMMARY)
  if found is not None and not (
      isinstance(found.get("counts"), dict) and isinstance(found.get("size"), int)
      and isinstance(found.get("styles"), dict)):
    raise UserError(f"{pathlib.Path(folder) / SUMMARY} lacks counts, size or styles; delete it, "
                    "and make the folder again.")
  return found


def refuse_unfinished(folder: str | os.PathLike, styles: Iterable[str] = ()) -> None:
  """Raises UserError if the making of a folder, or of one of these styles, was never finished."""
  folder = pathlib.Path(folder)
  begun, done = _read_json(folder / SETTINGS), read_summary(folder)
  if begun is None:  # made by others
    return
  unfinished = [style for style in styles if done and style not in done["styles"]]
  if done is None or unfinished:
    what = f"The style {unfinished[0]} of {folder}" if unfinished else str(folder)
    raise UserError(f"{what} is not finished: {SUMMARY} is what is written last; run the same "
                    "data_tools/make_joint.py again, and it goes on.")


def _begin(folder: pathlib.Path, settings: dict[str, Any]) -> dict[str, Any]:
  """Writes the settings, or compares them with those of an earlier time and adds the styles."""
  if folder.exists() and not folder.is_dir():
    raise UserError(f"{folder} is a file, but joint pictures need a folder; give another name.")
  found = _read_settings(folder)
  if found is None:
    if any(not name.startswith(".") for name in _names(folder)):
      raise UserError(f"{folder} is not empty and has no {SETTINGS}, so it holds something else; "
                      "give a new folder.")
    found = {}
  elif not any((folder / split).exists() for split in layout.SPLITS):  # nothing is made of them
    (folder / SUMMARY).unlink(missing_ok=True)
    found = {}
  else:
    _refuse_others(folder, _flat(found), _flat(settings))
  merged = {**settings, "styles": {**found.get("styles", {}), **settings["styles"]}}
  if merged != found:
    _write_json(folder / SETTINGS, merged)
  return merged


def _refuse_others(folder: pathlib.Path, found: dict[str, Any], settings: dict[str, Any]) -> None:
  """Raises UserError if a setting has another value; styles that only one has don't count."""
  for key in sorted({*settings, *found}):
    style_of_one = "." in key and (key in settings) != (key in found)
    if not style_of_one and found.get(key) != settings.get(key):
      raise UserError(f"{folder} was begun with {key}={found.get(key)}, now it is "
                      f"{settings.get(key)}; give the same options and photos, or another folder.")


def _flat(settings: dict[str, Any]) -> dict[str, Any]:
  """The styles' parameters as STYLE.NAME -> value beside the other settings."""
  rest = {key: value for key, value in settings.items() if key != "styles"}
  for style, parameters in settings["styles"].items():
    rest |= {f"{style}.{name}": value for name, value in parameters.items()}
  return rest


def _read_settings(folder: pathlib.Path) -> dict[str, Any] | None:
  """None if nothing was begun."""
  found = _read_json(folder / SETTINGS)
  if found is not None and not (isinstance(found.get("styles"), dict) and all(
      isinstance(parameters, dict) for parameters in found["styles"].values())):
    raise UserError(f"{folder / SETTINGS} has no styles with their parameters; delete the folder, "
                    "and make it again.")
  return found


def _missing(source: PhotoSource, folder: pathlib.Path, styles: Sequence[str]
             ) -> Iterable[tuple[Any, tuple[str, ...]]]:
  """Each photo with the styles that it has no picture in."""
  there = {(split, style): _names(folder / split / style)
           for split in layout.SPLITS for style in styles}
  for photo in source.photos:
    yield photo, tuple(style for style in styles
                       if f"{photo.name}.png" not in there[photo.split, style])


def _names(folder: pathlib.Path) -> set[str]:
  """What is in a folder; nothing if it is not there."""
  try:
    return set(os.listdir(folder)) if folder.is_dir() else set()
  except OSError as error:
    raise UserError(f"The folder {folder} can't be read ({error.strerror}); give a folder that you "
                    "may read.") from error


def _do(tasks: Sequence[joint_picture.Task], workers: int) -> tuple[int, set[str]]:
  """How many pictures were made, and the names of the photos that were left out."""
  made, left_out = 0, set()
  with (processes(joint_picture.write, min(workers, len(tasks))) as spread,
        cli.progress(total=len(tasks), desc="Joint pictures", unit="photo",
                     shown=bool(tasks)) as bar):
    for number, was_made in spread(tasks):
      if was_made:
        made += len(tasks[number].styles)
      else:
        left_out.add(tasks[number].photo.name)
      bar.update(1)
  return made, left_out


def _write_json(path: pathlib.Path, content: dict[str, Any]) -> None:
  with files.atomic_path(path) as scratch:
    scratch.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _read_json(path: pathlib.Path) -> dict[str, Any] | None:
  """None if the file is not there."""
  try:
    found = json.loads(path.read_text(encoding="utf-8"))
  except (FileNotFoundError, NotADirectoryError):
    return None
  except (OSError, ValueError) as error:
    raise UserError(f"{path} can't be read ({error}); delete it, and make the folder "
                    "again.") from error
  if not isinstance(found, dict):
    raise UserError(f"{path} holds no settings; delete it, and make the folder again.")
  return found
