"""The training of a face recogniser through its functions, on a few small faces."""

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from data_tools import builtin_faces
from data_tools.errors import UserError
from data_tools.faces import face_dataset, face_source
from models import hparams, saving
from models.vggface.config import VggFaceConfig
from models.vggface.model import FaceRecogniser
from tests.data_tools import face_folders
from tests.train.run_folders import assert_equal_ends, copied, final_values, metrics
from train import recogniser_data, recogniser_run
from train.recogniser_data import IdentityPictures
from train.recogniser_options import RecogniserOptions
from train.recogniser_schedule import RankOne

pytestmark = pytest.mark.usefixtures("eagerly")

TINY = ("in_size=[40,50], pad_size=[72,72], out_size=[64,64], network=small, "
        "feature_layer=embedding, input_size=32, width=2, embedding_size=8, persons_per_batch=2, "
        "images_per_person=2, num_steps=4, evaluate_every=2, learning_rate=0.001")


def train(data_dir, log_root, text=TINY, **options):
  recogniser_run.run(RecogniserOptions(log_root=str(log_root), data_dir=str(data_dir), hparams=text,
                                       **options))


def load(data_dir, text="", **options):
  config = hparams.parse(VggFaceConfig(), f"{TINY}, {text}").validate()
  return recogniser_data.load(config, RecogniserOptions(log_root="", data_dir=str(data_dir),
                                                        **options))


