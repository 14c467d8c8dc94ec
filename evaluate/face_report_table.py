"""The table of a face report, and what has to be said about its figures."""

from collections.abc import Sequence

from data_tools.faces.face_source import BUILTIN
from data_tools.faces.geometry import Geometry
from evaluate import metric_report, published_faces
from evaluate.face_data import JudgedFaces
from evaluate.face_scores import HIGHER_IS_BETTER, Outcome

_ORIGINAL = Geometry()


def show(title: str, outcomes: dict[str, dict[str, Outcome]], notes: Sequence[str]) -> None:
  """Prints all figures beside the published ones, and the notes, to stdout.

  Args:
    title: of which model, on which data.
    outcomes: direction -> metric -> outcome.
    notes: sentences.
  """
  reasons = list(dict.fromkeys(outcome.remark for by_metric in outcomes.values()
                               for outcome in by_metric.values() if outcome.is_missing))
  print(title)
  metric_report.show_table(
      ["direction", "figure", "value", "better",
       *(f"{published_faces.SOURCE} {name}" for name in published_faces.SETS), "how"],
      [row for direction, by_metric in outcomes.items() for outcome in by_metric.values()
       for row in _rows(direction, outcome, reasons)])
  print()
  for number, reason in enumerate(reasons, start=1):
    print(f"{_none(number)} {reason}")
  for note in notes:
    print(f"- {note}")
  print(flush=True)


def _rows(direction: str, outcome: Outcome, reasons: Sequence[str]) -> list[list[str]]:
  how = _none(reasons.index(outcome.remark) + 1) if outcome.is_missing else outcome.remark
  return [[direction.replace("_", " "), figure, _text(value, "none"),
           "higher" if HIGHER_IS_BETTER[figure] else "lower",
           *(_text(published_faces.figure(direction, figure, name), "")
             for name in published_faces.SETS), how]
          for figure, value in outcome.figures.items()]


def _none(number: int) -> str:
  return f"not computed [{number}]"


def _text(value: float | None, otherwise: str) -> str:
  return otherwise if value is None else f"{value:.4f}"


def notes(faces: JudgedFaces, geometry: Geometry) -> list[str]:
  """Sentences about what the figures can be compared with.

  Args:
    faces: that they are of.
    geometry: the model's sizes.
  """
  found = [
      f"Columns {published_faces.SOURCE}: published figures of {published_faces.PAPER}, of all "
      "test pairs (338 of CUFS, 944 of CUFSF); the variant of SSIM and FSIM is not known. None is "
      "known to us of SC-Lmser, nor any FID, KID, NLDA or LPIPS, so those are blank.",
      "Both sides are JPEG files of quality 75, as in the original's evaluation."]
  if faces.data_type == BUILTIN:
    found.append("These faces are of invented people: figures on them can't be compared with "
                 "published ones.")
  elif len(faces.split) != faces.published:
    found.append(f"There are {len(faces.split)} test pairs where published results on "
                 f"{faces.data_type} have {faces.published}, so they can't be compared.")
  elif faces.data_type not in published_faces.SETS:
    found.append(f"The published figures are of the whole of CUFS or CUFSF, not of "
                 f"{faces.data_type}.")
  if faces.data_type != BUILTIN:
    found.append("A checkpoint that was chosen by its FID on the test split, as the original's is, "
                 "has an optimistic FID.")
  if geometry.face != _ORIGINAL.face:
    height, width = geometry.face
    found.append(f"The model makes faces of {width} x {height} pixels, the published ones are of "
                 f"{_ORIGINAL.face[1]} x {_ORIGINAL.face[0]}: every figure depends on the size.")
  return found
