"""Whether generated photos show the persons that they should, by a face recogniser."""

import os

import numpy as np
import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from evaluate import face_embedding
from evaluate.completion_inputs import Inputs
from evaluate.completion_task import Task
from evaluate.metrics import verification
from evaluate.metrics.verification import Verification

_DOMAIN = "photo"


class Verifier:
  """Tells by a face recogniser whether generated photos show the persons that they should.

  Everything is looked at here, before anything is generated.

  Args:
    name_or_dir: of the recogniser.
    task: has to make photos.
    inputs: with the truth of some; their persons, or else every picture counts as another person.
    batch_size: photos at a time.
    seed: of who is compared with whom.

  Raises:
    UserError: there is no such recogniser, or it can't be used on these pictures.
  """

  def __init__(self, name_or_dir: str | os.PathLike, task: Task, inputs: Inputs, batch_size: int,
               seed: int):
    if not task.makes_photos:
      raise UserError(f"--recogniser={name_or_dir} is given, but it recognises photos of faces, "
                      f"and this completes {task.words}; leave it away, or give "
                      "--direction=sketch_to_photo.")
    self._rows, self._batch_size = np.flatnonzero(inputs.has_truth), batch_size
    persons = inputs.persons or inputs.names
    try:
      self._pairs = verification.make_pairs([persons[row] for row in self._rows], seed=seed)
    except ValueError as error:
      raise UserError(f"--recogniser is given, but verification needs true photos of "
                      f"{verification.FEWEST_PERSONS} persons at least, and there are "
                      f"{len({persons[row] for row in self._rows})}; give more joint images, or "
                      "more photos with --truth_dir.") from error
    self.recogniser: tf.Module = face_embedding.load(name_or_dir)
    if self.recogniser.config.domain != _DOMAIN:
      cli.say(f"Note: --recogniser is a {self.recogniser.config.domain} recogniser.")
    self._truth = task.made(inputs.joint)
    self._true_features: np.ndarray | None = None

  def __call__(self, made: np.ndarray, desc: str) -> Verification:
    """Verifies the generated photos, uint8 [N, S, S, 3], by the true ones.

    The features of both are compared by their distance (L2), as the recogniser gives them.

    Raises:
      UserError: the recogniser makes no features.
    """
    if self._true_features is None:  # once for all that is compared with them
      self._true_features = self._embed(self._truth, "True photos")
    distances = verification.pair_distances(self._embed(made, desc), self._true_features,
                                            self._pairs)
    return verification.verify(distances, self._pairs.same, self._pairs.fold)

  def _embed(self, photos: np.ndarray, desc: str) -> np.ndarray:
    return face_embedding.embed_all(self.recogniser, photos[self._rows], self._batch_size,
                                    desc=desc)
