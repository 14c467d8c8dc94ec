"""Writing a SavedModel for TensorFlow Serving: versions, warm-up requests, batching file."""

import contextlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Sequence

import tensorflow as tf

from data_tools.errors import UserError
from pretrained import warmup_requests

DEFAULT_SIGNATURE = "serving_default"
BATCHING_FILE = "batching_parameters.txt"
BATCH_SIZES = (1, 2, 4, 8, 16, 32)


def write(module: tf.Module, name: str, default: str, folder: str | os.PathLike,
          version: int = 1, overwrite: bool = False,
          batch_sizes: Sequence[int] = BATCH_SIZES) -> pathlib.Path:
  """Writes FOLDER/VERSION and FOLDER/batching_parameters.txt; an interrupted write leaves nothing.

  Args:
    module: with the attributes `functions` and `inputs` of `RpclPix2SeqServing`; all sizes in
      `inputs` but the batch are numbers, which the warm-up requests have.
    name: of the servable, in the warm-up requests.
    default: the signature that `serving_default` stands for.
    folder: the --model_base_path of the server; made if missing.
    version: a server takes the highest.
    overwrite: replace that version if it is there.
    batch_sizes: what the batching file allows, ascending.

  Returns:
    FOLDER/VERSION.

  Raises:
    UserError: the version is there already, or the disk is full.
  """
  folder = pathlib.Path(folder)
  target = folder / str(version)
  if target.exists() and not overwrite:
    raise UserError(f"{target} exists; pass --overwrite to replace it, or another --version.")
  try:
    folder.mkdir(parents=True, exist_ok=True)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix=".export.", dir=folder))
  except OSError as error:
    raise UserError(f"{folder} can't be written ({error.strerror}); give a folder that you may "
                    "write to.") from error
  try:
    with _sentence_for_full_disks(target):
      _save(module, name, default, scratch / "new", batch_sizes)
      _replace(scratch, target)
      _write_batching_file(folder / BATCHING_FILE, batch_sizes)
  finally:
    shutil.rmtree(scratch, ignore_errors=True)
  return target


def _save(module, name, default, path, batch_sizes):
  signatures = {key: function.get_concrete_function()
                for key, function in module.functions.items()}
  tf.saved_model.save(module, str(path),
                      signatures={**signatures, DEFAULT_SIGNATURE: signatures[default]})
  requests = path / warmup_requests.PATH
  requests.parent.mkdir()
  inputs = {**module.inputs, DEFAULT_SIGNATURE: module.inputs[default]}
  warmup_requests.write(requests, name, inputs, batch_sizes)


def _replace(scratch, target):
  """Puts scratch/new in the place of `target`. A server that looks in between sees no version."""
  if target.exists():
    os.replace(target, scratch / "old")
  os.replace(scratch / "new", target)


def _write_batching_file(path, batch_sizes):
  """For --batching_parameters_file: the last allowed size has to be the largest batch."""
  lines = [f"max_batch_size {{ value: {batch_sizes[-1]} }}",
           "batch_timeout_micros { value: 5000 }",
           "num_batch_threads { value: 2 }",
           "max_enqueued_batches { value: 100 }",
           *(f"allowed_batch_sizes: {size}" for size in batch_sizes)]
  path.write_text("\n".join(lines) + "\n")


@contextlib.contextmanager
def _sentence_for_full_disks(target):
  try:
    yield
  except (tf.errors.ResourceExhaustedError, tf.errors.UnknownError, OSError) as error:
    reason = getattr(error, "message", None) or error
    raise UserError(f"The SavedModel could not be written to {target} ({reason}); free some space "
                    "and run the same command again.") from error
