"""The arithmetic of benchmarks/cost_model.py."""

import json

import pytest

from benchmarks import cost_model
from benchmarks.cost_model import Rates
from benchmarks.step_flops import flops
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from tests.data_tools.joint_folders import command

RATES = Rates(drawings=3_000, train_share=0.5, bytes_per_drawing=1000.0, built_per_second=10.0,
              workers=3, step_flops=8e12, batch_size=100, steps=60, peak=1e12, utilisation=0.5,
              devices=4, sampled_per_second=8.0, cores=2)


def test_by_hand():
  assert cost_model.costs(RATES) == pytest.approx({
      "storage_gb": 0.003, "build_hours": 100 / 3600, "steps_of_a_pass": 15,
      "seconds_of_a_step": 4, "hours_of_a_pass": 60 / 3600, "passes": 4, "hours": 240 / 3600,
      "device_hours": 960 / 3600, "core_seconds_of_a_sketch": 0.25})
  assert cost_model.memory_gb(10**9, 10, 100, 2e6) == pytest.approx(16 + 2)


def test_operations_of_a_step():
  of = lambda **changes: flops(RpclPix2SeqConfig(batch_size=1, **changes))
  one, two, three = (of(max_seq_len=steps) for steps in (1, 2, 3))
  assert three - two == two - one
  n, inputs, hyper = 2048, 5 + 128, 256
  wanted = (4 * n * (inputs + n) + 4 * hyper * (inputs + n + hyper) + 12 * 32 * (hyper + n)
            + n * 123)
  assert two - one == 6 * wanted  # two for a multiply-add, forward and twice that backward


def test_the_command(capfd):
  flags = ["--drawings=300000000", "--device=T4", "--batch_size=256", "--max_seq_len=50"]
  results = []
  for more in ([], ["--devices=2"]):
    assert command("benchmarks/cost_model.py", *flags, *more) == 0
    told = capfd.readouterr()
    assert "An estimate" in told.err
    results.append(json.loads(told.out))
  one, two = results
  assert one["rates"]["step_flops"] == flops(RpclPix2SeqConfig(batch_size=256, max_seq_len=50))
  assert two["hours"] == pytest.approx(one["hours"] / 2, rel=1e-4)
  assert two["device_hours"] == pytest.approx(one["device_hours"], rel=1e-4)
  assert two["memory_gb"] < one["memory_gb"]
