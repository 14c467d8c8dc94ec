"""One GAN of IACycleGAN trained through its recipe, on a few small faces."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools import builtin_faces
from data_tools.errors import UserError
from data_tools.faces import face_pipeline
from data_tools.faces.face_dataset import FaceSplit
from data_tools.faces.geometry import Geometry, window
from evaluate import face_models
from models import saving
from models.ia_cyclegan.model import TERMS
from models.vggface.model import FaceRecogniser
from tests.models import tiny_ia_cyclegan, tiny_sc_lmser
from tests.train.run_folders import assert_equal_ends, copied, final_values, metrics
from train import ia_cyclegan_gan_run
from train.ia_cyclegan_gan_run import Balance
from train.ia_cyclegan_options import IaCycleGanOptions

pytestmark = pytest.mark.usefixtures("eagerly")

SIZES = ("in_size=[24,30], pad_size=[36,36], out_size=[32,32], generator_width=2, "
         "residual_blocks=1, discriminator_width=2, batch_size=2, num_epochs=1, decay_epochs=1, "
         "pool_size=3, select_by=fsim, ")
RECOGNISER = ("recogniser=small, recogniser_feature_layer=embedding, recogniser_input_size=32, "
              "recogniser_width=2, recogniser_embedding_size=8, identity_perception_weight=0.5")
WITHOUT = "recogniser=none, identity_perception_weight=0"
TINY = SIZES + RECOGNISER


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
  return builtin_faces.ensure(6, 1, folder=tmp_path_factory.mktemp("faces") / "builtin")


@pytest.fixture(scope="module")
def recognisers(tmp_path_factory):
  """Folders of two recognisers, untrained."""
  root, folders = tmp_path_factory.mktemp("recognisers"), {}
  for seed, domain in enumerate(("photo", "sketch"), start=50):
    model = FaceRecogniser(tiny_ia_cyclegan.config().recogniser_config(domain), seed)
    saving.save_model(model, root / domain, {"trained_on": domain})
    folders[f"recogniser_{domain}"] = str(root / domain)
  return folders


def train(data_dir, log_root, hparams=TINY, **options):
  ia_cyclegan_gan_run.run(IaCycleGanOptions(log_root=str(log_root), data_dir=str(data_dir),
                                            hparams=hparams, **options))


@pytest.fixture(scope="module")
def whole_run(faces, recognisers, tmp_path_factory):
  """Beside it "stopped", the same run in the second epoch."""
  root = tmp_path_factory.mktemp("runs")
  with copied(root / "whole", root / "stopped", 3):
    train(faces, root / "whole", **recognisers)
  return root / "whole"


def test_a_run_reports_draws_and_keeps_the_best(whole_run, recognisers):
  lines = metrics(whole_run)
  assert [(line["epoch"], line["step"]) for line in lines] == [(0, 0), (1, 2), (2, 4)]
  assert {*TERMS, "loss_G", "loss_D_photo", "loss_D_sketch", "valid_fsim"} <= set(lines[1])
  assert [line.get("learning_rate") for line in lines] == [None, 2e-4, 1e-4]
  for line in lines[1:]:
    assert line["loss_G"] == pytest.approx(sum(line[name] for name in TERMS), rel=1e-4)
  model, content = face_models.load(whole_run)
  assert content["data"]["recognisers"] == {"photo": {"trained_on": "photo"},
                                            "sketch": {"trained_on": "sketch"}}
  for domain in ("photo", "sketch"):
    given, _ = saving.load_model(recognisers[f"recogniser_{domain}"])
    for one, two in zip(given.network.variables, model.frozen.of(domain).network.variables):
      np.testing.assert_array_equal(one, two)
  assert not any("recogniser" in name for name in final_values(whole_run))
  assert {"epoch_0002.png", "progress.png"} <= {
      path.name for path in (whole_run / "pictures").iterdir()}


@pytest.mark.slow
def test_resuming_after_a_stop_equals_the_uninterrupted_run(faces, whole_run):
  """Weights, Adams, pools and counts; and the recognisers, which the command names no more."""
  log_root = whole_run.with_name("stopped")
  assert len(metrics(log_root)) == 2
  train(faces, log_root, "", resume=True)  # the run knows its settings
  assert metrics(log_root) == metrics(whole_run)
  assert assert_equal_ends(whole_run, log_root) > 100
  values = final_values(log_root)
  assert any("pools" in name and "count" in name for name in values)
  configs = [json.loads((run / "config.json").read_text()) for run in (log_root, whole_run)]
  assert configs[0] == configs[1]


@pytest.mark.slow
def test_a_run_begins_with_an_earlier_gan(faces, recognisers, whole_run, tmp_path):
  """Its networks; Adams, pools and counts are new. The earlier one had no recognisers."""
  first = tmp_path / "first"
  train(faces, first, SIZES + WITHOUT)
  assert not (first / "frozen.index").exists()
  assert all(line.get("identity_perception", 0) == 0 for line in metrics(first))
  assert metrics(first)[1]["cycle"] != metrics(whole_run)[1]["cycle"]
  train(faces, tmp_path / "second", TINY + ", learning_rate=1e-9", init_gan=str(first),
        **recognisers)
  start, *_, end = metrics(tmp_path / "second")
  best = max(line["valid_fsim"] for line in metrics(first))
  assert start["valid_fsim"] == pytest.approx(best, abs=1e-5)
  assert (start["step"], end["step"]) == (0, 4)
  with pytest.raises(UserError, match="with one model only"):
    train(faces, tmp_path / "both", "", init_gan=str(first), init_from=str(first))
  with pytest.raises(UserError, match="do not fit the hyperparameters of this run"):
    train(faces, tmp_path / "wide", (SIZES + WITHOUT).replace("generator_width=2",
                                                              "generator_width=4"),
          init_gan=str(first))


def test_a_finished_run_is_not_trained_again(faces, whole_run, capsys):
  before = metrics(whole_run)
  train(faces, whole_run, "", resume=True)
  assert "raise num_epochs" in capsys.readouterr().err
  assert metrics(whole_run) == before


@pytest.mark.parametrize("changes, words", [
    ("recogniser_width=4", "has width=2, but recogniser_width=4"),
    ("recogniser_input_size=64", "has input_size=32, but recogniser_input_size=64"),
    ("recogniser_embedding_size=9", "has embedding_size=8"),
    ("recogniser=vgg_face, recogniser_feature_layer=fc7", "has network=small, but recogniser=vgg")])
def test_recognisers_of_another_size_are_refused(faces, recognisers, tmp_path, changes, words):
  names = [change.split("=")[0] for change in changes.split(", ")]
  kept = [text for text in TINY.split(", ") if text.split("=")[0] not in names]
  with pytest.raises(UserError, match=words):
    train(faces, tmp_path / "run", ", ".join([*kept, changes]), **recognisers)
  assert not (tmp_path / "run").exists()


def test_recognisers_are_given_where_they_are_asked_for(faces, recognisers, tmp_path, capsys):
  photo = {"recogniser_photo": recognisers["recogniser_photo"]}
  with pytest.raises(UserError, match="no trained recogniser of photos and of sketches"):
    train(faces, tmp_path / "run")
  with pytest.raises(UserError, match="of sketches is given; give its folder, or train without"):
    train(faces, tmp_path / "run", **photo)
  with pytest.raises(UserError, match="recogniser is none, so it would not be asked"):
    train(faces, tmp_path / "run", SIZES + WITHOUT, **photo)
  with pytest.raises(UserError, match="not a model folder"):
    train(faces, tmp_path / "run", recogniser_photo=str(tmp_path), recogniser_sketch=str(tmp_path))
  other = tmp_path / "other"
  saving.save_model(tiny_sc_lmser.model(), other, {})
  with pytest.raises(UserError, match="holds a model of sc_lmser, but a recogniser is"):
    train(faces, tmp_path / "run", recogniser_photo=str(other), recogniser_sketch=str(other))
  with pytest.raises(UserError, match="holds a model of sc_lmser, but a GAN to begin with"):
    train(faces, tmp_path / "run", init_gan=str(other), **recognisers)
  assert not (tmp_path / "run").exists()


def test_an_earlier_layer_of_a_recogniser_will_do_and_a_later_one_not(recognisers, tmp_path,
                                                                      capsys):
  config = dataclasses.replace(tiny_ia_cyclegan.config(), recogniser_feature_layer="pool3")
  options = lambda **folders: IaCycleGanOptions(log_root=str(tmp_path), **folders)
  check = ia_cyclegan_gan_run.recognisers.check
  assert set(check(config, options(**recognisers))) == {"photo", "sketch"}
  assert not capsys.readouterr().err
  crossed = dict(zip(recognisers, reversed(recognisers.values())))
  check(config, options(**crossed))
  assert "trained on pictures of the kind sketch, is used for the kind photo" in (
      capsys.readouterr().err)
  short = FaceRecogniser(config.recogniser_config())
  saving.save_model(short, tmp_path / "short", {})
  with pytest.raises(UserError, match="ends with pool3, but recogniser_feature_layer=embedding"):
    check(tiny_ia_cyclegan.config(), options(**{name: str(tmp_path / "short")
                                                for name in recognisers}))


def test_a_term_that_rules_is_told_once(capsys):
  balance = Balance()
  balance.set_model(tiny_ia_cyclegan.model())
  logs = {"adversarial": 1.0, "cycle": 5.0, "identity_mapping": 2.0, "identity_perception": 790.0}
  balance.on_train_batch_end(0, logs)
  assert not capsys.readouterr().err
  logs["identity_perception"] = 8000.0
  balance.on_train_batch_end(1, logs)  # only the first step is looked at
  assert not capsys.readouterr().err
  balance.on_epoch_end(0, logs)
  told = capsys.readouterr().err
  assert "identity_perception is 8e+03" in told and "identity_perception_weight=0.0005" in told
  balance.on_epoch_end(1, logs)
  assert not capsys.readouterr().err
  balance.on_epoch_end(2, {**logs, "identity_perception": 0.0, "cycle": 400.0})
  assert "cycle_weight=0.075" in capsys.readouterr().err
  alone = Balance()
  alone.set_model(tiny_ia_cyclegan.model(**tiny_ia_cyclegan.WITHOUT))
  alone.on_epoch_end(0, dict.fromkeys(TERMS, 0.0) | {"cycle": 5.0})
  assert not capsys.readouterr().err


SMALL = Geometry((20, 16), (28, 30), (24, 24))


def numbered_split(count=6):
  """Pairs whose sketch is the photo's red channel."""
  photos = np.random.default_rng(0).integers(0, 256, [count, *SMALL.face, 3]).astype(np.uint8)
  return FaceSplit(tuple(f"n{index}" for index in range(count)), photos, photos[..., :1].copy())


