"""Building a data set of shards: whole or not at all, and not twice.

The shards are written to a folder beside, which takes its name when manifest.json stands too.
"""

import dataclasses
import glob
import json
import os
import pathlib
import time
from collections.abc import Sequence
from typing import Any

from data_tools import cli, files, raster
from data_tools.errors import UserError
from data_tools.shards import manifest as manifests
from data_tools.shards import pipeline, placement, sources
from data_tools.shards.manifest import Manifest
from data_tools.shards.stages import Settings
from data_tools.stroke_files import SPLITS


def build(input_dir: str | os.PathLike, output_dir: str | os.PathLike, settings: Settings,
          categories: Sequence[str] = (), options: Sequence[str] = (), renderer: str = "auto",
          overwrite: bool = False) -> dict[str, Any]:
  """Builds a data set, unless it is there already.

  Args:
    input_dir: holds the files of drawings.
    output_dir: gets the shards and manifest.json.
    settings: what the data set depends on besides its inputs.
    categories: which; empty: all.
    options: Beam's pipeline options.
    renderer: see `data_tools.raster`; the pictures don't depend on it.
    overwrite: replace what is in output_dir, if it is a data set or part of one.

  Returns:
    A report for stdout: "skipped", and what the manifest tells.

  Raises:
    UserError: output_dir holds something else, part of a data set, or another one; an input is
      missing or broken; Beam or a renderer is missing; no drawing is left for training.
  """
  _check(settings)
  output = pathlib.Path(os.path.abspath(output_dir))
  renderer = raster.choose_renderer(renderer)
  raster.rasterize([], settings.png_width, renderer)  # refuses a wrong width before any work
  found = sources.find(input_dir, settings.format, categories)
  inputs = [sources.describe(source) for source in found]
  begin = time.perf_counter()
  if not overwrite and _is_there(output, settings, inputs):
    cli.say(f"{output} is complete: skipped (--overwrite makes it anew).")
    return {"skipped": True, **_report(output, manifests.read(output))}
  _check_ours(output)
  _tell_of_leftovers(output)
  with files.whole_folder(output) as folder:
    pipeline.run(found, inputs, folder, settings, renderer, options)
    made = manifests.read(folder)
    if not made.statistics("train").drawings:
      raise UserError(f"Of the drawings in {input_dir}, none is left for training; give more, or "
                      "lower --valid_fraction and --test_fraction.")
    _clear(output)
  return {"skipped": False, **_report(output, made),
          "seconds": round(time.perf_counter() - begin, 3)}


def _tell_of_leftovers(output: pathlib.Path) -> None:
  left = sorted(path.name for path in output.parent.glob(f".{glob.escape(output.name)}.*"))
  if left:
    cli.say(f"{output.parent} holds {', '.join(left)} of a run that was killed or is still at "
            "work; delete it if none is.")


def _check(settings: Settings) -> None:
  if settings.format not in sources.FORMATS:
    raise UserError(f"There is no format {settings.format!r}; choose from "
                    f"{', '.join(sources.FORMATS)}.")
  fractions = settings.valid_fraction, settings.test_fraction
  if not (min(fractions) >= 0 and sum(fractions) < 1):
    raise UserError(f"--valid_fraction={fractions[0]:g} and --test_fraction={fractions[1]:g} leave "
                    "nothing for training or are below 0; give fractions of a sum below 1.")


def _is_there(output: pathlib.Path, settings: Settings, inputs: list[dict[str, Any]]) -> bool:
  """Whether the data set asked for is there; something else there is refused."""
  if not (output / manifests.NAME).exists():
    if output.is_dir() and any(output.iterdir()):
      what = "part of a data set of shards" if _foreign(output) is None else "other files"
      raise UserError(f"{output} holds {what} without {manifests.NAME}; give a new folder"
                      f"{', or --overwrite to replace it' * (_foreign(output) is None)}.")
    return False
  there = manifests.read(output)
  # As a file has them, where a tuple is a list.
  wanted = json.loads(json.dumps([dataclasses.asdict(settings), inputs]))
  if [there.settings, there.inputs] != wanted:
    names = [name for name, value in wanted[0].items() if there.settings.get(name) != value]
    raise UserError(f"{output} holds a data set that was built from other files or with other "
                    f"settings ({', '.join(names) or 'the files'} differ); give another folder, or "
                    "--overwrite to replace it.")
  for shard in there.shards:
    path = output / shard.name
    if not path.is_file() or path.stat().st_size != shard.bytes:
      raise UserError(f"{path} is missing or not as long as {manifests.NAME} tells; give "
                      "--overwrite to build the data set again.")
  return True


def _foreign(output: pathlib.Path) -> str | None:
  """The name of something that is no part of a data set, or None."""
  names = sorted(path.name for path in output.iterdir()) if output.is_dir() else []
  return next((name for name in names
               if name != manifests.NAME and not placement.is_shard_name(name)), None)


def _check_ours(output: pathlib.Path) -> None:
  """Refuses to replace what this command did not write."""
  if output.exists() and not output.is_dir():
    raise UserError(f"{output} is a file; give a folder for the shards.")
  foreign = _foreign(output)
  if foreign is not None:
    raise UserError(f"{output} holds {foreign}, which is no part of a data set of shards and is "
                    "not deleted; give another folder.")


def _clear(output: pathlib.Path) -> None:
  """Deletes the old data set, the manifest first, so that what is left is never taken for whole."""
  _check_ours(output)
  (output / manifests.NAME).unlink(missing_ok=True)
  for path in output.iterdir() if output.is_dir() else ():
    path.unlink()


def _report(output: pathlib.Path, made: Manifest) -> dict[str, Any]:
  return {"output": str(output), "categories": len(made.categories),
          **{split: made.statistics(split).drawings for split in SPLITS},
          "left_out": made.left_out, "shards": len(made.shards),
          "bytes": sum(shard.bytes for shard in made.shards), "longest": made.longest(),
          "scale_factor": made.scale_factor(), "png_width": made.settings["png_width"]}
