"""One function over many tasks in several processes."""

import os
import signal

import pytest

from data_tools.errors import UserError
from data_tools.worker_processes import processes


def double_or_die(task):
  """What the processes of the tests do."""
  if task == "die":
    os.kill(os.getpid(), signal.SIGKILL)
  if task == "refuse":
    raise UserError("Refused.")
  return 2 * task


@pytest.mark.parametrize("count", [1, 2])
def test_every_task_has_its_result_or_raises(count):
  with processes(double_or_die, count) as spread:
    assert sorted(spread(range(7))) == [(number, 2 * number) for number in range(7)]
    assert not list(spread([])) and list(spread([4])) == [(0, 8)]
    with pytest.raises(UserError, match="Refused"):
      list(spread(["refuse", 1, 2, 3]))
    assert sorted(spread([5, 6])) == [(0, 10), (1, 12)]  # nothing of those is left in the pipes
    with pytest.raises(TypeError, match="NoneType"):
      list(spread([1, None, 2]))


def test_a_worker_that_dies_is_a_sentence():
  with processes(double_or_die, 2) as spread:
    with pytest.raises(UserError, match="One of the 2 worker processes died.*--workers=1"):
      list(spread([1, "die", 2]))


def test_one_worker_is_no_process():
  with processes(lambda task: os.getpid(), 1) as spread:
    assert [pid for _, pid in spread([1, 2])] == [os.getpid()] * 2
