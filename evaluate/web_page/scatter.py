"""Points on a plane as SVG in the page, coloured by what they belong to."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from evaluate.pictures import palette
from evaluate.pictures.scatter import Ellipse
from evaluate.web_page.markup import Markup, tag

_SIDE, _MARGIN = 320.0, 14.0
_DEVIATIONS = 2.0  # of the ellipses
_NAMED = 12  # groups with a colour of their own
_OTHERS = "#999999"


@dataclasses.dataclass(frozen=True)
class Frame:
  """The part of the plane that is seen; the same one for plots that stand side by side.

  Attributes:
    middle: [2].
    scale: pixels per unit.
  """

  middle: np.ndarray
  scale: float

  def __call__(self, points: np.ndarray) -> np.ndarray:
    """Places in the picture, y downward: [..., 2] -> float64 [..., 2]."""
    return (np.asarray(points) - self.middle) * [self.scale, -self.scale] + _SIDE / 2


def frame_of(points: np.ndarray, ellipses: Sequence[Ellipse] = ()) -> Frame:
  """What shows all points [N, 2] and all ellipses, both axes on one scale."""
  reach = [_DEVIATIONS * np.sqrt(np.maximum(np.diag(one.covariance), 0)) for one in ellipses]
  seen = np.concatenate([points] + [np.stack([one.centre - far, one.centre + far])
                                    for one, far in zip(ellipses, reach)])
  low, high = seen.min(axis=0), seen.max(axis=0)
  extent = max(float((high - low).max()), 1e-12)
  return Frame((low + high) / 2, (_SIDE - 2 * _MARGIN) / extent)


def scatter(title: str, points: np.ndarray, groups: np.ndarray, names: Mapping[int, str],
            frame: Frame, alt: str, ellipses: Sequence[Ellipse] = ()) -> Markup:
  """One plot with its legend.

  Args:
    title: above it.
    points: [N, 2].
    groups: int [N]; the most frequent twelve get a colour, the others are grey.
    names: group -> what the legend says.
    frame: what is seen.
    alt: what it shows, for those who can't see it.
    ellipses: drawn over the points, at two standard deviations.
  """
  present, counts = np.unique(groups, return_counts=True)
  order = present[np.argsort(-counts, kind="stable")]
  named = sorted(order[:_NAMED].tolist())
  colours = {group: palette.colour(place) for place, group in enumerate(named)}
  layers = [_dots(frame(points[~np.isin(groups, named)]), _OTHERS)]
  layers += [_dots(frame(points[groups == group]), colours[group]) for group in named]
  picture = tag("svg", tag("rect", width=f"{_SIDE:g}", height=f"{_SIDE:g}", class_="ground"),
                layers, [_ellipse(one, frame) for one in ellipses],
                viewBox=f"0 0 {_SIDE:g} {_SIDE:g}", role="img", aria_label=alt, class_="scatter")
  entries = [(names[group], colours[group]) for group in named]
  if len(order) > _NAMED:
    entries.append((f"{len(order) - _NAMED} others", _OTHERS))
  legend = tag("ul", [tag("li", tag("svg", tag("circle", cx=5, cy=5, r=5, fill=colour),
                                    viewBox="0 0 10 10", class_="spot", aria_hidden="true"), name)
                      for name, colour in entries], class_="legend")
  return tag("figure", tag("figcaption", title), picture, legend, class_="plot")


def _dots(places: np.ndarray, colour: str) -> Markup | None:
  """All points of a group as one path: lines of no length, whose round ends are the dots."""
  if not len(places):
    return None
  return tag("path", d="".join(f"M{x:.1f},{y:.1f}h0" for x, y in places.tolist()), stroke=colour,
             class_="dots")


def _ellipse(ellipse: Ellipse, frame: Frame) -> Markup:
  values, vectors = np.linalg.eigh(ellipse.covariance)
  x, y = frame(ellipse.centre)
  wide, high = _DEVIATIONS * frame.scale * np.sqrt(np.maximum(values, 0))
  angle = -np.degrees(np.arctan2(vectors[1, 0], vectors[0, 0]))  # y points downward
  return tag("g", tag("ellipse", rx=f"{wide:.1f}", ry=f"{high:.1f}",
                      transform=f"rotate({angle:.1f})", class_="contour"),
             tag("circle", r=9, class_="badge"),
             tag("text", ellipse.label, y=4, text_anchor="middle"),
             transform=f"translate({x:.1f} {y:.1f})")
