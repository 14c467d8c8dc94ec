"""The numbers of a report; those that need a network of their own say why when it is not there."""

import pathlib
from typing import Any

import numpy as np

from data_tools.errors import UserError
from evaluate import report_distances, retrieval_run
from evaluate.inception_features import PYTORCH_FID, FeatureExtractor
from evaluate.metrics.retrieval import KS, own_ranks, rank, retrieval_scores
from evaluate.retrieval_run import Found
from evaluate.run_start import RunOptions, Subject
from pretrained import inception_weights

_INCEPTION_BATCH = 50  # images of 299 pixels at a time


def search(options: RunOptions, subject: Subject, samples: pathlib.Path, partial: bool) -> Found:
  """Ranks the drawings by their distance to each sketch of a folder.

  Args:
    options: of the report.
    subject: the model and the drawings.
    samples: folder of the sketches.
    partial: not every drawing has a sketch.
  """
  return retrieval_run.find(retrieval_run.Options(
      options.model, str(samples), options.data_dir, options.split, partial=partial,
      how=options.how), subject)


def retrieval(found: Found) -> tuple[dict[str, Any], np.ndarray]:
  """Ret@k of sketches, of the drawings themselves and by chance.

  Returns:
    JSON values, and the place of each sketch's own drawing in its ranking, int64 [n] from 1.
  """
  drawings = len(found.real)
  itself = retrieval_scores(rank(found.real, found.real, max(KS)), np.arange(drawings))
  places = own_ranks(found.generated, found.real, found.own)
  return {"sketches": retrieval_run.scores(found),
          "real_drawings": {f"ret_at_{k}": round(score, 6) for k, score in itself.items()},
          "chance": {f"ret_at_{k}": round(min(k / drawings, 1.0), 6) for k in KS},
          "count": len(found.generated), "drawings": drawings,
          "median_place": float(np.median(places))}, places


def by_category(found: Found, labels: np.ndarray, categories: tuple[str, ...],
                recognition: dict[str, Any]) -> list[dict[str, Any]]:
  """The scores of each category; None where it has no sketches.

  Args:
    found: of retrieval.
    labels: int [m], categories of the drawings.
    categories: their names.
    recognition: of `report_recognition.judge`.
  """
  own_label = labels[found.own]
  rows = []
  for label, name in enumerate(categories):
    chosen = np.flatnonzero(own_label == label)
    scores = (retrieval_scores(found.ranks[chosen], found.own[chosen]) if len(chosen)
              else dict.fromkeys(KS))
    rows.append({"name": name, "sketches": len(chosen),
                 **{f"ret_at_{k}": score if score is None else round(score, 6)
                    for k, score in scores.items()},
                 **(recognition["by_category"][label] if recognition["by_category"] else
                    {"rank1": None, "real_rank1": None})})
  return rows


def inception_distances(options: RunOptions, subject: Subject, found: Found,
                        weights: str | None) -> dict[str, dict[str, Any]]:
  """FID and KID of the sketches, or why they can't be had.

  Args:
    options: of the report.
    subject: the drawings.
    found: holds the sketches.
    weights: path of the network's weights; None takes those of the cache, or fetches them.

  Returns:
    JSON values under "fid" and "kid".

  Raises:
    UserError: weights that were given can't be used.
  """
  try:
    file = inception_weights.find(weights)
    extractor = FeatureExtractor(inception_weights.load_file(file), PYTORCH_FID,
                                 min(options.how.batch_size, _INCEPTION_BATCH))
  except UserError as error:
    if weights is not None:
      raise
    return {name: report_distances.empty(name, str(error)) for name in ("fid", "kid")}
  features = (extractor.of_images(subject.split.images, "Drawings"),
              extractor.of_images(found.images, "Sketches"), found.own, options.seed)
  width = found.images.shape[1]
  about = {"mode": PYTORCH_FID, "weights": file.identity,
           "pictures": f"{width} x {width} pixels, gray, not stored as files"}
  return {"fid": report_distances.compare("fid", *features) | about,
          "kid": report_distances.compare("kid", *features, report_distances.kernel) | about}
