"""The table of face matching, and what has to be said about its figures."""

from collections.abc import Sequence

from data_tools.faces.face_source import BUILTIN
from evaluate import metric_report, published_faces
from evaluate.face_data import JudgedFaces
from evaluate.face_matching_scores import FALSE_ACCEPTS, PROTOCOLS, WORDS, Matching


def show(title: str, result: Matching, data_type: str, notes: Sequence[str]) -> None:
  """Prints all figures, beside the published ones of the data set, and the notes, to stdout.

  Args:
    title: of which model, on which faces.
    result: the figures.
    data_type: of the faces, see `JudgedFaces`.
    notes: sentences.
  """
  figures = {name: one.figures() for name, one in result.found.items()}
  published = [data_type] if data_type in published_faces.SETS else []
  columns = list(next(iter(figures.values())))
  print(title)
  metric_report.show_table(
      ["matching", *map(_heading, columns),
       *(f"{published_faces.SOURCE} {name}, rank 1" for name in published)],
      [[WORDS[name], *(f"{values[column]:.4f}" for column in columns),
        *(_text(published_faces.rank1(name, face_set)) for face_set in published)]
       for name, values in figures.items()])
  print()
  for note in notes:
    print(f"- {note}")
  print(flush=True)


def notes(result: Matching, faces: JudgedFaces) -> list[str]:
  """Sentences about what the figures are and what they can be compared with.

  Args:
    result: the figures.
    faces: that they are of.
  """
  found = [f"{result.probes} probes, a gallery of {result.gallery} photos of {result.persons} "
           f"persons: {PROTOCOLS[result.protocol]}. Rank 1 by chance: {1 / result.persons:.4f}.",
           "A person who is exactly as similar as the right one stands before it."]
  impostors = next(iter(result.found.values())).roc.impostors
  if 1 / impostors > min(FALSE_ACCEPTS):
    found.append(f"{impostors} pairs are of different persons, so a FAR below {1 / impostors:.2%} "
                 "means no false accept at all.")
  return found + _compared(faces)


def _compared(faces: JudgedFaces) -> list[str]:
  if faces.data_type == BUILTIN:
    return ["These faces are of invented people: figures on them can't be compared with published "
            "ones."]
  if faces.data_type not in published_faces.SETS:
    return [f"The published figures are of the whole of CUFS or CUFSF, not of {faces.data_type}."]
  found = [f"Column {published_faces.SOURCE}: {published_faces.PAPER}, before its mutual "
           f"optimisation; after it {published_faces.RANK1_OPTIMISED[faces.data_type]:.4f}, "
           "whether of the fusion is not known to us. Its recognisers are VGGFace, fine-tuned."]
  if len(faces.split) != faces.published:
    found.append(f"There are {len(faces.split)} test pairs where published results on "
                 f"{faces.data_type} have {faces.published}, so they can't be compared.")
  return found


def _heading(figure: str) -> str:
  """rank1 -> rank 1, tar_at_far_0.01 -> TAR at FAR 1%."""
  if figure.startswith("rank"):
    return f"rank {figure.removeprefix('rank')}"
  if figure.startswith("tar_at_far_"):
    return f"TAR at FAR {float(figure.removeprefix('tar_at_far_')):.3g}"
  return figure.upper()


def _text(value: float | None) -> str:
  return "" if value is None else f"{value:.4f}"
