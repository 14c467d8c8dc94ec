"""The flags that every training command takes."""

from collections.abc import Collection

from absl import flags

from data_tools.errors import UserError
from train import devices
from train.run_start import Options


_DRAWINGS = ("Folder with CATEGORY.npz files in the sketch-rnn format (and CATEGORY_png.npz), or "
             "of shards (docs/shards.md). Not given: the built-in drawings.")


def define(model: str, presets: Collection[str], compiled: str, data_dir: str | None = _DRAWINGS,
           preset: str = "full") -> None:
  """Defines them; call once, before the command line is read.

  Args:
    model: its name, for the default run folder.
    presets: names to choose from.
    compiled: what --jit_compile compiles.
    data_dir: what --data_dir is; None: there is no such flag.
    preset: the default one.
  """
  if data_dir is not None:
    flags.DEFINE_string("data_dir", None, data_dir)
  flags.DEFINE_string("log_root", f"runs/{model}", "Folder of the run: checkpoints, logs.")
  flags.DEFINE_boolean("resume_training", False, "Go on with the run in --log_root.")
  flags.DEFINE_enum("preset", preset, sorted(presets), "Hyperparameters to start from.")
  flags.DEFINE_string("hparams", "", "Hyperparameters to change, such as "
                      "\"categories=[bee,bus], batch_size=64\".")
  flags.DEFINE_integer("seed", 0, "Of start values, data order, noise and dropout.", lower_bound=0)
  flags.DEFINE_boolean("jit_compile", False, f"Compile {compiled} with XLA.")
  flags.DEFINE_boolean("mixed_precision", False, "bfloat16 products and convolutions.")
  flags.DEFINE_boolean("deterministic", False, "Equal runs for equal seeds, to the bit on the same "
                       "machine; TensorFlow then leaves graphs as they are.")
  flags.DEFINE_boolean("dry_run", False, "Print the resolved hyperparameters as JSON and stop.")
  flags.DEFINE_enum("strategy", devices.MIRRORED, devices.STRATEGIES, "Where training runs: on all "
                    "GPUs of this machine (or its CPU), on those of all machines that TF_CONFIG "
                    "names, on one device, or on TPUs; see docs/several_machines.md.")
  flags.DEFINE_string("tpu", devices.LOCAL, "With --strategy=tpu: where; \"local\" on a TPU's own "
                      "machine.")


def options() -> Options:
  """What the command line gave.

  Raises:
    UserError: stages are to be trained in turns under another strategy than the default.
  """
  given = flags.FLAGS
  if "rounds" in given and given.stage == "all" and given.strategy != devices.MIRRORED:
    raise UserError(f"--strategy={given.strategy} can't be used with --stage=all, which trains its "
                    f"stages with --strategy={devices.MIRRORED}; train one --stage at a time.")
  data_dir = given.data_dir if "data_dir" in given else None
  return Options(preset=given.preset, hparams=given.hparams, data_dir=data_dir,
                 log_root=given.log_root, resume=given.resume_training, seed=given.seed,
                 jit_compile=given.jit_compile, mixed_precision=given.mixed_precision,
                 deterministic=given.deterministic, dry_run=given.dry_run,
                 strategy=given.strategy, tpu=given.tpu)
