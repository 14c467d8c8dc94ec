"""Slow proofs: the metrics at the size at which they are used, and the quality that we claim."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.plain_frechet import plain_frechet_distance, plain_statistics
from benchmarks.retrieval import plain_rank, random_codes
from evaluate.metrics.frechet import frechet_distance, frechet_distance_of_features
from evaluate.metrics.retrieval import rank

pytestmark = pytest.mark.slow
ROOT = pathlib.Path(__file__).parents[2]


def _command(script, *flags):
  done = subprocess.run([sys.executable, str(ROOT / script), *flags], capture_output=True,
                        text=True)
  assert done.returncode == 0, done.stderr[-2000:]
  return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("count", [2000, 2500])  # singular covariances, and regular ones
def test_frechet_distance_of_inception_sized_features(count):
  random = np.random.default_rng(count)
  mixing = random.normal(size=[2048, 2048]) / 45
  sets = [np.maximum(random.normal(size=[count, 2048]) @ mixing + shift, 0) for shift in (0, 0.05)]
  statistics = [part for one in sets for part in plain_statistics(one)]
  expected = plain_frechet_distance(*statistics)
  assert frechet_distance_of_features(*sets) == pytest.approx(expected, rel=1e-6)
  assert frechet_distance(*statistics) == pytest.approx(expected, rel=1e-6)


def test_ranks_of_a_whole_test_set_are_those_of_comparing_all_with_all():
  generated, real = random_codes(6000, 128, seed=3)
  np.testing.assert_array_equal(rank(generated, real, 50), plain_rank(generated, real, 50))


def test_the_report_of_the_shipped_model_says_what_its_card_says(tmp_path, monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")
  [report] = _command("evaluate/report.py", "--model_dir=rpcl_pix2seq_demo",
                      f"--output_dir={tmp_path / 'report'}")
  assert report["ret_at_50"] == pytest.approx(0.534, abs=0.02)
  assert report["rank1"] == pytest.approx(0.974, abs=0.015) and report["real_rank1"] > 0.99
  assert report["live_components"] == 4 and report["adjusted_rand_index_style"] > 0.97


def test_the_demo_preset_of_sketch_a_net_learns_the_built_in_drawings(tmp_path):
  epochs = _command("train/sketch_a_net.py", "--preset=demo", f"--log_root={tmp_path / 'run'}")
  assert max(epoch.get("test_accuracy", 0) for epoch in epochs) > 0.97
