"""The Apache Beam pipeline that builds a data set; Beam is imported only when it runs.

  files -> chunks of drawings -> (shard, encoded drawing) -> shard files -> manifest.json
"""

import importlib
import pathlib
import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from data_tools.errors import UserError
from data_tools.shards import stages
from data_tools.shards.quiet import quiet
from data_tools.shards.sources import Source
from data_tools.shards.stages import Settings

_LOCAL = "DirectRunner"
# Beam's own name DirectRunner would first try to fetch another program, Prism, from the network.
_LOCAL_CLASS = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"
# How Beam passes on what a stage raised: itself, or the text of a traceback, and where it was.
_RAISED = re.compile(r"^(?:\w+\.)*UserError: (.*)$", re.MULTILINE)
_WHERE = re.compile(r" \[while running .*$")


def import_beam() -> ModuleType:
  """The module apache_beam.

  Raises:
    UserError: it is not installed.
  """
  try:
    importlib.import_module("apache_beam.options.pipeline_options")
    return importlib.import_module("apache_beam")
  except ImportError as error:
    raise UserError(f"Building shards needs Apache Beam, which can't be imported ({error}); run "
                    "pip install -r requirements.txt.") from error


def run(files: Sequence[Source], inputs: list[dict[str, Any]], folder: pathlib.Path,
        settings: Settings, renderer: str, options: Sequence[str]) -> None:
  """Writes the shards and then manifest.json into a folder.

  Args:
    files: what to read.
    inputs: the same for the manifest.
    folder: empty; all workers see it under this path.
    settings: what the data set depends on.
    renderer: "cairo" or "pyvips".
    options: Beam's pipeline options, each --name=value.

  Raises:
    UserError: an option is unknown, an input is broken, or a file can't be written.
  """
  with quiet(f"--runner={_LOCAL_CLASS}" in options):  # what other runners tell is progress
    beam = import_beam()
    pipeline = _pipeline(beam, options)
    _build(beam, pipeline, files, inputs, str(folder), settings, renderer)
    try:
      pipeline.run().wait_until_finish()
    except Exception as error:
      sentence = _sentence(error)
      if not sentence:
        raise
      raise UserError(sentence) from error


def _build(beam: ModuleType, pipeline: Any, files: Sequence[Source], inputs: list[dict[str, Any]],
           folder: str, settings: Settings, renderer: str) -> None:
  """Adds the stages to a pipeline."""
  parts = (
      pipeline
      | "Files" >> beam.Create(list(files))
      | "SpreadFiles" >> beam.Reshuffle()
      | "Read" >> beam.FlatMap(stages.read, settings)
      | "SpreadChunks" >> beam.Reshuffle()  # a worker's share is chunks, not whole files
      | "Encode" >> beam.FlatMap(stages.make_entries, settings, renderer)
      | "Group" >> beam.GroupByKey()
      | "Write" >> beam.Map(stages.write_group, folder, settings)
      | "Gather" >> beam.combiners.ToList())
  _ = parts | "Manifest" >> beam.Map(stages.write_manifest, folder, settings, inputs)


def local_options(runner: str, workers: int) -> list[str]:
  """Beam's options for a number of processes of this machine.

  Raises:
    UserError: the runner is not of this machine, and takes options of its own.
  """
  if runner != _LOCAL:
    if workers > 1:
      raise UserError(f"--workers is for the {_LOCAL}, not for {runner}; use its own option, "
                      "such as --pipeline_options=--num_workers=8.")
    return [f"--runner={runner}"]
  mode = "multi_processing" if workers > 1 else "in_memory"
  return [f"--runner={_LOCAL_CLASS}", f"--direct_num_workers={workers}",
          f"--direct_running_mode={mode}"]


def _pipeline(beam: ModuleType, options: Sequence[str]) -> Any:
  """An empty pipeline with the options."""
  wrong = [option for option in options if not re.fullmatch(r"--\w[\w-]*(=.*)?", option, re.DOTALL)]
  if wrong:
    raise UserError(f"{wrong[0]!r} is no pipeline option; write "
                    "--pipeline_options=--name=value, once for each.")
  try:
    return beam.Pipeline(options=beam.options.pipeline_options.PipelineOptions(list(options)))
  except (ValueError, ImportError, AttributeError, SystemExit) as error:  # SystemExit: argparse's
    raise UserError(f"Beam does not take the options {' '.join(options)} ({error}); see its "
                    "documentation of runners and pipeline options.") from error


def _sentence(error: Exception) -> str:
  """The UserError that a stage raised, or "" if it raised another error."""
  found = [str(error)] if isinstance(error, UserError) else _RAISED.findall(str(error))
  return _WHERE.sub("", found[-1]) if found else ""
