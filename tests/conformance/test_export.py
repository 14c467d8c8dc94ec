"""Every model's export, as TensorFlow alone sees it: loaded, warmed up, each row for itself.

All exports run in one process, as its start costs more than most models do; those that cost most,
and are loaded alone by tests of their own, too, in another one among the slow tests.
"""

import functools
import json
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

from pretrained import saved_model_files
from pretrained.export import EXPORTERS
from tests.conformance.subjects import SUBJECTS

PROGRAMS = pathlib.Path(__file__).parents[1] / "pretrained"
ROWS, TOLERANCE = 3, 1e-3
SLOW = tuple(name for name in SUBJECTS if name != "sketch_a_net")


def names(slow):
  return [name for name in sorted(EXPORTERS) if (name in SLOW) == slow]


def values_of(spec):
  """Rows that differ, of the kind that an input of this name takes."""
  random = np.random.default_rng(len(spec.name))
  shape, dtype = [ROWS, *spec.shape[1:]], spec.dtype.as_numpy_dtype
  if spec.name == "strokes":
    pen = np.eye(3)[random.integers(0, 3, shape[:2])]
    return np.concatenate([random.normal(size=[*shape[:2], 2]), pen], -1).astype(dtype)
  if spec.name == "mask":
    return (random.random(shape) < 0.5).astype(dtype)
  if spec.name == "seed":
    return np.arange(5, 5 + ROWS, dtype=dtype)
  low, high = {"code": (-2, 2), "z": (-1, 1), "temperature": (0.1, 1)}.get(spec.name, (0, 255))
  if spec.name == "image" and dtype == np.float32:
    low, high = -1, 1
  return random.uniform(low, high, shape).astype(dtype)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
  """Whether of the slow models -> model -> its serving module, its folder, and what the process
  without the zoo found."""
  return functools.cache(lambda slow: _reports(slow, tmp_path_factory))


def _reports(slow, tmp_path_factory):
  folder, program = tmp_path_factory.mktemp("exports"), tmp_path_factory.mktemp("program")
  modules = {}
  for name in names(slow):
    exporter = EXPORTERS[name]
    module = modules[name] = exporter.module((SUBJECTS[name].exported or SUBJECTS[name].model)())
    saved_model_files.write(module, name, exporter.default, folder / name,
                            batch_sizes=exporter.batch_sizes)
    np.savez(folder / name / "inputs.npz", **{
        f"{signature}/{key}": values_of(spec) for signature, inputs in module.inputs.items()
        for key, spec in inputs.items()})
  for file in ("served_alone.py", "prediction_log.py"):
    shutil.copy(PROGRAMS / file, program)
  done = subprocess.run([sys.executable, "-I", program / "served_alone.py", folder],
                        capture_output=True, text=True, cwd=program)
  assert done.returncode == 0, done.stderr
  assert "custom gradients" not in done.stderr
  return {name: (modules[name], folder / name,
                 json.loads((folder / name / "report.json").read_text())) for name in modules}


@pytest.mark.parametrize("name", [*names(False), *(
    pytest.param(name, marks=pytest.mark.slow) for name in names(True))])
def test_alone(reports, name):
  exporter, (module, folder, report) = EXPORTERS[name], reports(name in SLOW)[name]
  default = saved_model_files.DEFAULT_SIGNATURE
  assert exporter.default in module.functions
  assert set(report["signatures"]) == set(module.functions) == set(module.inputs)
  assert set(report["outputs"]) == {*module.functions, default}
  assert report["outputs"][default] == report["outputs"][exporter.default]
  assert not set(report["imported"]) & {"models", "pretrained", "data_tools", "tensorflow_addons"}
  assert report["warm_up"] == sorted([signature, size] for signature in report["outputs"]
                                     for size in exporter.batch_sizes)
  for signature, outputs in report["signatures"].items():
    for output, (dtype, difference, _) in outputs.items():
      bound = TOLERANCE if dtype in ("float32", "uint8") else 0
      assert difference <= bound, f"a row of {signature}/{output} depends on the others"
    apart = max(spread for _, _, spread in outputs.values())
    assert apart > 10 * TOLERANCE, f"the rows of {signature} are alike, which shows nothing"
  lines = (folder / saved_model_files.BATCHING_FILE).read_text().splitlines()
  assert [int(line.split(": ")[1]) for line in lines if line.startswith("allowed")] == list(
      exporter.batch_sizes)
