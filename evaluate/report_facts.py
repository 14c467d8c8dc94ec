"""What a report says of the model, its training, the drawings and the machine."""

import hashlib
import importlib.metadata
import json
import math
import os
import pathlib
import platform
from typing import Any

import numpy as np
import tensorflow as tf

from evaluate import run_start
from evaluate.run_start import RunOptions, Subject
from models import checkpoint_files, hparams, saving
from pretrained import pretrained_registry

_METRICS = "metrics.jsonl"  # of training
# Names in it -> names in results.json.
_CURVES = {"epoch": "epoch", "step": "step", "reconstruction_loss": "train_reconstruction_loss",
           "valid_reconstruction_loss": "valid_reconstruction_loss",
           "live_components": "live_components"}


def model_facts(options: RunOptions, subject: Subject) -> dict[str, Any]:
  """Name, files with their hashes, parameters, hyperparameters."""
  folder = pretrained_registry.resolve(options.model)
  return {"name": pathlib.Path(options.model).name or str(options.model),
          "kind": subject.content["model"], "given_as": str(options.model),
          "parameters": subject.model.count_params(),
          "files_sha256": {path.relative_to(folder).as_posix(): _sha256(path)
                           for path in _weight_files(folder)},
          "values_sha256": run_start.model_fingerprint(subject.model),
          "training_seed": subject.content["seed"],
          "training_drawings": subject.content["data"].get("drawings"),
          "hparams": json.loads(hparams.to_json(subject.content["hparams"]))}


def data_facts(options: RunOptions, subject: Subject) -> dict[str, Any]:
  """Where the drawings come from, how many there are, and a hash of those that are judged by."""
  dataset = subject.dataset
  count = lambda split, label: int((getattr(dataset, split).labels == label).sum())
  return {"source": "built-in drawings" if options.data_dir is None else str(options.data_dir),
          "split": options.split, "count": len(subject.split),
          "drawings": {split: len(getattr(dataset, split)) for split in ("train", "valid", "test")},
          "categories": [{"name": name, options.split: count(options.split, label)}
                         for label, name in enumerate(dataset.categories)],
          "mean_points": round(float(subject.split.lengths.mean()), 1),
          "png_width": int(subject.split.images.shape[1]),
          "scale_factor": float(dataset.scale_factor),
          "sha256": run_start.drawings_fingerprint(subject.split)}


def training_facts(options: RunOptions) -> dict[str, Any]:
  """The curves of metrics.jsonl, or why there are none."""
  path = pretrained_registry.resolve(options.model) / _METRICS
  if not path.is_file():
    return {"missing": f"There is no {_METRICS} in the model's folder; only run folders of "
                       "training hold one."}
  try:
    lines = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    rows = [{name: _number(line.get(key)) for key, name in _CURVES.items()} for line in lines]
  except (ValueError, AttributeError, UnicodeDecodeError):
    return {"missing": f"{_METRICS} in the model's folder can't be read."}
  rows = [row for row in rows if row["epoch"] is not None]
  if not rows:
    return {"missing": f"{_METRICS} in the model's folder holds no epoch."}
  seconds = [_number(line.get("seconds")) or 0.0 for line in lines]
  return {"epochs": len(rows), "seconds": round(sum(seconds), 1), "curves": rows}


def versions() -> dict[str, Any]:
  """Of the programs, and what they run on."""
  return {"sketch_zoo": _version("sketch-zoo"), "python": platform.python_version(),
          "tensorflow": tf.__version__, "numpy": np.__version__,
          "machine": platform.machine(), "system": platform.system(),
          "cpu_cores": os.cpu_count(), "gpus": len(tf.config.list_physical_devices("GPU"))}


def _weight_files(folder: pathlib.Path) -> list[pathlib.Path]:
  """The checkpoint's files: those of `models.saving`, or the best of a run folder."""
  prefix = folder / saving.WEIGHTS
  if not prefix.with_name(f"{saving.WEIGHTS}.index").is_file():
    prefix = pathlib.Path(checkpoint_files.newest(folder / saving.BEST))
  return sorted(path for path in prefix.parent.iterdir()
                if path.name.startswith(f"{prefix.name}."))


def _sha256(path: pathlib.Path) -> str:
  with open(path, "rb") as file:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _number(value: Any) -> float | int | None:
  is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
  return value if is_number and math.isfinite(value) else None


def _version(package: str) -> str | None:
  try:
    return importlib.metadata.version(package)
  except importlib.metadata.PackageNotFoundError:
    return None
