"""Several machines: what TF_CONFIG says of them, and which of them writes.

TF_CONFIG is JSON, the same on every machine but for its index:

    {"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}
"""

import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from data_tools.errors import UserError

VARIABLE = "TF_CONFIG"
# What is proven to train on several machines as on one.
SUPPORTED = ("contextual_gan", "ia_cyclegan", "rpcl_pix2seq", "sc_lmser", "sketch2image",
             "sketch2image_ae", "sketch_a_net", "tom", "vggface")
_CHIEF, _WORKER = "chief", "worker"
_EXAMPLE = ('{"cluster": {"worker": ["host1:2222", "host2:2222"]}, '
            '"task": {"type": "worker", "index": 0}}')
# What TensorFlow raises where another worker does not answer any more.
_LOST = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError,
         tf.errors.DeadlineExceededError, tf.errors.InternalError)
_JOINED: list["Task"] = []  # of this process, once it has joined a cluster


@dataclasses.dataclass(frozen=True)
class Task:
  """One process of a cluster.

  Attributes:
    kind: "chief" or "worker".
    index: among those of its kind, from 0.
    workers: how many processes train, the chief among them.
    is_chief: whether it is the one that writes: the chief, or the first worker if there is none.
    number: among all processes that train, from 0; the chief, if there is one, is the first.
  """

  kind: str
  index: int
  workers: int
  is_chief: bool
  number: int


def task(text: str | None) -> Task:
  """What TF_CONFIG says.

  Args:
    text: its value; None: it is not set.

  Raises:
    UserError: it is not set, is no JSON, or does not say which of which workers this one is.
  """
  if not text:
    raise UserError(f"--strategy=multi_worker needs the variable {VARIABLE}, which says where the "
                    f"workers are, but it is not set; set it on every machine, such as {_EXAMPLE}.")
  content = _parsed(text)
  addresses = _addresses(content.get("cluster"))
  kind, index = _place(content.get("task"), addresses)
  workers = sum(map(len, addresses.values()))
  number = index + (kind == _WORKER and _CHIEF in addresses)
  return Task(kind, index, workers, number == 0, number)


def given_task() -> Task:
  """What the environment's TF_CONFIG says; see `task`."""
  return task(os.environ.get(VARIABLE))


def _parsed(text: str) -> dict[str, Any]:
  try:
    content = json.loads(text)
  except json.JSONDecodeError as error:
    raise _wrong(f"is no JSON ({error})") from error
  if not isinstance(content, dict):
    raise _wrong("is no JSON object")
  return content


def _addresses(cluster: Any) -> dict[str, list[str]]:
  """Kind -> addresses, of the processes that train."""
  if not isinstance(cluster, dict) or not cluster:
    raise _wrong("has no cluster")
  others = sorted(set(cluster) - {_CHIEF, _WORKER})
  if others:
    raise _wrong(f"has a cluster with {', '.join(others)}, where only worker and chief can train")
  for kind, hosts in cluster.items():
    if not isinstance(hosts, list) or not hosts or not all(map(_is_address, hosts)):
      raise _wrong(f"gives {hosts!r} for {kind}, which is no list of addresses HOST:PORT")
  every = [host for hosts in cluster.values() for host in hosts]
  if len(set(every)) < len(every):
    raise _wrong("gives the same address twice")
  if len(cluster.get(_CHIEF, [])) > 1:
    raise _wrong("has more than one chief")
  return cluster


def _is_address(host: Any) -> bool:
  return isinstance(host, str) and host.rpartition(":")[2].isdigit() and len(host.split(":")[0]) > 0


def _place(given: Any, addresses: dict[str, list[str]]) -> tuple[str, int]:
  """Kind and index of this process."""
  if not isinstance(given, dict) or not {"type", "index"} <= set(given):
    raise _wrong("has no task with type and index")
  kind, index = given["type"], given["index"]
  if not isinstance(kind, str) or kind not in addresses:
    raise _wrong(f"says that this is a {kind!r}, but its cluster has {', '.join(addresses)}")
  count = len(addresses[kind])
  if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < count:
    raise _wrong(f"has the index {index!r}, but there are {count} of type {kind}, counted from 0")
  return kind, index


