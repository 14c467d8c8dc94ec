"""The map of a model's codes for the page of a report."""

from collections.abc import Sequence

import numpy as np

from evaluate import latent_run
from evaluate.latent_run import View
from evaluate.projection import principal_plane
from evaluate.run_start import Subject
from evaluate.web_page.markup import Markup
from evaluate.web_page.scatter import frame_of, scatter

_MOST = 2500  # points shown
_ELLIPSES = 24


def plots(view: View, subject: Subject) -> Sequence[Markup]:
  """The codes on their principal plane by component, by category and, where known, by style.

  Args:
    view: of the drawings.
    subject: the drawings.

  Returns:
    Two or three plots on one scale; none if there is only one drawing.
  """
  split, dataset = subject.split, subject.dataset
  if len(split) < 2:
    return []
  plane = principal_plane(view.codes.mean)
  shown = np.random.default_rng(0).permutation(len(split))[:_MOST]
  points = plane(view.codes.mean[shown])
  contours = sorted(latent_run.ellipses(plane, view),
                    key=lambda one: -view.rows[one.group].weight)[:_ELLIPSES]
  frame = frame_of(points, contours)
  components = {row.component: f"{row.component} ({row.drawings:,})" for row in view.rows}
  alt = f"{len(shown)} codes on their two principal axes, coloured by"
  made = [scatter("By component (drawings won)", points, view.codes.component[shown], components,
                  frame, f"{alt} component.", contours),
          scatter("By category", points, split.labels[shown], dict(enumerate(dataset.categories)),
                  frame, f"{alt} category.")]
  if split.styles is not None:
    made.append(scatter("By style", points, split.styles[shown],
                        dict(enumerate(dataset.style_names)), frame, f"{alt} style."))
  return made
