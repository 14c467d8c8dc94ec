"""What became of each component of the latent mixture.

A component is live if its weight is above a tenth of the even share 1 / K and it wins at least one
of the drawings. Every component starts at 1 / K. One that wins no codes loses a fixed share of its
weight at each update (5 % by default), so it passes below that bound within some fifty updates and
never comes back; one that is needed stays far above it. The bound thus lies in a wide gap, and its
exact place does not matter. The second condition drops components that keep weight through soft
shares of codes which another one wins.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

BOUND = 0.1  # of the even share 1 / K


@dataclasses.dataclass(frozen=True)
class ComponentRow:
  """One component.

  Attributes:
    component: its number.
    weight: in the mixture.
    drawings: how many it wins.
    category: name of the most frequent category among those, "" if there are none.
    category_share: that category's share of the drawings it wins.
    style: likewise of styles, "" where none are known.
    style_share: likewise.
    live: see above.
  """

  component: int
  weight: float
  drawings: int
  category: str
  category_share: float
  style: str
  style_share: float
  live: bool


def component_rows(weights: np.ndarray, winners: np.ndarray, labels: np.ndarray,
                   categories: Sequence[str], styles: np.ndarray | None = None,
                   style_names: Sequence[str] = ()) -> list[ComponentRow]:
  """A row for each of the K components.

  Args:
    weights: [K].
    winners: int [N], the component that each drawing's code belongs to.
    labels: int [N], position in `categories`.
    categories: names.
    styles: int [N], position in `style_names`, or None.
    style_names: names.
  """
  rows = []
  for component, weight in enumerate(np.asarray(weights).tolist()):
    own = np.flatnonzero(winners == component)
    category, category_share = _dominant(labels[own], categories)
    style, style_share = _dominant(styles[own] if styles is not None else own[:0], style_names)
    rows.append(ComponentRow(component, weight, len(own), category, category_share, style,
                             style_share, weight > BOUND / len(weights) and len(own) > 0))
  return rows


def as_text(rows: Sequence[ComponentRow]) -> str:
  """The rows as a table to read."""
  with_styles = any(row.style for row in rows)
  head = ["component", "weight", "drawings", "dominant category"]
  table = [head + (["dominant style"] if with_styles else []) + [""]]
  for row in rows:
    cells = [str(row.component), f"{row.weight:.4f}", str(row.drawings),
             _share(row.category, row.category_share)]
    if with_styles:
      cells.append(_share(row.style, row.style_share))
    table.append(cells + ["live" if row.live else "dead"])
  widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
  align = lambda column, cell: (cell.rjust if column < 3 else cell.ljust)(widths[column])
  return "\n".join("  ".join(align(*pair) for pair in enumerate(line)).rstrip() for line in table)


def _dominant(places: np.ndarray, names: Sequence[str]) -> tuple[str, float]:
  if not len(places):
    return "", 0.0
  counts = np.bincount(places, minlength=len(names))
  return str(names[counts.argmax()]), float(counts.max() / len(places))


def _share(name: str, share: float) -> str:
  return f"{name} {100 * share:.0f} %" if name else "-"