def test_mirrored_pairs_stay_together():
  split = numbered_split()
  plain = face_pipeline.TrainBatches(split, 3, 1, SMALL, each_once=True)
  mirroring = face_pipeline.TrainBatches(split, 3, 1, SMALL, each_once=True, flip=True)
  seen = []
  for number in range(40):
    place = divmod(number, 2)
    (photos, sketches), chosen = mirroring(*place), mirroring.mirrored(*place)
    np.testing.assert_array_equal(photos[..., :1], sketches)
    for unflipped, flipped in zip(plain(*place), (photos, sketches)):
      turned = np.where(chosen[:, None, None, None], unflipped[:, :, ::-1], unflipped)
      np.testing.assert_array_equal(flipped, turned)
    seen += chosen.tolist()
  assert 35 < sum(seen) < 85
  assert len({tuple(seen[index:index + 3]) for index in range(0, 120, 3)}) > 4  # pair by pair


def test_nothing_is_mirrored_unless_asked():
  split = numbered_split()
  batches = face_pipeline.TrainBatches(split, 3, 1, SMALL)
  assert not any(batches.mirrored(0, index).any() for index in range(2))
  rows, offset = batches.draw(0, 1)
  np.testing.assert_array_equal(batches(0, 1)[0], window(split.photos[rows], offset, SMALL))
  dataset = face_pipeline.train_batches(split, 3, 1, SMALL, each_once=True, flip=True)
  element = next(iter(dataset.as_numpy_iterator()))
  expected = face_pipeline.TrainBatches(split, 3, 1, SMALL, True, True)(0, 0)
  np.testing.assert_array_equal(element["photo"], expected[0])
  assert isinstance(dataset, tf.data.Dataset)
