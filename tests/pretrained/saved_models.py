"""Making a SavedModel through the command line, and running it by TensorFlow alone; for tests."""

import subprocess
import sys

import numpy as np

from tests import commands

# Runs every signature in a process whose import system can't find the zoo.
ALONE = """
import sys
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
import numpy as np
import tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
inputs, results = np.load(sys.argv[2]), {}
for name, function in loaded.signatures.items():
  names = function.structured_input_signature[1]
  for key, value in function(**{key: tf.constant(inputs[key]) for key in names}).items():
    results[f"{name}/{key}"] = value.numpy()
for package in ("models", "pretrained", "data_tools", "tensorflow_addons"):
  assert package not in sys.modules, package
try:
  import models
except ImportError:
  np.savez(sys.argv[3], **results)
"""


def export(model_dir, output_dir, *flags):
  """The finished process of pretrained/export.py."""
  return commands.command("pretrained/export.py", f"--model_dir={model_dir}",
                          f"--output_dir={output_dir}", *flags)


def run_alone(exported, inputs, folder) -> dict[str, np.ndarray]:
  """Every signature by `tf.saved_model.load` in a process without the zoo.

  Args:
    exported: the SavedModel.
    inputs: name -> values; a signature takes those of its own inputs' names.
    folder: to work in.

  Returns:
    "signature/output" -> values.
  """
  np.savez(folder / "in.npz", **inputs)
  (folder / "alone.py").write_text(ALONE)
  done = subprocess.run([sys.executable, "-I", "alone.py", str(exported), "in.npz", "out.npz"],
                        cwd=folder, capture_output=True, text=True)
  assert done.returncode == 0, done.stderr
  assert "custom gradients" not in done.stderr
  return dict(np.load(folder / "out.npz"))


def run_by_session(exported, signature, inputs, folder) -> dict[str, np.ndarray]:
  """One signature by TensorFlow 1's loader, through `saved_model_cli run`; output -> values."""
  for name, values in inputs.items():
    np.save(folder / name, values)
  results = folder / "results"
  done = subprocess.run(
      [sys.executable, "-m", "tensorflow.python.tools.saved_model_cli", "run", "--dir",
       str(exported), "--tag_set", "serve", "--signature_def", signature, "--inputs",
       ";".join(f"{name}={name}.npy" for name in inputs), "--outdir", str(results)],
      cwd=folder, capture_output=True, text=True)
  assert done.returncode == 0, done.stderr
  return {path.stem: np.load(path) for path in results.iterdir()}
