"""The flags that the training commands of face models take besides those of every model."""

import os
from collections.abc import Iterable

from absl import flags

from data_tools.errors import UserError
from data_tools.faces import pairs
from train import run_flags
from train.face_options import FaceOptions

DATA_DIR = ("Folder that holds the sets' folders, such as CUHK/Training Photos. Not given, and no "
            "lists: the built-in faces.")
_LOAD, _CREATE = "load", "create"


def define() -> None:
  """Defines them; call once, before the command line is read."""
  flags.DEFINE_string("snapshot_root", None, "Where the run folder with the checkpoints is made, "
                      "if not in --log_root.")
  flags.DEFINE_string("sub_node", "", "Name of the run: a folder below --log_root (and "
                      "--snapshot_root).")
  flags.DEFINE_string("lists_dir", None, "Folder with the original's lists of pairs, such as "
                      "CUFS_train_photo_paths.txt. Not given: photos and sketches of equal names.")
  flags.DEFINE_enum("data_load_mode", _LOAD, [_LOAD, _CREATE], "create: write the lists in "
                    "--lists_dir anew from --data_dir first.")
  flags.DEFINE_string("init_from", None, "A model folder with its optimisers, such as a converted "
                      "checkpoint of the original's, to go on from with its hyperparameters.")
  flags.DEFINE_string("inception_weights", None, "File of the weights of FID's network. Not given: "
                      "those of the cache folder, or they are fetched.")
  flags.DEFINE_list("gpu", [], "Numbers of the GPUs to use, a hint: without them, all or the CPU.")


def options(hyperparameters: str) -> FaceOptions:
  """What the command line gave; writes the lists of pairs if that is asked for.

  Args:
    hyperparameters: text of those that had a flag of their own.

  Raises:
    UserError: the lists can't be written.
  """
  given = flags.FLAGS
  _create_lists(given.data_load_mode, given.lists_dir, given.data_dir, given.data_type)
  common = run_flags.options()
  folder = lambda root: os.path.normpath(os.path.join(root, given.sub_node))
  run_folder = folder(given.snapshot_root or given.log_root)
  values = {**vars(common), "log_root": run_folder,
            "hparams": _joined([common.hparams, hyperparameters]), "init_from": given.init_from}
  return FaceOptions(**values, lists_dir=given.lists_dir, report_root=folder(given.log_root),
                     inception_weights=given.inception_weights)


def _joined(texts: Iterable[str]) -> str:
  return ", ".join(text for text in texts if text.strip())


def _create_lists(mode, lists_dir, data_dir, data_type):
  if mode == _LOAD:
    return
  if lists_dir is None or data_dir is None:
    raise UserError("--data_load_mode=create writes lists of pairs, but --lists_dir (where to) or "
                    "--data_dir (of what) is not given; give both.")
  pairs.write_lists(lists_dir, data_dir, data_type or "CUFS")