def generate(data_dir, folder, kind="photo", splits=("train", "valid"), data_type="CUFS"):
  """Pictures as a model might have made them of all pairs: the real ones, blurred."""
  folder.mkdir(exist_ok=True)
  for split in splits:
    for number, pair in enumerate(face_source.find(split, data_dir, data_type).pairs):
      image = Image.open(getattr(pair, kind))
      small = image.resize((image.width // 4, image.height // 4))
      small.resize(image.size).save(folder / f"{pair.name}{('.png', '.jpg')[number % 2]}")
  return str(folder)


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
  return builtin_faces.ensure(8, 2, folder=tmp_path_factory.mktemp("faces") / "builtin")


@pytest.fixture(scope="module")
def whole_run(faces, tmp_path_factory):
  """Beside it "stopped", the same run in the second epoch."""
  root = tmp_path_factory.mktemp("runs")
  with copied(root / "whole", root / "stopped", 3):
    train(faces, root / "whole")
  return root / "whole"


def test_a_run_reports_and_keeps_the_best(whole_run):
  lines = metrics(whole_run)
  assert [(line["epoch"], line["step"]) for line in lines] == [(0, 0), (1, 2), (2, 4)]
  assert "loss" not in lines[0] and lines[1]["loss"] >= 0
  ranks = [line["valid_rank1"] for line in lines]
  assert [line["improved"] for line in lines] == [
      rank == max(ranks[:place + 1]) for place, rank in enumerate(ranks)]
  model, content = saving.load_model(whole_run)
  assert int(model.step) == max((rank, 2 * place) for place, rank in enumerate(ranks))[1]
  assert content["data"] == {
      "data_type": "BUILTIN", "train": {"persons": 5, "pictures": 10, "generated": 0},
      "held_out": {"persons": 1, "pictures": 2, "generated": 0}}


@pytest.mark.slow
def test_resuming_after_a_stop_equals_the_uninterrupted_run(faces, whole_run, tmp_path):
  log_root = whole_run.with_name("stopped")
  assert len(metrics(log_root)) == 2
  other = builtin_faces.ensure(8, 3, folder=tmp_path / "other")
  with pytest.raises(UserError, match="began with other pictures"):
    train(other, log_root, "", resume=True)
  train(faces, log_root, "", resume=True)  # the run knows its settings
  assert metrics(log_root) == metrics(whole_run)
  assert assert_equal_ends(whole_run, log_root) > 30  # Adam's moments, too


def test_a_finished_run_is_not_trained_again(faces, whole_run, capsys):
  before = metrics(whole_run)
  train(faces, whole_run, "", resume=True)
  assert "raise num_steps" in capsys.readouterr().err
  assert metrics(whole_run) == before
  with pytest.raises(UserError, match="already holds a run"):
    train(faces, whole_run)


def test_fine_tuning_begins_with_weights_but_a_new_optimiser(faces, whole_run, tmp_path):
  log_root = tmp_path / "tuned"
  train(faces, log_root, "num_steps=2, learning_rate=1e-9, domain=photo", init_from=str(whole_run))
  start, _ = saving.load_model(whole_run)
  tuned, content = saving.load_model(log_root)
  assert content["hparams"].width == 2 and content["hparams"].num_steps == 2
  for one, two in zip(start.network.variables, tuned.network.variables):
    np.testing.assert_allclose(one, two, atol=1e-7)
  values = final_values(log_root)
  assert values["optimizer/iter/.ATTRIBUTES/VARIABLE_VALUE"] == 2
  assert [line["step"] for line in metrics(log_root)] == [0, 2]
  # What it began with is not needed to go on, and going on does not begin with it again.
  train(faces, log_root, "num_steps=4, learning_rate=0.01", init_from=str(tmp_path), resume=True)
  assert [line["step"] for line in metrics(log_root)] == [0, 2, 4]


def test_a_config_may_take_the_place_of_a_preset(faces, whole_run, tmp_path):
  """Also of what is begun with; its weights are taken."""
  config = hparams.parse(VggFaceConfig(), TINY.replace(
      "learning_rate=0.001", "learning_rate=1e-9, margin=0.3").replace("steps=4", "steps=1"))
  options = RecogniserOptions(log_root=str(tmp_path / "run"), data_dir=str(faces), preset="any")
  recogniser_run.train(dataclasses.replace(options, init_from=str(whole_run)), config)
  start, _ = saving.load_model(whole_run)
  tuned, content = saving.load_model(tmp_path / "run")
  assert content["hparams"] == config
  for one, two in zip(start.network.variables, tuned.network.variables):
    np.testing.assert_allclose(one, two, atol=1e-7)
  recogniser_run.train(dataclasses.replace(options, log_root=str(tmp_path / "new"), seed=5),
                       config)
  fresh, _ = saving.load_model(tmp_path / "new")
  assert any(np.abs(one - two).max() > 0.01 for one, two in zip(
      (value.numpy() for value in start.network.variables),
      (value.numpy() for value in fresh.network.variables)))
  with pytest.raises(UserError, match="not a model folder"):
    recogniser_run.train(dataclasses.replace(options, log_root=str(tmp_path / "none"),
                                             init_from=str(tmp_path)), config)


def test_what_can_not_be_begun_with_is_a_sentence(faces, whole_run, tmp_path):
  with pytest.raises(UserError, match="not a model folder"):
    train(faces, tmp_path / "run", "", init_from=str(tmp_path))
  with pytest.raises(UserError, match="do not fit the hyperparameters of the new run"):
    train(faces, tmp_path / "run", "width=3", init_from=str(whole_run))
  (tmp_path / "other").mkdir()
  content = json.loads((whole_run / "config.json").read_text())
  content.update(model="tom", hparams={})
  (tmp_path / "other/config.json").write_text(json.dumps(content))
  with pytest.raises(UserError, match="a model of tom"):
    train(faces, tmp_path / "run", "", init_from=str(tmp_path / "other"))


def test_generated_pictures_are_those_of_their_pairs_persons(faces, tmp_path, capsys):
  made = generate(faces, tmp_path / "made")
  found = load(faces, synthetic_dir=made)
  assert found.train.counts() == {"persons": 5, "pictures": 20, "generated": 10}
  assert found.held_out.counts() == {"persons": 1, "pictures": 4, "generated": 2}
  assert "20 pictures of 5 persons (10 generated)" in capsys.readouterr().err
  assert not set(found.train.persons) & set(found.held_out.persons)
  real, generated = (found.train.images[found.train.generated == flag] for flag in (0, 1))
  distance = np.abs(real[:, None].astype(int) - generated).mean(axis=(2, 3, 4))
  np.testing.assert_array_equal(distance.argmin(axis=1), np.arange(10))
  np.testing.assert_array_equal(*(found.train.persons[found.train.generated == flag]
                                  for flag in (0, 1)))
  train(faces, tmp_path / "run", synthetic_dir=made)
  assert {"valid_rank1", "valid_rank1_real", "valid_rank1_generated"} <= set(
      metrics(tmp_path / "run")[-1])


def test_one_picture_of_each_becomes_two_with_the_generated_ones(tmp_path):
  face_folders.make(tmp_path / "data", ("CUHK",), 10)
  options = {"text": "data_type=cuhk, held_out_share=0.2, domain=sketch"}
  with pytest.raises(UserError, match="None of the 2 persons that are held out has a second"):
    load(tmp_path / "data", **options)
  made = generate(tmp_path / "data", tmp_path / "made", "sketch", ("train",), "CUHK")
  found = load(tmp_path / "data", **options, synthetic_dir=made)
  assert found.train.counts() == {"persons": 8, "pictures": 16, "generated": 8}
  assert found.train.images.shape == (16, 50, 40, 1)
  assert recogniser_data.is_probe(found.held_out).tolist() == [False, False, True, True]


def test_missing_or_doubtful_generated_pictures_are_sentences(faces, tmp_path):
  made = tmp_path / "made"
  generate(faces, made, splits=("train",))
  with pytest.raises(UserError, match="2 of the 2 pairs have no generated photo"):
    load(faces, synthetic_dir=str(made))
  first = next(made.glob("*.png"))
  first.with_suffix(".jpg").write_bytes(first.read_bytes())
  with pytest.raises(UserError, match="the same name but for the ending"):
    load(faces, synthetic_dir=str(made))
  with pytest.raises(UserError, match="There is no folder"):
    load(faces, synthetic_dir=str(tmp_path / "none"))


@pytest.mark.parametrize("text, words", [
    (TINY.replace("persons_per_batch=2", "persons_per_batch=6"), "persons_per_batch is 6"),
    ("data_type=lfw", "cufs, cufsf"), ("persons=3", "nearest name is")])
def test_bad_hyperparameters_are_sentences(faces, tmp_path, text, words):
  with pytest.raises(UserError, match=words):
    train(faces, tmp_path / "run", text)
  assert not (tmp_path / "run").exists()


class PixelsRecogniser:
  """Features are the mean colour of a picture's upper and lower half."""

  def __init__(self, config):
    self.config = config

  def embed(self, pictures):
    half = pictures.shape[1] // 2
    means = [pictures[:, :half], pictures[:, half:]]
    return sum(part[:, 0, 0] * (1 + place) for place, part in enumerate(means)) + 2.0


def test_rank_one_is_of_probes_against_each_persons_first_real_picture():
  config = VggFaceConfig(in_size=(4, 4), pad_size=(4, 4), out_size=(4, 4))
  colours = {"a": (250, 0, 0), "b": (0, 250, 0), "c": (0, 0, 250)}
  rows = [("a", "a", False), ("b", "b", False), ("b", "b", False), ("a", "b", False),
          ("c", "c", False), ("a", "a", True), ("c", "b", True), ("b", "b", True), ("c", "c", True)]
  pictures = IdentityPictures(
      np.stack([np.broadcast_to(np.uint8(colours[seen]), [4, 4, 3]) for _, seen, _ in rows]),
      np.array([person for person, _, _ in rows]), np.array([made for _, _, made in rows]))
  probe = recogniser_data.is_probe(pictures)
  assert probe.tolist() == [False, False, True, True, False, True, True, True, True]
  found = RankOne(PixelsRecogniser(config), pictures)()
  assert found == pytest.approx({"rank1": 4 / 6, "rank1_real": 1 / 2, "rank1_generated": 3 / 4})


@pytest.fixture(scope="module")
def everyone(tmp_path_factory):
  return builtin_faces.ensure(90, 3, folder=tmp_path_factory.mktemp("many") / "builtin")


def shortfall(model, pictures):
  """By how much, on average, another person is not as far from a probe as the margin asks."""
  probe, persons = recogniser_data.is_probe(pictures), pictures.persons
  features = model({"image": pictures.images}).numpy()  # bare faces
  squared = 2 - 2 * features[probe] @ features[~probe].T  # [probes, gallery]
  own = persons[probe][:, None] == persons[~probe]
  nearest = np.where(own, np.inf, squared).min(axis=1)
  return np.maximum(model.config.margin + squared[own] - nearest, 0).mean()


@pytest.mark.slow
@pytest.mark.parametrize("domain", ["photo", "sketch"])
def test_it_learns_to_tell_persons_that_it_has_never_seen(everyone, domain, tmp_path):
  """Of 18 persons chance finds one in 18. An untrained network finds most: colours tell them."""
  train(everyone, tmp_path / "run", f"domain={domain}, num_steps=300", preset="demo")
  trained, _ = saving.load_model(tmp_path / "run")
  config = trained.config
  source = face_source.find("test", everyone)
  images = np.stack([face_dataset.read_face(getattr(pair, domain), domain, config.geometry)
                     for pair in source.pairs])
  unseen = IdentityPictures(images, np.array(source.persons), np.zeros(len(images), bool))
  assert len(set(source.persons)) == 18
  assert RankOne(trained, unseen)()["rank1"] > 0.85
  assert shortfall(trained, unseen) < 0.6 * shortfall(FaceRecogniser(config), unseen)
