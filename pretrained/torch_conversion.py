"""What the converters of PyTorch programs' checkpoints share: networks and Adams, checked, filled.

Everything is compared by name and shape before the first variable changes, and every doubt is a
sentence with the names of what does not fit.
"""

import dataclasses
import pathlib
from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools.errors import UserError
from models.layers import torch_state

_COUNTER = "num_batches_tracked"  # of every batch norm; nothing depends on it
_PARALLEL = "module."  # before every name of a network that was trained on several GPUs
_SHOWN = 4
_MOMENTS = {"m": "exp_avg", "v": "exp_avg_sq"}  # Keras's slots, PyTorch's names
_LARGEST_STEP = 2**53


@dataclasses.dataclass(frozen=True)
class Origin:
  """Whose checkpoints are read, for the sentences.

  Attributes:
    program: its name.
    advice: what to give instead of a file that does not fit, without a full stop.
  """

  program: str
  advice: str


def parts_of(tree: Any, kinds: Mapping[str, type], path: pathlib.Path, expected: str,
             origin: Origin) -> dict[str, Any]:
  """The tree of a file, which must be a dict with these entries and no others.

  Args:
    tree: of `torch_files.read_tree`.
    kinds: name of an entry -> its type.
    path: of the file, for the sentence.
    expected: the entries in words, for the sentence.
    origin: likewise.

  Raises:
    UserError: it is anything else.
  """
  if not isinstance(tree, dict) or set(tree) != set(kinds) or not all(
      isinstance(tree[key], kind) for key, kind in kinds.items()):
    found = ", ".join(map(str, tree)) if isinstance(tree, dict) else type(tree).__name__
    raise UserError(f"{path} holds {found:.80} where {expected} were expected; {origin.advice}.")
  return tree


def plain_names(state: Mapping[str, Any]) -> dict[str, Any]:
  """A state dict without the prefix that PyTorch's DataParallel puts before every name."""
  parallel = all(str(name).startswith(_PARALLEL) for name in state)
  return {str(name).removeprefix(_PARALLEL if parallel else ""): value
          for name, value in state.items()}


def shape_of(state: Mapping[str, Any], name: str, rank: int, where: str,
             origin: Origin) -> tuple[int, ...]:
  """The shape of an entry that the network's sizes are read from.

  Raises:
    UserError: there is no such array of so many dimensions.
  """
  value = state.get(name)
  if not isinstance(value, np.ndarray) or value.ndim != rank:
    raise UserError(f"{where} has no {name} as {origin.program} has it; {origin.advice}.")
  return value.shape


def fill(network: tf.Module, state: Mapping[str, Any], where: str, origin: Origin) -> None:
  """Gives every variable its value, once every entry is known to fit.

  Args:
    network: see `models.layers.torch_state`.
    state: its state dict, of which batch norms' counters are left out.
    where: what it stands in, for the sentence.
    origin: likewise.

  Raises:
    UserError: entries are missing, unknown, misshapen or no finite numbers.
  """
  state = {name: value for name, value in state.items() if not str(name).endswith(_COUNTER)}
  variables = torch_state.named_variables(network)
  refuse({"missing": [name for name in variables if name not in state],
          "unknown": [str(name) for name in state if name not in variables]}, where, origin)
  values = converted(network, state, where, origin)
  for name, variable in variables.items():
    variable.assign(values[name])


def converted(network: tf.Module, arrays: Mapping[str, Any], where: str,
              origin: Origin) -> dict[str, np.ndarray]:
  """What belongs to variables of a network (values, moments), in our layout.

  Args:
    network: see `models.layers.torch_state`.
    arrays: by the variables' names.
    where, origin: for the sentence.

  Raises:
    UserError: some are misshapen, or no finite numbers.
  """
  refuse({"without finite numbers": [name for name, value in arrays.items()
                                     if not _is_finite(value)]}, where, origin)
  try:
    return torch_state.from_torch(network, arrays)
  except ValueError:
    refuse({"misshapen": [f"{name} {list(value.shape)}" for name, value in arrays.items()
                          if not _fits(network, name, value)]}, where, origin)
    raise


