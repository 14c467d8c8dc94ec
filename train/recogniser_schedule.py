"""The training schedule of a face recogniser: the best checkpoint by whom it recognises."""

import math

import tensorflow as tf

from data_tools.faces import geometry as geometry_module
from evaluate.face_embedding import embed_all
from evaluate.metrics import matching, recognition
from train import cluster
from train.keep_best import KeepBest
from train.progress import RunCheckpoints
from train.recogniser_data import IdentityPictures, is_probe

FIGURE, WORST = "rank1", -math.inf
_LOSS = "loss"
_BATCH = 16


class RankOne:
  """How many pictures of held-out persons find their person.

  The gallery holds each person's first real picture; all others are probes.

  Args:
    model: a recogniser.
    pictures: of persons that it is not trained on; at least one probe.
  """

  def __init__(self, model: tf.keras.Model, pictures: IdentityPictures):
    self._model, self._pictures = model, pictures
    self._probe = is_probe(pictures)
    geometry = model.config.geometry
    self._seen = geometry_module.window(pictures.images, geometry.centre, geometry)

  def __call__(self) -> dict[str, float]:
    """Shares of probes whose nearest gallery picture is their person's, and no other as near.

    Returns:
      `rank1` of all probes; `rank1_real` and `rank1_generated` of those, where there are both.
    """
    features = embed_all(self._model, self._seen, _BATCH)
    persons, probe = self._pictures.persons, self._probe
    ranks = matching.ranks_from_similarities(
        matching.cosine_similarities(features[probe], features[~probe]),
        persons[probe], persons[~probe])
    generated = self._pictures.generated[probe]
    figures = {FIGURE: recognition.rank_k(ranks)}
    if generated.any() and not generated.all():
      figures |= {f"{FIGURE}_real": recognition.rank_k(ranks[~generated]),
                  f"{FIGURE}_generated": recognition.rank_k(ranks[generated])}
    return figures


class RecogniserSchedule(KeepBest):
  """Evaluates before the first step, so that fine-tuning never ends with less, and after epochs.

  Args:
    checkpoints: of the run.
    evaluation: of held-out persons.
    num_steps: of the whole run.
  """

  def __init__(self, checkpoints: RunCheckpoints, evaluation: RankOne, num_steps: int):
    super().__init__(checkpoints, FIGURE, _LOSS, valid=None, test=None, save_every=1,
                     num_steps=num_steps)
    self._evaluation = evaluation

  def judge_start(self) -> dict[str, float]:
    """Judges the model as it is before training.

    Returns:
      What an epoch's logs would hold.
    """
    logs = {"epoch": 0, "step": 0, _LOSS: 0.0, **self._figures(None, "valid")}
    self.judge(logs)
    del logs[_LOSS]
    return logs

  def _figures(self, batches, split):
    figures = cluster.chiefs(self._evaluation(), self._checkpoints.model.distribute_strategy)
    return {f"{split}_{name}": value for name, value in figures.items()}
