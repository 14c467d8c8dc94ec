"""A trained model as a folder: `config.json` and the weights as a TensorFlow checkpoint.

    config.json     {"model": name, "hparams": {...}, "seed": int, "data": {...}}
    weights.index, weights.data-00000-of-00001
    frozen.index, frozen.data-00000-of-00001   of models that have any, see `frozen_weights`

A run folder of training holds the same config.json, and its weights under checkpoints/best; both
can be loaded. Nothing in either can run code.
"""

import contextlib
import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from data_tools.errors import UserError
from data_tools.files import atomic_path
from models import checkpoint_files, frozen_weights, hparams, registry

CONFIG_FILE = "config.json"
WEIGHTS = "weights"
BEST = pathlib.Path("checkpoints") / "best"
# What an optimiser goes by and yet keeps among its variables.
_RATES = {"learning_rate", "beta_1", "beta_2"}
# In the names of the moments that Keras's optimisers keep.
_MOMENT = "/.OPTIMIZER_SLOT/"


def write_config(model: tf.keras.Model, directory: str | os.PathLike,
                 data: dict[str, Any]) -> None:
  """Writes config.json.

  Args:
    model: a registered model.
    directory: made if missing.
    data: what a user of the weights has to know of the training data (JSON values), such as
      `scale_factor`: the number that the strokes' offsets were divided by.
  """
  content = {"model": registry.name_of(model), "hparams": json.loads(hparams.to_json(model.config)),
             "seed": model.seed, "data": data}
  with atomic_path(pathlib.Path(directory) / CONFIG_FILE) as path:
    path.write_text(json.dumps(content, indent=2) + "\n")


def read_config(directory: str | os.PathLike) -> dict[str, Any]:
  """Reads config.json; "hparams" comes as the model's config dataclass.

  Raises:
    UserError: the folder or the file is missing, or is not what `write_config` writes.
  """
  path = pathlib.Path(directory) / CONFIG_FILE
  if not path.is_file():
    raise UserError(f"{directory} holds no {CONFIG_FILE}, so it is not a model folder; give the "
                    "folder that training wrote to (--log_root) or a converted model.")
  try:
    content = json.loads(path.read_text())
    name, values = content["model"], content["hparams"]
  except OSError as error:
    raise UserError(f"{path} can't be read ({error.strerror or error}); see that the disk is well "
                    "and that you may read it.") from error
  except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
    raise UserError(f"{path} is not a model description ({error}); expected JSON with the keys "
                    "model, hparams, seed and data.") from error
  config = hparams.from_json(registry.entry(name).config, json.dumps(values))
  return {"seed": 0, "data": {}, **content, "hparams": config}


def save_model(model: tf.keras.Model, directory: str | os.PathLike,
               data: dict[str, Any]) -> None:
  """Writes a model folder whole: an interrupted save leaves what was there before.

  A process that is killed in the instant between two renamings leaves it beside, as .NAME.XXX/old.

  Args:
    model: a registered model.
    directory: the folder to make or replace; refused if it holds anything else.
    data: see `write_config`.
  """
  target = pathlib.Path(directory)
  _check_replaceable(target)
  scratch = None
  try:
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    made = scratch / target.name
    made.mkdir()
    tf.train.Checkpoint(model=model).write(str(made / WEIGHTS))
    frozen_weights.write(model, made)
    write_config(model, made, data)
    made.chmod(0o755)
    _put(made, target)
  except (tf.errors.OpError, OSError) as error:
    raise UserError(f"The model could not be written to {directory} "
                    f"({checkpoint_files.reason(error)}); free some space, or give a folder that "
                    "you may write to; what stood there before is untouched.") from error
  finally:
    if scratch is not None:
      shutil.rmtree(scratch, ignore_errors=True)


def _put(made: pathlib.Path, target: pathlib.Path) -> None:
  """A folder in place of another, which comes back if that fails."""
  old = made.with_name("old")
  if target.exists():
    os.replace(target, old)
  try:
    os.replace(made, target)
  except OSError:
    if old.exists():
      os.replace(old, target)
    raise


def load_model(directory: str | os.PathLike, **options: Any) -> tuple[tf.keras.Model,
                                                                     dict[str, Any]]:
  """Builds the model of a model folder or a run folder and restores its weights.

  Args:
    directory: what `save_model` or training wrote.
    **options: for the model's constructor, such as jit_compile_decoder.

  Returns:
    The model, and the content of config.json with "hparams" as the config dataclass.

  Raises:
    UserError: no model folder, no weights, or weights of another model.
  """
  content = read_config(directory)
  model = registry.entry(content["model"]).build(content["hparams"], seed=content["seed"],
                                                 **options)
  restore_weights(model, _weights_of(pathlib.Path(directory)))
  frozen_weights.restore(model, directory)
  return model, content


