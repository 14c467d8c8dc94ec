"""Tables of image metrics."""

import numpy as np
import pytest

from data_tools.errors import UserError
from evaluate import metric_report
from evaluate.metric_report import Scores


def test_tables_are_aligned(capsys):
  metric_report.show_table(["name", "value", "n"], [["a", 0.5, 10], ["longer", -12.25, 9]])
  assert capsys.readouterr().out == ("name         value   n\n"
                                     "a         0.500000  10\n"
                                     "longer  -12.250000   9\n")


def test_worst_and_best(capsys):
  scores = Scores(list("abcdefg"), {"m": np.array([3.0, 1, 2, 7, 5, 6, 4])})
  assert [scores.names[place] for place in metric_report.worst_first(scores)] == list("bcagefd")
  metric_report.show_scores(scores)
  lines = capsys.readouterr().out.splitlines()
  assert [line.split()[:2] for line in lines[1:7]] == [
      ["worst", "b"], ["worst", "c"], ["worst", "a"], ["best", "d"], ["best", "f"], ["best", "e"]]
  assert lines[-1].split() == ["m", "4.000000", "2.000000", "1.000000", "7.000000", "7"]
  distance = Scores(scores.names, scores.values, higher_is_better=False)
  assert metric_report.worst_first(distance)[0] == 3
  assert scores.means() == {"m": 4.0}


def test_values_that_are_not_finite():
  good = Scores(["a"], {"m": np.ones(1)})
  metric_report.check_finite(good, "never")
  bad = Scores(["a", "b"], {"m": np.ones(2), "n": np.array([1, np.inf])})
  with pytest.raises(UserError, match="^b is bad$"):
    metric_report.check_finite(bad, "{name} is bad")


def test_csv(tmp_path):
  names = ["a", "b,c"]
  metric_report.save_csv(tmp_path / "x" / "s.csv", Scores(names, {"m": np.array([0.1, 1 / 3])}))
  assert (tmp_path / "x/s.csv").read_text().splitlines() == [
      "image,m", "a,0.1", f'"b,c",{1 / 3!r}']
