"""train/sketch2image.py through its functions and its command line, on a few small pictures."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import saving
from models.sketch2image.autoencoder_model import SketchAutoEncoder
from tests.data_tools import sketch_folders
from tests import commands
from tests.models import tiny_sketch2image
from tests.train.run_folders import assert_equal_ends, copied, metrics
from train import sketch2image_fid, sketch2image_options, training_run
from train import sketch2image_ae_run, sketch2image_gan_run
from train.sketch2image_options import Sketch2ImageOptions, of_stage

pytestmark = pytest.mark.usefixtures("eagerly")

RECIPES = {"ae": sketch2image_ae_run.RECIPE, "gan": sketch2image_gan_run.RECIPE}
TINY = ("data_name=shoe, nfc=8, ndf=8, im_size_ae=128, im_size_gan=128, batch_size_ae=2, "
        "batch_size_gan=2, nbr_cls=2, passes_per_set=3, held_out=0.4, log_interval=2, "
        "save_image_interval=4, save_model_interval=2, fid_interval=2, iteration_ae=5, "
        "epoch_gan=2, iteration_gan=2")

ART = TINY.replace("shoe", "art")


class MeanColours:
  """In place of FID's network: a few averages of a picture."""

  def __init__(self, *unused):
    pass

  def of_images(self, images, desc):
    return np.stack([np.float32(image).mean(axis=(0, 1)) for image in images])


@pytest.fixture(autouse=True)
def without_fids_network(monkeypatch):
  found = type("Found", (), {"identity": "averages"})
  monkeypatch.setattr(sketch2image_fid.inception_weights, "find", lambda path: found)
  monkeypatch.setattr(sketch2image_fid.inception_weights, "load_file", lambda found: None)
  monkeypatch.setattr(sketch2image_fid, "FeatureExtractor", MeanColours)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
  photos, sketches = sketch_folders.make(tmp_path_factory.mktemp("sets"), count=5)
  return {"photo_dir": str(photos), "sketch_dirs": tuple(map(str, sketches))}


def train(folders, log_root, stage, hparams=TINY, **options):
  given = {**folders, "preset": "art", **options}
  options = Sketch2ImageOptions(log_root=str(log_root), hparams=hparams, **given)
  training_run.run(of_stage(options, stage), RECIPES[stage])


@pytest.fixture(scope="module")
def whole_run(folders, tmp_path_factory):
  """Beside it "stopped", both stages between two checkpoints."""
  root = tmp_path_factory.mktemp("runs")
  with copied(root / "whole/ae", root / "stopped/ae", 3):
    train(folders, root / "whole", "ae")
  return root / "whole"


@pytest.fixture(scope="module")
def whole_gan(folders, whole_run):
  with pytest.MonkeyPatch.context() as patch:
    without_fids_network.__wrapped__(patch)
    with copied(whole_run / "gan", whole_run.with_name("stopped") / "gan", 3):
      train(folders, whole_run, "gan")
  return whole_run


def files(folder, pattern):
  return sorted(path.name for path in folder.glob(pattern))


def tags(log_root):
  found = set()
  for path in (log_root / "tensorboard").iterdir():
    for event in tf.compat.v1.train.summary_iterator(str(path)):
      found |= {value.tag for value in event.summary.value}
  return found


@pytest.mark.slow
def test_stage_1_reports_draws_and_keeps_every_checkpoint(whole_run):
  lines = metrics(whole_run / "ae")
  assert [(line["step"], line.get("kept")) for line in lines] == [(2, 2), (4, 4), (5, 5)]
  assert {"rec_rd", "rec_org", "cls", "style_consist", "content_consist", "rec_grey"} <= set(
      lines[0])
  assert files(whole_run / "ae/checkpoints/best", "*.index") == [
      f"ckpt-{step}.index" for step in (0, 2, 4, 5)]
  assert files(whole_run / "ae/pictures", "*") == [
      "org_000000.png", "org_000004.png", "rd_000000.png", "rd_000004.png"]
  assert {"rec_org", "org", "rd"} <= tags(whole_run / "ae")
  content = saving.read_config(whole_run / "ae")
  assert content["hparams"].nbr_cls == 2 and content["hparams"].sketches_per_photo == 3
  assert content["data"] == {"pictures": content["data"]["pictures"], "photos": 3,
                             "sketch_sets": 3, "held_out": 2, "lpips": "none"}


