"""Writing a model as TensorFlow Lite files: one for each function, and what an app has to know.

A file of its own for each function, not several signatures in one file: then interpreters that
know no signatures can run them too.
"""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

import tensorflow as tf

from data_tools import files

DESCRIPTION = "model.json"
FORMAT = "sketch_zoo tflite"
VERSION = 1


def write(folder: str | os.PathLike, module: tf.Module, names: Mapping[str, str],
          facts: Mapping[str, Any], quantize: bool = False) -> dict[str, Any]:
  """Writes all files, or nothing.

  Args:
    folder: new or empty.
    module: with the attribute `functions` of `RpclPix2SeqLite`.
    names: function -> name of its file.
    facts: what else goes into model.json (JSON values).
    quantize: store weights as int8; inputs and outputs stay float32.

  Returns:
    The content of model.json: `format`, `version`, `quantized`, the facts, and `files`, which has
    for each function `name`, `bytes`, `sha256`, `inputs` and `outputs`, each name -> `dtype` and
    `shape`.

  Raises:
    UserError: the folder can't be made, or the disk is full.
  """
  converted = convert(module, quantize)
  described = {"format": FORMAT, "version": VERSION, "quantized": quantize, **facts,
               "files": {function: {"name": names[function], **_facts_of(function, content)}
                         for function, content in converted.items()}}
  with files.whole_folder(folder) as scratch:
    for function, content in converted.items():
      (scratch / names[function]).write_bytes(content)
    (scratch / DESCRIPTION).write_text(json.dumps(described, indent=1, allow_nan=False) + "\n")
  return described


def convert(module: tf.Module, quantize: bool = False) -> dict[str, bytes]:
  """Function -> a TensorFlow Lite model of TensorFlow Lite's own operations alone.

  Args:
    module: see `write`.
    quantize: see `write`.
  """
  signatures = {name: function.get_concrete_function()
                for name, function in module.functions.items()}
  with tempfile.TemporaryDirectory() as saved, _quietly():
    tf.saved_model.save(module, saved, signatures=signatures)
    return {name: _converted(saved, name, quantize) for name in signatures}


def _converted(saved, name, quantize) -> bytes:
  converter = tf.lite.TFLiteConverter.from_saved_model(saved, signature_keys=[name])
  converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
  if quantize:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
  return converter.convert()


def _facts_of(function, content) -> dict[str, Any]:
  runner = tf.lite.Interpreter(model_content=content).get_signature_runner(function)
  tensors = lambda details: {name: {"dtype": one["dtype"].__name__, "shape": one["shape"].tolist()}
                             for name, one in sorted(details.items())}
  return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(),
          "inputs": tensors(runner.get_input_details()),
          "outputs": tensors(runner.get_output_details())}


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
  """Keeps to itself what the converter writes past Python to stderr, unless it fails."""
  sys.stderr.flush()
  kept = os.dup(2)
  with tempfile.TemporaryFile() as told:
    os.dup2(told.fileno(), 2)
    try:
      yield
    except BaseException:
      told.seek(0)
      os.write(kept, told.read())
      raise
    finally:
      os.dup2(kept, 2)
      os.close(kept)