def restore_weights(model: tf.keras.Model, checkpoint: str,
                    described: str = f"the model that {CONFIG_FILE} beside them describes"
                    ) -> None:
  """Restores every variable of `model` from a checkpoint that may hold more.

  Args:
    model: its optimisers count where it is compiled.
    checkpoint: path without the ending.
    described: what the weights have to fit, for the sentence.

  Raises:
    UserError: the checkpoint can't be read, or is one of another model or other sizes.
  """
  _restore(tf.train.Checkpoint(model=model), checkpoint, described)


def _restore(target: tf.train.Checkpoint, checkpoint: str, described: str) -> None:
  try:
    target.read(checkpoint).assert_existing_objects_matched().expect_partial()
  except (AssertionError, ValueError) as error:
    raise UserError(f"The weights at {checkpoint} do not fit {described} "
                    f"({checkpoint_files.reason(error)}); they belong to another model or other "
                    "hyperparameters.") from error
  except checkpoint_files.UNREADABLE as error:
    raise _unreadable(checkpoint, error) from error


def restore_part(part: tf.Module, name: str, directory: str | os.PathLike, described: str,
                 step: int | None = None) -> None:
  """Restores one attribute of the model that a folder holds, into a part of another model.

  Args:
    part: layer or module to fill.
    name: of the attribute.
    directory: a model folder or a run folder.
    described: what the weights have to fit, for the sentence.
    step: see `restore_training_state`.

  Raises:
    UserError: no weights, or they are of other sizes.
  """
  _restore(tf.train.Checkpoint(model=tf.train.Checkpoint(**{name: part})),
           _weights_of(pathlib.Path(directory), step), described)


def restore_training_state(model: tf.keras.Model, directory: str | os.PathLike,
                           step: int | None = None) -> None:
  """Restores weights, step count and the optimisers' states, for training to go on from.

  Learning rates and betas stay those that the model was compiled with, though a checkpoint holds
  them, too: the hyperparameters of the new run decide.

  Args:
    model: compiled, under the strategy it will be trained with.
    directory: a model folder that holds optimisers, such as a converted model, or a run folder.
    step: of the kept checkpoint of a run folder; None: the newest.

  Raises:
    UserError: the folder holds another model, weights of other sizes, or no optimisers.
  """
  content = read_config(directory)
  if content["model"] != registry.name_of(model):
    raise UserError(f"{directory} holds a model of {content['model']}, not of "
                    f"{registry.name_of(model)}, so training can't go on from it.")
  weights = _weights_of(pathlib.Path(directory), step)
  _check_optimizers(weights)
  with own_rates(model):
    restore_weights(model, weights, "the hyperparameters of the new run")
  frozen_weights.restore(model, directory)


@contextlib.contextmanager
def own_rates(model: tf.keras.Model) -> Iterator[None]:
  """Whatever is restored inside, the optimisers keep the learning rates and betas they have."""
  optimizers = [*getattr(model, "adams", {}).values()] or [model.optimizer]
  given = [optimizer.get_config() for optimizer in optimizers]
  yield
  for optimizer, values in zip(optimizers, given):
    for name in _RATES & set(values):
      if not isinstance(values[name], dict):  # a schedule is no state
        setattr(optimizer, name, values[name])


def _check_optimizers(checkpoint: str) -> None:
  try:
    names = [name for name, _ in tf.train.list_variables(checkpoint)]
  except checkpoint_files.UNREADABLE as error:
    raise _unreadable(checkpoint, error) from error
  if not any(_MOMENT in name for name in names):
    raise UserError(f"The weights at {checkpoint} come without their optimisers, as those of "
                    "models that were made to be used do, so training can't go on from them; give "
                    "a run folder or a converted checkpoint of the original's training.")


def kept_checkpoints(directory: str | os.PathLike) -> dict[int, str]:
  """The kept checkpoints of a run folder: step (or pass) -> path without the ending, ascending."""
  return checkpoint_files.numbered(pathlib.Path(directory) / BEST)


def _weights_of(directory: pathlib.Path, step: int | None = None) -> str:
  if step is not None:
    kept = kept_checkpoints(directory)
    if step not in kept:
      raise UserError(f"{directory} has no checkpoint of step {step}; it has: "
                      f"{', '.join(map(str, kept)) or 'none, as it is no run folder'}.")
    return kept[step]
  if (directory / f"{WEIGHTS}.index").is_file():
    return str(directory / WEIGHTS)
  best = checkpoint_files.newest(directory / BEST)
  if best is None:
    raise UserError(f"{directory} holds no weights: neither {WEIGHTS}.index nor a checkpoint under "
                    f"{BEST}; training writes the first one when its first epoch ends.")
  return best


def _check_replaceable(target: pathlib.Path) -> None:
  if target.exists() and (not target.is_dir() or (
      any(target.iterdir()) and not (target / CONFIG_FILE).is_file())):
    raise UserError(f"{target} exists and is not a model folder; give a new or empty folder.")


def _unreadable(checkpoint: str, error: Exception) -> UserError:
  return UserError(f"The weights at {checkpoint} can't be read "
                   f"({checkpoint_files.reason(error)}); the file is missing, cut off or "
                   "damaged: fetch or save it again.")
