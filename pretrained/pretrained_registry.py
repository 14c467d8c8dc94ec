"""The trained models that come with the zoo, by name.

`registry.json` holds for each name

    folder    beside registry.json
    files     file name -> {"size": bytes, "sha256": hex digits}
    model     name in models/registry.py
    licence, data, command, score, description

Weights are TensorFlow checkpoints in folders of `models.saving`; nothing in them can run code.
"""

import difflib
import hashlib
import json
import os
import pathlib
from typing import Any

import tensorflow as tf

from data_tools.errors import UserError
from data_tools.files import atomic_path
from models import saving

REGISTRY = pathlib.Path(__file__).parent / "registry.json"


def names() -> list[str]:
  """The registered names."""
  return sorted(entries())


def entries() -> dict[str, dict[str, Any]]:
  """The content of registry.json."""
  return json.loads(REGISTRY.read_text())


def resolve(name_or_dir: str | os.PathLike) -> pathlib.Path:
  """The folder of a model: a registered name, whose files are verified, or a folder as it is.

  Raises:
    UserError: neither, or a file of a registered model is missing or was changed.
  """
  known = entries()
  name = os.fspath(name_or_dir)
  if name in known:
    return _verified(name, known[name])
  path = pathlib.Path(name)
  if path.is_dir():
    return path
  raise UserError(f"{name!r} is neither a folder nor a model that comes with the zoo{_hint(name)}; "
                  "give the folder that training wrote to (--log_root) or one of these names: "
                  f"{', '.join(sorted(known)) or 'there is none yet'}.")


def load(name_or_dir: str | os.PathLike, **options: Any) -> tuple[tf.keras.Model, dict[str, Any]]:
  """`models.saving.load_model` of a registered name or a folder.

  Args:
    name_or_dir: see `resolve`.
    **options: for the model's constructor, such as jit_compile_decoder.

  Raises:
    UserError: see `resolve` and `models.saving.load_model`.
  """
  return saving.load_model(resolve(name_or_dir), **options)


def register(name: str, folder: pathlib.Path, facts: dict[str, Any]) -> dict[str, Any]:
  """Writes the entry of a model whose folder is finished; returns it.

  Args:
    name: as users will give it.
    folder: below the folder of registry.json.
    facts: model, licence, data, command, score, description.
  """
  files = {path.name: _stamp(path) for path in sorted(folder.iterdir()) if path.suffix != ".md"}
  entry = {"folder": folder.resolve().relative_to(REGISTRY.parent.resolve()).as_posix(),
           "files": files, **facts}
  with atomic_path(REGISTRY) as path:
    path.write_text(json.dumps({**entries(), name: entry}, indent=2, sort_keys=True) + "\n")
  return entry


def _verified(name, entry):
  folder = REGISTRY.parent / entry["folder"]
  for file, expected in entry["files"].items():
    path = folder / file
    if not path.is_file():
      raise UserError(f"The model {name} lacks {path}; fetch the repository again.")
    if _stamp(path) != expected:
      raise UserError(f"{path} of the model {name} is not the file that was published (its size or "
                      "sha256 differs); fetch it again, for example with git checkout.")
  return folder


def _stamp(path: pathlib.Path) -> dict[str, Any]:
  content = path.read_bytes()
  return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _hint(name):
  near = difflib.get_close_matches(name, names(), n=1)
  return f" (did you mean {near[0]}?)" if near else ""