@pytest.mark.slow
def test_stage_2_refines_the_auto_encoder_just_trained_and_leaves_it(whole_gan):
  lines = metrics(whole_gan / "gan")
  assert [(line["step"], line.get("kept")) for line in lines] == [(2, 2), (4, 4)]
  assert all(np.isfinite([line["fid"], line["fid_mismatched"], line["fid_held_out"]]).all()
             for line in lines)
  assert files(whole_gan / "gan/pictures", "*") == [
      "gan_000000.png", "gan_000004.png", "matrix_000000.png", "matrix_000004.png"]
  refined, _ = saving.load_model(whole_gan / "gan")
  first, _ = saving.load_model(whole_gan / "ae")
  expected, got = (model.networks.named_variables() for model in (first, refined))
  assert {name for name in expected if name not in got} == {
      f"style_encoder.final_cls.1.{kind}" for kind in ("weight", "bias")} and len(got) > 200
  for name, variable in got.items():
    np.testing.assert_array_equal(variable.numpy(), expected[name].numpy(), err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["ae", "gan"])
def test_resuming_after_a_stop_equals_the_uninterrupted_run(folders, whole_gan, stage):
  stopped = whole_gan.with_name("stopped")
  assert len(metrics(stopped / stage)) == 1
  train(folders, stopped, stage, "", resume=True, seed=7)  # the run knows its settings and seed
  assert metrics(stopped / stage) == metrics(whole_gan / stage)
  assert assert_equal_ends(whole_gan / stage, stopped / stage) > 300  # all Adams' moments, too
  for path in (whole_gan / stage / "pictures").iterdir():
    assert path.read_bytes() == (stopped / stage / "pictures" / path.name).read_bytes()


def test_sets_change_when_they_should(folders, monkeypatch, tmp_path):
  begun = []
  model = tiny_sketch2image.autoencoder(nbr_cls=2, passes_per_set=3)
  callback = sketch2image_ae_run.NewSets()
  callback.set_model(model)
  monkeypatch.setattr(SketchAutoEncoder, "begin_set", lambda self, number: begun.append(
      (int(self.step.numpy()), number)))
  for start in (0, 4, 6):  # as after a resume
    model.step.assign(start)
    callback.on_epoch_begin(0)
    for batch in range(4):
      callback.on_train_batch_begin(batch)
      model.step.assign_add(1)
  assert model.config.steps_per_set == 3
  assert begun == [(3, 1), (6, 2), (6, 2), (9, 3)]


@pytest.mark.slow
def test_a_finished_run_goes_on_only_when_it_is_made_longer(folders, whole_gan, capsys):
  train(folders, whole_gan, "gan", "", resume=True)
  assert "raise epoch_gan" in capsys.readouterr().err
  with pytest.raises(UserError, match="already holds a run"):
    train(folders, whole_gan, "ae")
  fewer = {**folders, "sketch_dirs": folders["sketch_dirs"][:2]}
  with pytest.raises(UserError, match="sketch_sets = 3 .* give it the same folders"):
    train(fewer, whole_gan, "ae", "iteration_ae=9", resume=True)


@pytest.mark.slow
def test_beginning_with_an_auto_encoder_begins_its_classifier_anew(folders, whole_run, tmp_path):
  train(folders, tmp_path, "ae", "iteration_ae=1", pretrained_ae_path=str(whole_run / "ae"),
        pretrained_ae_iter=2)
  begun = tf.train.load_checkpoint(str(tmp_path / "ae/checkpoints/best/ckpt-0"))
  given = tf.train.load_checkpoint(str(whole_run / "ae/checkpoints/best/ckpt-2"))
  name = "model/networks/{}/.ATTRIBUTES/VARIABLE_VALUE"
  values = lambda path: [one.get_tensor(name.format(path)) for one in (begun, given)]
  assert np.array_equal(*values("decoder/base_feat"))
  assert not np.array_equal(*values("style_encoder/classifier/kernel"))