def refuse(misfits: Mapping[str, Sequence[str]], where: str, origin: Origin) -> None:
  """Raises a UserError that names misfits by their kinds, if there are any."""
  clauses = [f"{kind}: {', '.join(names[:_SHOWN])}"
             + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
             for kind, names in misfits.items() if names]
  if clauses:
    raise UserError(f"The entries of {where}, are not those of {origin.program} "
                    f"({'; '.join(clauses)}); {origin.advice}.")


def parameters_of(network: tf.Module, state: Mapping[str, Any],
                  unused: Container[str] = ()) -> list[str]:
  """The names of what PyTorch trains, in the order in which it hands them to an optimiser.

  A state dict has a network's parameters in that order, with buffers between them.

  Args:
    network: tells parameters from buffers.
    state: the state dict.
    unused: parameters of the original that the network does without.
  """
  variables = torch_state.named_variables(network)
  return [name for name in state
          if name in unused or name in variables and variables[name].trainable]


def restore_adam(adam: tf.keras.optimizers.legacy.Adam, network: tf.Module, names: Sequence[str],
                 optimizer: Mapping[str, Any], where: str, origin: Origin,
                 idle: Container[str] = ()) -> int:
  """Gives an Adam the moments and the step count of PyTorch's.

  Args:
    adam: with its moments made.
    network: whose variables it moves.
    names: of all parameters that PyTorch's Adam was given, in order, see `parameters_of`; those
      that the network does not have are passed over.
    optimizer: its state dict.
    where, origin: for the sentence.
    idle: parameters that no gradient reaches, of which PyTorch's Adam keeps nothing. The moments
      stay what they are, 0 in a new Adam.

  Returns:
    The step count.

  Raises:
    UserError: it is not the state of an Adam of these parameters, or step counts differ.
  """
  entries = _entries_of(optimizer, names, idle, where, origin)
  variables = torch_state.named_variables(network)
  try:
    for slot, kind in _MOMENTS.items():
      moments = {name: entry[kind] for name, entry in entries.items() if name in variables}
      for name, value in converted(network, moments, where, origin).items():
        adam.get_slot(variables[name], slot).assign(value)
    count = one_count([_count_of(entry) for entry in entries.values()], where, origin)
  except (LookupError, TypeError, ValueError, OverflowError) as error:
    raise UserError(f"{where}, is not the state of Adam ({error}); {origin.advice}.") from error
  adam.iterations.assign(count)
  return count


def one_count(counts: Sequence[int], where: str, origin: Origin) -> int:
  """The step count that all have.

  Raises:
    UserError: they differ.
  """
  if len(set(counts)) != 1:
    raise UserError(f"The step counts of {where} differ ({sorted(set(counts))}); "
                    f"{origin.advice}.")
  return counts[0]


def _entries_of(optimizer, names, idle, where, origin) -> dict[str, Mapping[str, Any]]:
  """What an Adam keeps of its parameters, by name.

  It has them by number, listed under param_groups: from 0 on, or addresses in files of 2019.
  """
  state = optimizer.get("state")
  try:
    numbers = [number for group in optimizer["param_groups"] for number in group["params"]]
    entries = {name: state[number] for name, number in zip(names, numbers, strict=True)
               if number in state or name not in idle}
    whole = bool(entries) and len(entries) == len(state)
  except (LookupError, TypeError, ValueError):
    whole = False
  if not whole:
    raise UserError(f"{where}, does not hold the state of {len(names)} parameters as Adam keeps "
                    f"it; {origin.advice}.")
  return entries


def _count_of(entry) -> int:
  step = int(entry["step"])
  if not 0 < step < _LARGEST_STEP:
    raise ValueError(f"a step count is {step}")
  return step


def _fits(network, name, value) -> bool:
  try:
    torch_state.from_torch(network, {name: value})
  except ValueError:
    return False
  return True


def _is_finite(value) -> bool:
  return (isinstance(value, np.ndarray) and bool(np.issubdtype(value.dtype, np.floating))
          and bool(np.isfinite(value).all()))
