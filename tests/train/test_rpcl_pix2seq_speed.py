"""Length buckets, parts of a batch and compilations, through the command line."""

import dataclasses
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from data_tools.errors import UserError
from data_tools.shards.shard_split import ShardSplit
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from tests import commands
from tests.data_tools.test_input_pipeline import make_split
from tests.train import drawing_folders
from tests.train.run_folders import assert_equal_ends, metrics
from train import trimmed_padding

SCRIPT = "train/rpcl_pix2seq.py"
TINY = ("--hparams=categories=[bee,bus], dec_model=lstm, dec_rnn_size=8, z_size=4, batch_size=8, "
        "num_mixture=2, num_steps=12")
TRIMMED = RpclPix2SeqConfig(trim_padding=True, max_seq_len=12)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
  return drawing_folders.write(tmp_path_factory.mktemp("drawings"), 24)


def test_flags_become_hyperparameters(tmp_path):
  done = commands.command(SCRIPT, f"--log_root={tmp_path / 'run'}", "--dry_run", TINY,
                          "--trim_padding", "--length_buckets=20,50", "--accumulate_gradients=2")
  found = json.loads(done.stdout)
  assert found["dec_rnn_size"] == 8 and found["trim_padding"] is True
  assert (found["length_buckets"], found["accumulate_gradients"]) == ([20, 50], 2)


@pytest.mark.parametrize("changes, words", [
  ({"length_buckets": (20, 10)}, "each longer than the one before"),
  ({"length_buckets": (10, 10)}, "each longer than the one before"),
  ({"length_buckets": (0, 10)}, "lengths of at least 1"),
  ({"length_buckets": (10,), "trim_padding": False}, "trim_padding, which uses them, is off"),
  ({"accumulate_gradients": 0}, "accumulate_gradients is 0"),
])
def test_wrong_values_are_sentences(changes, words):
  with pytest.raises(UserError, match=words):
    dataclasses.replace(TRIMMED, **changes).validate()


def test_what_is_used_is_kept_in_the_config(capsys):
  split = make_split(40)
  found = trimmed_padding.resolved(TRIMMED, split, "mirrored")
  assert len(found.length_buckets) == 4 and found.length_buckets[-1] == 12
  assert "instead of 12" in capsys.readouterr().err
  assert trimmed_padding.resolved(found, split, "mirrored") == found
  assert trimmed_padding.resolved(RpclPix2SeqConfig(), split, "mirrored") == RpclPix2SeqConfig()


@pytest.mark.parametrize("split, strategy, words", [
  (ShardSplit("there", None, None, np.array([3]), 1.0), "mirrored", "there holds shards"),
  (make_split(4), "multi_worker", "can't be used with --strategy=multi_worker")])
def test_where_batches_cannot_be_made_by_length(split, strategy, words):
  with pytest.raises(UserError, match=words):
    trimmed_padding.resolved(TRIMMED, split, strategy)


@pytest.mark.slow
def test_resuming_with_buckets_and_parts_equals_the_uninterrupted_run(data_dir, tmp_path):
  flags = [f"--data_dir={data_dir}", "--trim_padding", "--accumulate_gradients=2"]
  whole, halves = tmp_path / "whole", tmp_path / "halves"
  done = commands.command(SCRIPT, TINY, f"--log_root={whole}", *flags)
  assert done.returncode == 0, done.stderr
  used = json.loads((whole / "config.json").read_text())["hparams"]["length_buckets"]
  graphs = int(re.search(r"Compiled: (\d+) graphs of the training step", done.stderr)[1])
  assert 2 <= graphs <= len(used)
  commands.command(SCRIPT, TINY.replace("num_steps=12", "num_steps=6"), f"--log_root={halves}",
                   *flags)
  done = commands.command(SCRIPT, f"--data_dir={data_dir}", "--hparams=num_steps=12",
                          f"--log_root={halves}", "--resume_training")
  assert done.returncode == 0, done.stderr
  assert metrics(whole) == metrics(halves)
  assert assert_equal_ends(whole, halves) > 0


@pytest.mark.slow
def test_xla_compiles_as_often_as_is_said(data_dir, tmp_path):
  """For each length and direction of training; once for start, evaluation and a sheet."""
  verbose = {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "device_compilation_profiler=1"}
  done = subprocess.run(
      [sys.executable, str(commands.ROOT / SCRIPT), TINY.replace("num_steps=12", "num_steps=6"),
       f"--data_dir={data_dir}", f"--log_root={tmp_path / 'run'}", "--trim_padding",
       "--length_buckets=60", "--jit_compile"],
      capture_output=True, text=True, check=False, env={**os.environ, **verbose})
  assert done.returncode == 0, done.stderr
  graphs, programs = map(int, re.search(
      r"Compiled: (\d+) graphs of the training step and (\d+) XLA programs", done.stderr).groups())
  assert programs == len(re.findall(r"Compiled \S+ 1 times", done.stderr))
  assert not re.search(r"Compiled \S+ [2-9] times", done.stderr)
  assert (graphs, programs) == (2, 2 * 2 + 3)
