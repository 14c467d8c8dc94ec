"""Which components count as live, and how the table reads."""

import numpy as np

from evaluate.component_table import as_text, component_rows

WEIGHTS = np.array([0.5, 0.024, 0.446, 0.03])  # the bound is 0.1 / 4 = 0.025
WINNERS = np.array([0, 0, 0, 2, 2, 1, 2])
LABELS = np.array([0, 0, 1, 1, 1, 0, 1])


def test_live_needs_weight_and_drawings():
  rows = component_rows(WEIGHTS, WINNERS, LABELS, ["bee", "bus"])
  assert [row.live for row in rows] == [True, False, True, False]
  assert [row.drawings for row in rows] == [3, 1, 3, 0]
  assert rows[0].category == "bee" and rows[0].category_share == 2 / 3
  assert rows[3].category == "" and rows[3].style == ""


def test_table_reads():
  styles = np.array([0, 1, 2, 2, 2, 0, 3])
  rows = component_rows(WEIGHTS, WINNERS, LABELS, ["bee", "bus"], styles,
                        ["bee/a", "bee/b", "bus/a", "bus/b"])
  lines = as_text(rows).split("\n")
  assert len(lines) == 5 and "dominant style" in lines[0]
  assert lines[3].split() == ["2", "0.4460", "3", "bus", "100", "%", "bus/a", "67", "%", "live"]
  assert lines[4].split() == ["3", "0.0300", "0", "-", "-", "dead"]
  assert "style" not in as_text(component_rows(WEIGHTS, WINNERS, LABELS, ["bee", "bus"]))
