"""Runs every signature of exported models by TensorFlow alone; for
tests/conformance/test_export.py.

  python -I served_alone.py FOLDER

FOLDER has one folder for each model with 1/, the SavedModel, and inputs.npz, "signature/input" ->
[ROWS, ...], of the signatures whose rows are to be compared. Beside this file lies
prediction_log.py. FOLDER/NAME/report.json is what was found.
"""

import json
import pathlib
import sys

sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import numpy as np  # noqa: E402
import prediction_log  # noqa: E402
import tensorflow as tf  # noqa: E402

WARM_UP = "1/assets.extra/tf_serving_warmup_requests"
PARTS = ([2], [1, 0])  # rows of the inputs that are run again by themselves


def main(folder):
  for model in sorted(pathlib.Path(folder).iterdir()):
    loaded = tf.saved_model.load(str(model / "1"))
    inputs = {name: _inputs(model, name) for name in loaded.signatures}
    report = {"signatures": {name: _compared(function, inputs[name])
                             for name, function in loaded.signatures.items() if inputs[name]},
              "outputs": {name: sorted(function.structured_outputs)
                          for name, function in loaded.signatures.items()},
              "warm_up": sorted(prediction_log.replayed(model / WARM_UP, loaded.signatures)),
              "imported": sorted({"models", "pretrained", "data_tools", "tensorflow_addons",
                                  "keras"} & set(sys.modules))}
    (model / "report.json").write_text(json.dumps(report))


def _inputs(model, signature):
  arrays = np.load(model / "inputs.npz")
  return {name.split("/")[1]: arrays[name] for name in arrays.files
          if name.startswith(f"{signature}/")}


def _compared(function, inputs):
  """Output -> [dtype, largest difference of parts from the whole, that of rows from each other],
  in shares of the largest value; of pixels the mean, of strings 1 where they differ."""
  run = lambda rows: {key: value.numpy() for key, value in function(**{
      name: tf.constant(array[rows]) for name, array in inputs.items()}).items()}
  whole = run(slice(None))
  parts = [(rows, run(rows)) for rows in PARTS]
  return {key: [str(values.dtype), max(_difference(part[key], values[rows])
                                       for rows, part in parts),
                _difference(values[1:], values[:-1])] for key, values in whole.items()}


def _difference(a, b):
  if a.shape != b.shape:
    return float("inf")
  if a.dtype == object:
    return float((a != b).any())
  apart = np.abs(np.float64(a) - np.float64(b))
  if a.dtype == np.uint8:  # one pixel may fall on the other side of a threshold
    return float(apart.mean() / 255)
  return float(apart.max(initial=0) / np.abs(np.float64(b)).max(initial=1e-9))


if __name__ == "__main__":
  main(sys.argv[1])
