"""The faces of a training run: what is trained on, and what chooses the best checkpoint."""

import dataclasses
from typing import Any

from data_tools import cli
from data_tools.faces import face_dataset, face_pipeline, face_source, pairs
from data_tools.faces.face_dataset import FaceSplit
from data_tools.faces.face_source import FaceSource
from data_tools.faces.pairs import FacePair


@dataclasses.dataclass(frozen=True)
class RunFaces:
  """Pictures in memory.

  Attributes:
    train: what is trained on.
    chosen_on: what the best checkpoint is chosen on.
    selected_on: "held_out" or "test": what `chosen_on` is.
    data_type: see `FaceSource`.
  """

  train: FaceSplit
  chosen_on: FaceSplit
  selected_on: str
  data_type: str

  def info(self) -> dict[str, Any]:
    """What a user of the trained weights has to know of their data, for config.json."""
    return {"data_type": self.data_type, "selected_on": self.selected_on,
            "pairs": {"train": len(self.train), self.selected_on: len(self.chosen_on)}}


def load(config: Any, data_dir: str | None, lists_dir: str | None = None) -> RunFaces:
  """Reads the faces that a config names.

  Held out are whole persons: of built-in faces the split "valid", of others a share of each set.

  Args:
    config: hyperparameters: data_type, held_out_share, select_on_test, batch_size, geometry.
    data_dir: see `face_source.find`.
    lists_dir: likewise.

  Raises:
    UserError: there are no such faces, too few to hold any out or to fill a batch, or a picture
      can't be used.
  """
  found = face_source.find("train", data_dir, config.data_type, lists_dir)
  of = lambda split: list(face_source.find(split, data_dir, config.data_type, lists_dir).pairs)
  if config.select_on_test:
    trained = list(found.pairs) + (of("valid") if found.is_builtin else [])
    chosen, selected_on = of("test"), "test"
    cli.say(f"The best checkpoint is chosen on the {len(chosen)} TEST pairs, as the original does: "
            "figures on them are not those of unseen faces.")
  else:
    trained, chosen = ((list(found.pairs), of("valid")) if found.is_builtin
                       else _held_out(found, config.held_out_share))
    selected_on = "held_out"
    cli.say(f"The best checkpoint is chosen on {len(chosen)} training pairs that are held out; "
            f"{len(trained)} are trained on.")
  faces = RunFaces(face_dataset.load(trained, config.geometry, "Training faces"),
                   face_dataset.load(chosen, config.geometry, "Faces to choose by"), selected_on,
                   found.data_type)
  face_pipeline.steps_per_epoch(faces.train, config.batch_size)  # refuses less than a batch, early
  return faces


def _held_out(found: FaceSource, share: float) -> tuple[list[FacePair], list[FacePair]]:
  persons = dict(zip(found.pairs, found.persons))
  return pairs.hold_out(found.pairs, share, group=persons.get)
