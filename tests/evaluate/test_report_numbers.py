"""The report's own arithmetic and how it writes numbers."""

import numpy as np
import pytest

from evaluate import report_distances, report_words


def test_distances_of_halves():
  random = np.random.default_rng(0)
  real = random.normal(size=[400, 3])
  near, far = real + 0.01, real + [3.0, 0.0, 0.0]
  own = np.arange(400)
  close = report_distances.compare("d", real, near, own, seed=0)
  away = report_distances.compare("d", real, far, own, seed=0)
  assert close["d"] == pytest.approx(3e-4, rel=1e-3) and away["d"] == pytest.approx(9.0, rel=1e-3)
  assert close["d_real_halves"] == away["d_real_halves"] < 0.2
  assert away["d_half"] == pytest.approx(9.0, rel=0.2) and away["half_count"] == 200
  assert close["d_half"] == pytest.approx(close["d_real_halves"], abs=0.02)  # the same drawings
  few = report_distances.compare("d", real[:3], far[:2], own[:2], seed=0)
  assert few["d"] is None and "too few" in few["missing"]


def test_numbers_in_words():
  assert report_words.percent(0.0364) == "3.6\u00a0%" and report_words.percent(None) == "–"
  assert report_words.count(12500) == "12,500"
  assert [report_words.duration(seconds) for seconds in (3.21, 65, 7300)] == [
      "3.2 s", "1 min 5 s", "2 h 1 min"]
  assert report_words.names(["a"]) == "a" and report_words.names(["a", "b", "c"]) == "a, b and c"
  assert report_words.names(["a"] * 7) == "7 categories"
