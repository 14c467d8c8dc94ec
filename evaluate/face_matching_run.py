"""Face recognition across photo and sketch by a GAN and two recognisers, on test pairs."""

import dataclasses
import datetime
import functools
import pathlib
from typing import Any

import tensorflow as tf

from data_tools import cli, files
from data_tools.errors import UserError
from evaluate import (face_data, face_embedding, face_matching_files, face_matching_scores,
                      face_matching_table, face_models, face_report_files, published_faces,
                      report_facts, result_folder, run_start)
from evaluate.face_data import JudgedFaces
from evaluate.face_matching_scores import Matching
from evaluate.steps import Steps
from evaluate.translating import CHANNELS, DIRECTIONS, Translator

KIND = "face_matching"  # what results.json gives as "report"
_OWN = "the model's own"


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/face_matching.py; see its flags."""

  model: str
  output_dir: str
  recogniser_photo: str | None = None
  recogniser_sketch: str | None = None
  data_dir: str | None = None
  data_type: str = "CUFS"
  lists_dir: str | None = None
  protocol: str = "pairs"
  batch_size: int = 8


def run(options: Options) -> dict[str, Any]:
  """Matches, writes the folder as a whole, prints the table and returns the main numbers.

  Raises:
    UserError: anything the user can mend: model, recognisers, data, output folder.
  """
  target = result_folder.check_free(options.output_dir)
  step = Steps()
  with step("Model"):
    model, content = face_models.load(options.model)
  with step("Recognisers"):
    recognisers = find_recognisers(model, options)
  with step("Test faces"):
    faces = face_data.load(model.config.geometry, options.data_dir, options.data_type,
                           options.lists_dir)
  with step("Matching"):
    result = match(model, recognisers, faces, options.protocol, options.batch_size)
  notes = face_matching_table.notes(result, faces)
  results = {**_facts(options, model, content, recognisers, faces), "notes": notes,
             **result.as_json(), "cmc": {name: one.cmc.tolist()
                                         for name, one in result.found.items()}}
  name = pathlib.Path(options.model).name or options.model
  with files.whole_folder(target) as folder:
    face_matching_files.write(folder, result, f"{name}, {result.persons} persons")
    face_report_files.write_results(folder, results | {"seconds": step.seconds})
  face_matching_table.show(f"{name} ({content['model']}) on {faces.source}", result,
                           faces.data_type, notes)
  return {"model": options.model, "data": faces.source, **result.as_json(),
          "seconds": round(sum(step.seconds.values()), 2), "output_dir": str(target)}


def find_recognisers(model: tf.keras.Model, options: Options) -> dict[str, tf.Module]:
  """The recognisers of "photo" and "sketch": those that are given, else the model's own.

  Args:
    model: the GAN.
    options: the command line.

  Raises:
    UserError: there is neither, or what is given is no recogniser.
  """
  found = {}
  for domain, given in _given(options).items():
    own = face_embedding.own_recogniser(model, domain)
    if given is None and own is None:
      raise UserError(f"{options.model} carries no {domain} recogniser; give the folder of one "
                      f"with --recogniser_{domain}.")
    found[domain] = own if given is None else face_embedding.load(given)
    if given is not None and found[domain].config.domain != domain:
      cli.say(f"Note: --recogniser_{domain} is a {found[domain].config.domain} recogniser.")
  return found


def match(model: tf.keras.Model, recognisers: dict[str, tf.Module], faces: JudgedFaces,
          protocol: str, batch_size: int) -> Matching:
  """The figures of a GAN and its recognisers, with progress on stderr.

  Args:
    model: a face model.
    recognisers: of "photo" and "sketch".
    faces: N test pairs.
    protocol: a key of `face_matching_scores.PROTOCOLS`.
    batch_size: pictures at a time; moves results by rounding only.

  Raises:
    UserError: see `matching_scores`, `Translator` and `embed_all`.
  """
  translate = {direction: functools.partial(Translator(model, direction, batch_size),
                                            desc=direction.replace("_", " "))
               for direction in DIRECTIONS}
  embed = {domain: functools.partial(face_embedding.embed_all, recognisers[domain],
                                     batch_size=batch_size, geometry=model.config.geometry,
                                     desc=f"Phi_{domain}")
           for domain in CHANNELS}
  return face_matching_scores.matching_scores(
      faces.split.photos, faces.split.sketches, faces.persons, translate["photo_to_sketch"],
      translate["sketch_to_photo"], embed["photo"], embed["sketch"], protocol)


def _given(options: Options) -> dict[str, str | None]:
  return {"photo": options.recogniser_photo, "sketch": options.recogniser_sketch}


def _facts(options: Options, model: tf.keras.Model, content: dict[str, Any],
           recognisers: dict[str, tf.Module], faces: JudgedFaces) -> dict[str, Any]:
  """What was matched with what."""
  return {
      "report": KIND,
      "made": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
      "model": {"given_as": options.model, "kind": content["model"],
                "values_sha256": run_start.model_fingerprint(model), "data": content["data"]},
      "recognisers": {domain: {"given_as": given or _OWN, "values_sha256":
                               run_start.model_fingerprint(recognisers[domain])}
                      for domain, given in _given(options).items()},
      "data": {"source": faces.source, "data_type": faces.data_type, "count": len(faces.split),
               "published_count": faces.published},
      "face_size": list(model.config.geometry.face),
      "published": {"source": published_faces.PAPER, "rank1": published_faces.RANK1,
                    "rank1_optimised": published_faces.RANK1_OPTIMISED},
      "versions": report_facts.versions()}
