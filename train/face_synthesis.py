"""What a face model makes of all training pairs, as files."""

import os
import pathlib

from data_tools import cli, files
from data_tools.faces import face_dataset, face_source
from evaluate import face_models
from evaluate.result_folder import save
from evaluate.translating import DIRECTIONS, Translator


def synthesise(model_dir: str | os.PathLike, target: pathlib.Path,
               data_dir: str | os.PathLike | None, data_type: str,
               lists_dir: str | os.PathLike | None) -> None:
  """Writes TARGET/photo and TARGET/sketch, a PNG under every pair's name; whole, or not at all.

  Also of the pairs that are held out, by whom the recognisers' best checkpoints are chosen.

  Args:
    model_dir: folder of the face model.
    target: folder to make or replace.
    data_dir, data_type, lists_dir: see `face_source.find`.

  Raises:
    UserError: model or faces can't be read, or the folder can't be written.
  """
  model, _ = face_models.load(model_dir)
  find = lambda split: face_source.find(split, data_dir, data_type, lists_dir)
  found = find("train")
  pairs = [*found.pairs, *(find("valid").pairs if found.is_builtin else ())]
  faces = face_dataset.load(pairs, model.config.geometry, "Faces to translate")
  given = {"photo": faces.photos, "sketch": faces.sketches}
  with files.whole_folder(target) as folder:
    for direction, (source, kind) in DIRECTIONS.items():
      (folder / kind).mkdir()
      made = Translator(model, direction)(given[source], f"Making {kind} pictures")
      for name, picture in cli.progress(zip(faces.names, made), total=len(made),
                                        desc=f"Writing {kind}", unit="picture"):
        save(folder / kind / f"{name}.png", picture)