BAD = {
    "none": ({"photo_dir": "none"}, "ae", "There is no folder none"),
    "sketches alone": ({"photo_dir": None}, "ae", "--sketch_dirs is given without --photo_dir"),
    "batch of 1": ({"hparams": TINY.replace("batch_size_ae=2", "batch_size_ae=1")}, "ae",
                   "batch_size_ae is 1"),
    "interval": ({"hparams": TINY.replace("model_interval=2", "model_interval=3")}, "ae",
                 "multiple of log_interval"),
    "xla": ({"jit_compile": True}, "ae", "leave out --jit_compile"),
    "no auto-encoder": ({}, "gan", "There is no auto-encoder in"),
    "no lpips": ({"hparams": ART}, "ae",
                 "--backbone_weights=random tries the program without"),
    "heads of nothing": ({"hparams": ART, "backbone_weights": "random",
                          "heads_weights": "heads.pth"}, "ae", "leave one of the two away")}


@pytest.mark.parametrize("changes, stage, words", BAD.values(), ids=BAD)
def test_bad_input_is_a_sentence_before_anything_is_written(folders, tmp_path, monkeypatch,
                                                            changes, stage, words):
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")
  with pytest.raises(UserError, match=words):
    train(folders, tmp_path / "run", stage, **{"hparams": TINY, **changes})
  assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_an_auto_encoder_of_another_size_or_kind_is_refused(folders, whole_run, tmp_path):
  other = TINY.replace("nfc=8", "nfc=16")
  with pytest.raises(UserError, match="has nfc=8, but nfc=16 is asked for; choose the --preset"):
    train(folders, tmp_path, "gan", other, pretrained_ae_path=str(whole_run / "ae"))
  with pytest.raises(UserError, match="has no checkpoint of step 3; it has: 0, 2, 4, 5"):
    train(folders, tmp_path, "gan", pretrained_ae_path=str(whole_run / "ae"), pretrained_ae_iter=3)


@pytest.mark.slow
def test_without_fids_network_there_is_a_way(folders, whole_run, tmp_path, monkeypatch):
  def missing(path):
    raise UserError("There is no network.")

  monkeypatch.setattr(sketch2image_fid.inception_weights, "find", missing)
  with pytest.raises(UserError, match="--nofid trains without"):
    train(folders, tmp_path, "gan", pretrained_ae_path=str(whole_run / "ae"))


def command(*flags):
  return commands.command("train/sketch2image.py", *flags)


def test_the_originals_names_are_flags(tmp_path):
  done = command("--dry_run", "--data_name=art", "--dataloader_workers=8", "--nbr_cls=400",
                 "--epoch_gan=10", "--save_image_interval=100", "--save_model_interval=1000",
                 "--log_interval=50", "--fid_interval=1000", "--fid_batch_nbr=10",
                 "--iteration_ae=1000", "--nfc=32", "--multi_gpu=True", "--im_size_gan=1024",
                 "--batch_size_gan=8", "--im_size_ae=512", "--batch_size_ae=16",
                 "--trial_name=trial", f"--save_folder={tmp_path}", "--pretrained_ae_path=none",
                 "--pretrained_ae_iter=12000", "--train_ae_only", "--data_root_colorful=photos",
                 "--data_root_sketch_1=a", "--data_root_sketch_2=b", "--data_root_sketch_3=c",
                 "--gan_ckeckpoint=none")
  assert "holds no config.json" in done.stderr and done.returncode == 1
  done = command("--dry_run", "--stage=ae", "--preset=demo", "--iteration_ae=70")
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout)["iteration_ae"] == 70
  done = command("--dry_run", "--stage=gan", "--train_ae_only")
  assert done.returncode == 1 and "contradict each other" in done.stderr


def test_stage_options():
  options = Sketch2ImageOptions(log_root="run", pretrained_ae_path="given", pretrained_ae_iter=3)
  ae, gan = (of_stage(options, stage) for stage in ("ae", "gan"))
  assert (ae.log_root, ae.init_from, ae.init_step) == ("run/ae", "given", 3)
  assert (gan.log_root, gan.init_from, gan.init_step) == ("run/gan", None, None)
  assert dataclasses.replace(gan, log_root="run/ae", init_from="given", init_step=3) == ae
  assert sketch2image_options.BOTH == "both"
