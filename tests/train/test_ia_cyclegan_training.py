"""train/ia_cyclegan.py: GAN and recognisers in turns, through functions and the command line."""

import json

import numpy as np
import pytest

from data_tools.errors import UserError
from evaluate import face_matching_run
from models import saving
from tests import commands
from tests.train.run_folders import assert_equal_ends, metrics
from train import ia_cyclegan_turns
from train.turn_options import TurnOptions

pytestmark = pytest.mark.usefixtures("eagerly")

GAN = ("num_epochs=1, decay_epochs=0, generator_width=2, discriminator_width=2, residual_blocks=1, "
       "batch_size=126, in_size=[24,30], pad_size=[36,36], out_size=[32,32], pool_size=2")
RECOGNISER = "num_steps=2, evaluate_every=2, width=2, input_size=32, embedding_size=8"
STAGES = ["0_recogniser_photo", "0_recogniser_sketch", "0_gan", "0_synthetic",
          "1_recogniser_photo", "1_recogniser_sketch", "1_gan", "1_synthetic",
          "2_recogniser_photo", "2_recogniser_sketch", "final"]
ROUNDS = ["CycleGAN, recognisers of real pictures", "CycleGAN", "identity loss, round 1",
          "recognisers again, round 1"]


def options(log_root, **changes):
  return TurnOptions(**{"log_root": str(log_root), "preset": "demo", "recogniser_preset": "demo",
                        "hparams": GAN, "recogniser_hparams": RECOGNISER, **changes})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
  """Its folder, and what it reported."""
  log_root = tmp_path_factory.mktemp("turns") / "run"
  with pytest.MonkeyPatch.context() as patch:
    patch.setenv("SKETCH_ZOO_OFFLINE", "1")
    report = ia_cyclegan_turns.Turns(options(log_root)).run()
  return log_root, report


@pytest.mark.slow
def test_all_stages_are_there_and_every_intermediate_stays(whole):
  log_root, report = whole
  assert json.loads((log_root / "turns.json").read_text())["finished"] == STAGES
  for name in STAGES:
    assert (log_root / name).is_dir()
  assert len(list((log_root / "0_synthetic/sketch").glob("*.png"))) == 288  # train and valid
  kinds = {name: saving.read_config(log_root / name) for name in STAGES if "synthetic" not in name}
  assert kinds["0_gan"]["hparams"].recogniser == "none"
  assert kinds["0_gan"]["hparams"].identity_perception_weight == 0
  assert kinds["1_gan"]["hparams"].recogniser == "small"
  assert kinds["0_recogniser_photo"]["data"]["train"]["generated"] == 0
  assert kinds["1_recogniser_photo"]["data"]["train"]["generated"] == 252
  assert [kinds[f"1_recogniser_{domain}"]["hparams"].domain for domain in ("photo", "sketch")] == [
      "photo", "sketch"]
  names = [one["name"] for one in report["rounds"]]
  assert [name for name in names if not name.startswith("no synthesis")] == ROUNDS
  found = [one for one in report["rounds"] if one["name"] in ROUNDS]
  assert all(0 < one["sketch_ssim"] < 1 and one["sketch_fid"] is None for one in found)
  assert all(0 <= one[way] <= 1 for one in found for way in ("sketch_matching", "fusion"))


@pytest.mark.slow
def test_the_final_model_has_the_last_gan_and_the_last_recognisers(whole, tmp_path):
  log_root, report = whole
  assert report["final"] == str(log_root / "final")
  final, content = saving.load_model(log_root / "final")
  gan, _ = saving.load_model(log_root / "1_gan")
  for one, two in zip(final.G_sketch.variables, gan.G_sketch.variables, strict=True):
    np.testing.assert_array_equal(one.numpy(), two.numpy())
  for domain in ("photo", "sketch"):
    last, _ = saving.load_model(log_root / f"2_recogniser_{domain}")
    for one, two in zip(final.frozen.of(domain).network.variables, last.network.variables,
                        strict=True):
      np.testing.assert_array_equal(one.numpy(), two.numpy())
  assert set(content["data"]["recognisers"]) == {"photo", "sketch"}
  found = face_matching_run.run(face_matching_run.Options(str(log_root / "final"),
                                                          str(tmp_path / "matching")))
  last = next(one for one in report["rounds"] if one["name"] == ROUNDS[-1])
  assert found["fusion"]["rank1"] == last["fusion"]


@pytest.mark.slow
@pytest.mark.parametrize("stopped_in", ["0_synthetic", "1_gan"])
def test_turns_that_were_stopped_go_on_to_the_same_end(whole, tmp_path, monkeypatch, stopped_in):
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")
  before = ia_cyclegan_turns.Turns._stage

  def stage(self, name, work):
    if name == stopped_in:
      raise KeyboardInterrupt
    return before(self, name, work)

  with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
    patch.setattr(ia_cyclegan_turns.Turns, "_stage", stage)
    ia_cyclegan_turns.Turns(options(tmp_path)).run()
  report = ia_cyclegan_turns.Turns(options(tmp_path, resume=True)).run()
  assert report["rounds"] == whole[1]["rounds"]
  for name in ("1_gan", "2_recogniser_sketch"):
    assert metrics(tmp_path / name) == metrics(whole[0] / name)
    assert_equal_ends(tmp_path / name, whole[0] / name)


@pytest.mark.slow
def test_finished_turns_are_not_begun_again(whole):
  log_root, report = whole
  with pytest.raises(UserError, match="already holds turns .* go on with --resume_training"):
    ia_cyclegan_turns.Turns(options(log_root))
  again = ia_cyclegan_turns.Turns(options(log_root, resume=True)).run()
  assert again == report


def test_configs_fit_each_other():
  gan, recogniser = ia_cyclegan_turns.configs(options("run", hparams=GAN, recogniser_hparams=(
      RECOGNISER + ", feature_layer=pool4")))
  assert gan.recogniser_feature_layer == "pool4" and gan.recogniser_width == 2
  assert recogniser.in_size == (24, 30) and recogniser.out_size == (32, 32)


def command(*flags):
  return commands.command("train/ia_cyclegan.py", *flags)


@pytest.mark.parametrize("flags, words", [
    (["--stage=all", "--domain=photo"], "--domain belongs to --stage=recogniser"),
    (["--stage=gan", "--recogniser=run"], "--recogniser belongs to --stage=all"),
    (["--hparams=residual_blocks=0"], "residual_blocks"),
    (["--stage=gan", "--preset=demo"], "no trained recogniser of photos and of sketches is given"),
    (["--recogniser=none"], "holds no config.json")])
def test_bad_flags_are_a_sentence(tmp_path, flags, words):
  done = command(f"--log_root={tmp_path / 'run'}", *flags)
  assert done.returncode == 1 and words in done.stderr and "Traceback" not in done.stderr
  assert not (tmp_path / "run").exists()


def test_dry_run_prints_both(tmp_path):
  done = command("--dry_run", "--preset=demo", f"--log_root={tmp_path}")
  assert done.returncode == 0, done.stderr
  found = json.loads(done.stdout)
  assert found["gan"]["recogniser"] == found["recogniser"]["network"] == "small"
