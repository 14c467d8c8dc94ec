"""Runs that are killed at random moments end as if they had never stopped; see run.py."""

import pytest

from tests.faults import comparison
from tests.faults.tiny_runs import RUNS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("model", RUNS)
def test_a_run_that_is_killed_again_and_again_equals_the_whole_one(model, tmp_path):
  found = comparison.compare(RUNS[model], tmp_path, kills=6, passes=20, seed=1)
  assert sum(found["kills"].values()) == 6 and found["lines"] > 6 and found["variables"] > 50