def _wrong(what: str) -> UserError:
  return UserError(f"{VARIABLE} {what}; give something like {_EXAMPLE}.")


def check(model: str) -> None:
  """Refuses, before anything is begun, what can't be trained on several machines.

  Args:
    model: its registered name.

  Raises:
    UserError: TF_CONFIG is wrong, or the model is not one of `SUPPORTED`.
  """
  given_task()
  if model not in SUPPORTED:
    raise UserError(f"--strategy=multi_worker trains {', '.join(SUPPORTED)}, but not {model}; "
                    "train it on one machine, with --strategy=mirrored.")


def refuse_unused() -> None:
  """Refuses TF_CONFIG where the strategy is one of a single machine.

  Raises:
    UserError: it names several workers, each of which would train alone, into one folder.
  """
  text = os.environ.get(VARIABLE)
  if not text:
    return
  try:
    workers = task(text).workers
  except UserError:  # of another program
    return
  if workers > 1:
    raise UserError(f"{VARIABLE} names {workers} workers, but without --strategy=multi_worker each "
                    "of them would train alone, and overwrite what the others write; give "
                    f"--strategy=multi_worker, or unset {VARIABLE}.")


def join(given: Task) -> None:
  """This process is from now on that one of a cluster."""
  _JOINED[:] = [given]


def is_chief() -> bool:
  """Whether this process writes checkpoints, figures and pictures; true outside of clusters."""
  return not _JOINED or _JOINED[0].is_chief


def place() -> tuple[int, int]:
  """(number of this process, how many train); (0, 1) outside of clusters."""
  return (_JOINED[0].number, _JOINED[0].workers) if _JOINED else (0, 1)


def own_folder(folder: str | os.PathLike) -> pathlib.Path:
  """The folder itself for the chief; one that is thrown away in the end for other workers."""
  if is_chief():
    return pathlib.Path(folder)
  return pathlib.Path(tempfile.mkdtemp(dir=_scratch().name))


@functools.cache
def _scratch() -> tempfile.TemporaryDirectory:
  return tempfile.TemporaryDirectory(prefix="sketch_zoo_worker.")


def chiefs(figures: dict[str, float], strategy: tf.distribute.Strategy) -> dict[str, float]:
  """The chief's figures, on every worker; decisions by them are then the same on all.

  Args:
    figures: the same names on every worker.
    strategy: that of the model.
  """
  if not _JOINED:
    return figures
  own = [value if is_chief() else 0.0 for value in figures.values()]
  replicas = strategy.num_replicas_in_sync // _JOINED[0].workers
  summed = tf.function(lambda values: strategy.reduce(
      tf.distribute.ReduceOp.SUM, strategy.run(lambda: values), axis=None))
  found = summed(tf.constant(own, tf.float64)).numpy() / replicas
  return dict(zip(figures, found.tolist()))


def wait_for_all(strategy: tf.distribute.Strategy) -> None:
  """Returns when every worker has come here; at once outside of clusters."""
  if _JOINED:
    count = tf.function(lambda: strategy.reduce(
        tf.distribute.ReduceOp.SUM, strategy.run(lambda: tf.constant(1.0)), axis=None))
    count().numpy()


@contextlib.contextmanager
def watched() -> Iterator[None]:
  """A sentence in place of what TensorFlow raises when another worker is lost.

  Raises:
    UserError: that is so.
  """
  try:
    yield
  except _LOST as error:
    if not _JOINED or _JOINED[0].workers == 1:
      raise
    raise UserError("The workers can't go on together, as one of them has ended or does not answer "
                    f"({str(error).strip().splitlines()[0]}); see what it says, and start all of "
                    "them again with --resume_training.") from error
