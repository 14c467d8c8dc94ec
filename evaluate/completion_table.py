"""The table of completed joint images, and what has to be said about its figures."""

from collections.abc import Sequence

from evaluate import metric_report
from evaluate.completion_inputs import BUILTIN, Inputs
from evaluate.completion_scores import HIGHER_IS_BETTER, PSNR, SSIM, Scores
from evaluate.completion_task import Task

SOURCE = "reproduction"
PAPER = "a public TensorFlow reproduction of Contextual GAN, on 1000 test images of CelebA"
_FIGURES = {SSIM: 0.6048, PSNR: 14.75}  # of photos


def show(title: str, task: Task, final: Scores, start: Scores, notes_: Sequence[str]) -> None:
  """Prints all figures, beside the published ones of the task, and the notes, to stdout.

  Args:
    title: of which model, on which data.
    task: what was known.
    final: figures of the search's end.
    start: of the best of the first draws.
    notes_: sentences.
  """
  text = lambda value: "none" if value is None else f"{value:.4f}"
  first, others = start.means(), published(task)
  other = lambda figure: [text(others[figure]) if figure in others else ""] if others else []
  print(title)
  metric_report.show_table(
      ["figure", "final", "start", "better", *([SOURCE] if others else [])],
      [[figure, text(value), text(first[figure]),
        "higher" if HIGHER_IS_BETTER[figure] else "lower", *other(figure)]
       for figure, value in final.means().items()])
  print()
  for note in notes_:
    print(f"- {note}")
  print(flush=True)


def published(task: Task) -> dict[str, float]:
  """Published figures of a task; none but of photos are known."""
  return dict(_FIGURES) if task.makes_photos else {}


def notes(task: Task, inputs: Inputs, final: Scores) -> list[str]:
  """Sentences about what the figures are and what they can be compared with.

  Args:
    task: what was known.
    inputs: the pictures.
    final: their figures.
  """
  found = ["final: the latent vector of the lowest loss; start: the best of the first draws."]
  if inputs.has_truth.any():
    found += _of_truth(task, inputs, final)
  else:
    found.append("No truth is given, so there is no SSIM and no PSNR.")
  if published(task):
    found.append(f"Column {SOURCE}: {PAPER}. That is another data set, and the variant of its SSIM "
                 "is not known, so it can't be compared with these figures directly.")
  if inputs.words.startswith(BUILTIN):
    found.append("These faces are of invented people: figures on them can't be compared with "
                 "published ones.")
  return found


def _of_truth(task: Task, inputs: Inputs, final: Scores) -> list[str]:
  compared = "the generated half" if task.direction else "the generated joint image"
  kind = "in RGB" if task.makes_photos or not task.direction else "gray"
  found = [f"SSIM and PSNR compare {compared} with the truth, {kind}, as means over the pictures "
           f"that have one ({int(inputs.has_truth.sum())}): SSIM with a Gaussian window, PSNR in "
           "decibel with a peak of 255."]
  equal = sum(value is None for value, true in zip(final.values[PSNR], inputs.has_truth) if true)
  if equal:
    found.append(f"Equal to their truth, so without a PSNR and left out of its mean: {equal}.")
  about = final.verification
  if about:
    who = "another person" if inputs.persons else "another picture (persons are not known)"
    found.append(f"Verification: {about.pairs // 2} pairs of a generated photo and its true one, "
                 f"and as many with that of {who}; distance of features, {about.folds} folds, "
                 "0.5 by chance.")
  return found
