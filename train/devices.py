"""Where training runs: all visible GPUs or the CPU, one of them, several machines, or TPUs."""

import functools
from collections.abc import Sequence

import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from train import cluster

MIRRORED, MULTI_WORKER, ONE_DEVICE, TPU = "mirrored", "multi_worker", "one_device", "tpu"
STRATEGIES = (MIRRORED, MULTI_WORKER, ONE_DEVICE, TPU)
LOCAL = "local"


class Workers(tf.distribute.MultiWorkerMirroredStrategy):
  """MultiWorkerMirroredStrategy that gives each replica its own rows of each batch, in order.

  Every worker makes the same batches. TensorFlow's own way, without sharding, gives all workers the
  same rows in a step; with sharding by data, the rows of a batch would not be in the order of the
  replicas where a worker has several, and so not meet the noise that is theirs.
  """

  def experimental_distribute_dataset(self, dataset: tf.data.Dataset, options=None):
    """Batches of the global batch's rows -> what each replica takes of them; see `own_rows`."""
    return self.distribute_datasets_from_function(
        lambda context: own_rows(dataset, context), options)


def own_rows(dataset: tf.data.Dataset, context: tf.distribute.InputContext) -> tf.data.Dataset:
  """The parts of each batch for the replicas of one worker, one after the other.

  Args:
    dataset: elements whose tensors are [B, ...] of static shape.
    context: says how many workers and replicas there are, and which worker this is.

  Returns:
    Elements [B / replicas, ...]; as many for each batch as the worker has replicas.
  """
  workers, replicas = context.num_input_pipelines, context.num_replicas_in_sync
  each = replicas // workers

  def part(rows: tf.Tensor) -> tf.Tensor:
    parts = tf.reshape(rows, [workers, each, rows.shape[0] // replicas, *rows.shape[1:]])
    return parts[context.input_pipeline_id]

  def parts_of(*batch):
    batch = batch[0] if len(batch) == 1 else batch
    return tf.data.Dataset.from_tensor_slices(tf.nest.map_structure(part, batch))

  count = dataset.cardinality()
  # Known, so that Keras need not ask all workers before each batch of training.
  known = tf.data.experimental.assert_cardinality(count * each if count > 0 else count)
  return dataset.flat_map(parts_of).apply(known).prefetch(each)


def strategy(batch_size: int, name: str = MIRRORED, tpu: str = LOCAL) -> tf.distribute.Strategy:
  """The strategy that training runs under.

  Args:
    batch_size: of the global batch.
    name: one of STRATEGIES: MirroredStrategy over all visible GPUs, or one CPU replica if there is
      none; over those of all machines that TF_CONFIG names; one device; TPUs.
    tpu: "local".

  Raises:
    UserError: the replicas can't share the batch evenly, or see `connect`.
  """
  made = connect(name, tpu) or _on_this_machine(name)
  if batch_size % made.num_replicas_in_sync:
    raise UserError(f"batch_size={batch_size} can't be shared evenly by "
                    f"{made.num_replicas_in_sync} devices; give a multiple of that number.")
  return made


@functools.cache
def connect(name: str, tpu: str = LOCAL) -> tf.distribute.Strategy | None:
  """Connects with the other machines or the TPUs, once; call before any work of TensorFlow's.

  Waits until all workers are there.

  Args:
    name, tpu: see `strategy`.

  Returns:
    The strategy, or None for those that need nothing but this machine.

  Raises:
    UserError: TF_CONFIG is wrong, an address can't be used, or there is no such TPU.
  """
  if name == TPU:
    return _tpus(tpu)
  if name != MULTI_WORKER:
    return None
  here = cluster.given_task()
  try:
    made = Workers()
  except (tf.errors.OpError, RuntimeError, ValueError) as error:
    raise UserError(f"The workers that {cluster.VARIABLE} names can't be connected "
                    f"({_first_line(error)}); see that each address is reached from every machine "
                    "and its port is free.") from error
  cluster.join(here)
  return made


def _on_this_machine(name: str) -> tf.distribute.Strategy:
  gpus = tf.config.list_logical_devices("GPU")
  if name == ONE_DEVICE:
    return tf.distribute.OneDeviceStrategy("/gpu:0" if gpus else "/cpu:0")
  return tf.distribute.MirroredStrategy(None if gpus else ["/cpu:0"])


def _tpus(address: str) -> tf.distribute.Strategy:
  if address != LOCAL:
    raise UserError(f"--tpu={address} is a TPU of another machine, whose host can't run the Python "
                    "code that makes the zoo's batches; start training on the TPU's own machine, "
                    f"with --tpu={LOCAL}.")
  try:
    resolver = tf.distribute.cluster_resolver.TPUClusterResolver(LOCAL)
    tf.tpu.experimental.initialize_tpu_system(resolver)
    return tf.distribute.TPUStrategy(resolver)
  except (tf.errors.OpError, RuntimeError, ValueError) as error:
    raise UserError(f"--strategy=tpu finds no TPU on this machine "
                    f"({_first_line(error).split('. ')[0]}); use "
                    "another strategy, or start training on a TPU's machine.") from error


def _first_line(error: Exception) -> str:
  return str(error).strip().splitlines()[0]


def prefer_gpus(numbers: Sequence[str]) -> None:
  """Uses these GPUs only, where they are there; call before anything else of TensorFlow.

  Args:
    numbers: as CUDA counts them, from "0"; empty: all GPUs.
  """
  if not numbers:
    return
  gpus = {gpu.name.rsplit(":", 1)[-1]: gpu for gpu in tf.config.list_physical_devices("GPU")}
  chosen = [gpus[number.strip()] for number in numbers if number.strip() in gpus]
  if chosen:
    tf.config.set_visible_devices(chosen, "GPU")
  else:
    cli.say(f"There is no GPU {', '.join(numbers)} here; using "
            f"{f'all {len(gpus)} GPUs' if gpus else 'the CPU'}.")


def be_deterministic() -> None:
  """Makes equal runs equal to the bit, for the rest of this process.

  TensorFlow rewrites graphs in an order that differs from process to process, and with it what is
  added first; these rewrites are turned off. Of kernels the deterministic ones are taken.
  """
  tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
  tf.config.experimental.enable_op_determinism()


def use_mixed_precision() -> None:
  """Big products and convolutions in bfloat16; variables, norms and losses in float32."""
  tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
