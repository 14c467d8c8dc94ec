"""train/contextual_gan.py through its functions and its flags, on a few small joint images."""

import json

import numpy as np
import pytest

from data_tools.errors import UserError
from models import saving
from models.contextual_gan.presets import PRESETS
from tests import commands
from tests.data_tools import joint_folders
from tests.train.run_folders import assert_equal_ends, copied, final_values, metrics
from train import contextual_gan_run
from train.contextual_gan_options import ContextualGanOptions

pytestmark = pytest.mark.usefixtures("eagerly")

TINY = ("image_size=16, width=2, z_size=4, batch_size=2, num_epochs=3, save_every=2, iterations=3, "
        "num_init=2")


@pytest.fixture(scope="module")
def joint(tmp_path_factory):
  """Two names in two styles to train on, one that is not trained on."""
  root = tmp_path_factory.mktemp("joint")
  for style in ("fdog", "xdog"):
    for seed, name in enumerate(("train/{}/a", "train/{}/b", "valid/{}/c")):
      joint_folders.save(root / f"{name.format(style)}.png",
                         joint_folders.picture(seed + len(style), 16, 32))
  return str(root)


def train(joint, log_root, hparams=TINY, **options):
  contextual_gan_run.run(ContextualGanOptions(log_root=str(log_root), hparams=hparams,
                                              data_dir=joint, **options))


@pytest.fixture(scope="module")
def whole_run(joint, tmp_path_factory):
  """Beside it "stopped", the same run within its second epoch."""
  root = tmp_path_factory.mktemp("runs")
  with copied(root / "whole", root / "stopped", 3):
    train(joint, root / "whole")
  return root / "whole"


def test_a_run_reports_draws_and_keeps_checkpoints(whole_run):
  lines = metrics(whole_run)
  assert [(line["epoch"], line["step"], line.get("kept")) for line in lines] == [
      (1, 2, None), (2, 4, 4), (3, 6, 6)]
  assert {"loss_D", "loss_G", "real_probability", "fake_probability"} <= set(lines[0])
  kept = sorted(path.name for path in (whole_run / "checkpoints/best").glob("*.index"))
  assert kept == ["ckpt-4.index", "ckpt-6.index"]
  model, content = saving.load_model(whole_run)
  assert int(model.step) == 6 and content["data"]["pictures"] == {"train": 4}
  assert content["data"]["styles"] == ["fdog", "xdog"]
  sheets = sorted(path.name for path in (whole_run / "pictures").iterdir())
  assert sheets == [f"{name}_{step:06d}.png" for name in ("completions", "samples")
                    for step in (0, 4, 6)]


def test_resuming_after_a_stop_equals_the_uninterrupted_run(joint, whole_run):
  log_root = whole_run.with_name("stopped")
  assert len(metrics(log_root)) == 1
  with pytest.raises(UserError, match=r"began with 4 joint images .*\(xdog\); give it the same"):
    train(joint, log_root, "", resume=True, styles=("xdog",))
  train(joint, log_root, "", resume=True)
  assert metrics(log_root) == metrics(whole_run)
  assert assert_equal_ends(whole_run, log_root) > 60  # both Adams' moments, too


def test_a_finished_run_says_so(joint, whole_run, capsys):
  before = metrics(whole_run)
  train(joint, whole_run, "", resume=True)
  assert "raise num_epochs" in capsys.readouterr().err and metrics(whole_run) == before
  with pytest.raises(UserError, match="already holds a run"):
    train(joint, whole_run)


def test_adaptation_begins_with_a_runs_weights_and_a_rate_of_its_own(joint, whole_run, tmp_path):
  train(joint, tmp_path / "next", "learning_rate=0.00001, num_epochs=1, save_every=1",
        styles=("xdog",), init_from=str(whole_run))
  content = saving.read_config(tmp_path / "next")
  assert content["hparams"].learning_rate == 1e-5 and content["hparams"].width == 2
  assert content["data"]["styles"] == ["xdog"] and metrics(tmp_path / "next")[0]["step"] == 1
  before, after = final_values(whole_run), final_values(tmp_path / "next")
  name = next(name for name in before if name.startswith("model/G/dense/kernel") and "SLOT" not in
              name)
  change = np.abs(after[name] - before[name])
  assert 0 < change.max() < 3e-5  # a step of Adam at the rate of adaptation
  assert next(value for name, value in after.items() if name.startswith("optimizer/iter")) == 7


@pytest.mark.parametrize("flags, rate", [
    ([], 2e-4), (["--adapt_from={run}"], 1e-5),
    (["--adapt_from={run}", "--hparams=learning_rate=0.003"], 0.003)])
def test_the_rate_of_the_command_line(whole_run, tmp_path, flags, rate):
  done = commands.command("train/contextual_gan.py", "--dry_run", f"--log_root={tmp_path}",
                          *[flag.format(run=whole_run) for flag in flags])
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout)["learning_rate"] == rate


@pytest.mark.parametrize("changes, words", [
    ({"data_dir": "none"}, "There is no folder none"), ({"styles": ("pencil",)}, "no sketches of"),
    ({"hparams": f"{TINY}, batch_size=5"}, "more than once"),
    ({"hparams": TINY.replace("batch_size=2", "batch_size=5")}, "batch_size"),
    ({"hparams": TINY.replace("size=16", "size=32")}, "64 x 32 was expected"),
    ({"hparams": "image_size=50"}, "a multiple of 16"), ({"init_from": "none"}, "no config.json")])
def test_bad_input_is_a_sentence_before_anything_is_written(joint, tmp_path, changes, words):
  given = {"data_dir": joint, "hparams": TINY, **changes}
  with pytest.raises(UserError, match=words):
    contextual_gan_run.run(ContextualGanOptions(log_root=str(tmp_path / "run"), **given))
  assert not (tmp_path / "run").exists()


def test_presets_differ_in_size_alone():
  full, demo = (PRESETS[name] for name in ("full", "demo"))
  assert (full.width, full.batch_size, full.num_epochs) == (64, 64, 200)
  assert demo.image_size == full.image_size and demo.z_size == full.z_size
