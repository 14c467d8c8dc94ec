"""Small training runs of real commands, long enough to be killed twenty times."""

import dataclasses
import pathlib
from collections.abc import Callable

from data_tools import builtin_drawings, stroke_files
from tests.data_tools import joint_folders

_POINTS = 6
ROOT = pathlib.Path(__file__).parents[2]


@dataclasses.dataclass(frozen=True)
class TinyRun:
  """A run of a training command.

  Attributes:
    model: its registered name, which is that of the command, too.
    hparams: but for the length.
    length: passes over the data -> the hyperparameter that says so.
    make_data: writes what is trained on into a folder.
  """

  model: str
  hparams: str
  length: Callable[[int], str]
  make_data: Callable[[pathlib.Path], None]

  def command(self, data: pathlib.Path, log_root: pathlib.Path, passes: int,
              *more: str) -> list[str]:
    """The script and its flags."""
    return [str(ROOT / f"train/{self.model}.py"), f"--data_dir={data}",
            f"--log_root={log_root}", f"--hparams={self.hparams}, {self.length(passes)}", *more]


def _drawings(folder):
  for category in ("bee", "bus"):
    splits = {split: [_begun(drawing) for drawing in
                      builtin_drawings.draw(category, range(count), split=split)[0]]
              for split, count in (("train", 4), ("valid", 2), ("test", 2))}
    stroke_files.write_drawings(folder / f"{category}.npz", splits)


def _begun(drawing):
  """Its first points, as a drawing of its own: a short one is quickly trained on."""
  first = drawing[:_POINTS].copy()
  first[-1, 2] = 1  # the pen is lifted
  return first


def _joint(folder):
  for style in ("fdog", "xdog"):
    for seed, name in enumerate(("train/{}/a", "train/{}/b", "valid/{}/c")):
      joint_folders.save(folder / f"{name.format(style)}.png",
                         joint_folders.picture(seed + len(style), 16, 32))


RUNS = {run.model: run for run in (
  TinyRun("rpcl_pix2seq", "categories=[bee,bus], dec_model=layer_norm, dec_rnn_size=8, z_size=4, "
          "batch_size=4, num_mixture=2, use_input_dropout=1, learning_rate=0.003",
          lambda passes: f"num_steps={2 * passes}", _drawings),
  TinyRun("contextual_gan", "image_size=16, width=2, z_size=4, batch_size=2, save_every=4, "
          "iterations=3, num_init=2", lambda passes: f"num_epochs={passes}", _joint),
)}
