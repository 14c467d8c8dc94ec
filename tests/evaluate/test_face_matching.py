"""evaluate/face_matching.py: every figure can be had again from pictures and features."""

import csv
import json
import re

import numpy as np
import pytest
from PIL import Image
from scipy import spatial

from data_tools import builtin_faces
from data_tools.errors import UserError
from data_tools.faces import geometry as geometry_module
from evaluate import face_data, face_embedding, face_matching_run, face_matching_scores
from evaluate.face_matching_scores import MATCHINGS, WITHOUT_SYNTHESIS
from evaluate.translating import Translator
from models import saving
from models.ia_cyclegan.config import IaCycleGanConfig
from models.ia_cyclegan.model import IaCycleGan
from models.vggface.config import VggFaceConfig
from models.vggface.model import FaceRecogniser
from tests.data_tools import face_folders
from tests.evaluate import pair_folders
from tests.models import tiny_sc_lmser

SIZES = {"in_size": (48, 60), "pad_size": (72, 72), "out_size": (64, 64)}
SMALL = {"feature_layer": "embedding", "input_size": 32, "width": 2, "embedding_size": 8}
FILES = ["cmc.csv", "cmc.png", "results.json", "roc.csv", "roc.png"]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
  """Folders of tiny models: name -> (model, folder)."""
  root = tmp_path_factory.mktemp("models")
  own = IaCycleGanConfig(**SIZES, generator_width=2, residual_blocks=1, discriminator_width=2,
                         recogniser="small",
                         **{f"recogniser_{name}": value for name, value in SMALL.items()})
  recogniser = lambda domain: VggFaceConfig(domain=domain, network="small", **SIZES, **SMALL)
  made = {"gan": tiny_sc_lmser.model(seed=1), "own": IaCycleGan(own, seed=2),
          "photo": FaceRecogniser(recogniser("photo"), seed=3),
          "sketch": FaceRecogniser(recogniser("sketch"), seed=4)}
  for name, model in made.items():
    saving.save_model(model, root / name, {})
  return {name: (model, str(root / name)) for name, model in made.items()}


@pytest.fixture(scope="module")
def builtin(tmp_path_factory):
  """Two pictures of each of 20 persons, 4 of them to test."""
  return str(builtin_faces.ensure(20, 2, seed=1, folder=tmp_path_factory.mktemp("data") / "faces"))


@pytest.fixture(scope="module")
def cufs(tmp_path_factory):
  return str(face_folders.make(tmp_path_factory.mktemp("cufs"), height=60, width=48))


def run(models, data, output, **changes):
  given = {"model": models["gan"][1], "recogniser_photo": models["photo"][1],
           "recogniser_sketch": models["sketch"][1], "data_dir": data, **changes}
  return face_matching_run.run(face_matching_run.Options(output_dir=str(output), **given))


def numbered(count, channels):
  """Pictures whose first pixel tells which one each is."""
  pictures = np.zeros([count, 4, 4, channels], np.uint8)
  pictures[:, 0, 0, 0] = np.arange(count)
  return pictures


def features(table):
  """An `embed` that looks up what the pictures' numbers stand for."""
  return lambda pictures: np.array(table, np.float32)[pictures[:, 0, 0, 0]]


# Four pairs of three persons; what a GAN makes has 10 more on its number.
PERSONS = ["a", "b", "a", "c"]
MADE = lambda channels: lambda pictures: numbered(14, channels)[pictures[:, 0, 0, 0] + 10]
EAST, NORTH, WEST, BETWEEN = [1, 0], [0, 1], [-1, 0], [1, 1]
# Numbers 0 .. 3 are the true sketches and photos; 10 .. 13 made ones.
BY_SKETCH = [EAST, NORTH, BETWEEN, WEST, *[EAST] * 6, EAST, NORTH, NORTH, BETWEEN]
BY_PHOTO = [NORTH, NORTH, EAST, WEST, *[EAST] * 6, NORTH, EAST, EAST, WEST]


def by_hand(protocol):
  return face_matching_scores.matching_scores(
      numbered(4, 3), numbered(4, 1), PERSONS, MADE(1), MADE(3), features(BY_PHOTO),
      features(BY_SKETCH), protocol)


def test_matching_by_hand():
  found = by_hand("pairs")  # of pairs 0, 1, 3
  assert (found.persons, found.gallery, found.probes) == (3, 3, 3)
  # Sketches EAST, NORTH, WEST against made EAST, NORTH, BETWEEN: the third is nearer to b's.
  np.testing.assert_allclose(found.found["sketch_matching"].cmc, [2 / 3, 1, 1])
  # Made photos NORTH, EAST, WEST against NORTH, NORTH, WEST: a ties with b, b ties with a.
  np.testing.assert_allclose(found.found["photo_matching"].cmc, [1 / 3, 1, 1])
  # Sums: a 2, 1, .7; b 0, 1, -.3; c -1, 0, .3, the right ones on the diagonal.
  np.testing.assert_allclose(found.found["fusion"].cmc, [1, 1, 1])
  assert found.rank1 == {"sketch_matching": 2 / 3, "photo_matching": 1 / 3, "fusion": 1.0}
  figures = found.as_json()
  assert figures["chance"] == 1 / 3 and figures["fusion"]["auc"] == 15.5 / 18
  assert set(figures["fusion"]) == {"rank1", "auc", "eer", "tar_at_far_0.01", "tar_at_far_0.001"}
  # Without synthesis Phi_sketch sees EAST, NORTH, WEST on both sides.
  assert found.found["raw_phi_sketch"].rank1 == 1 and found.found["raw_phi_photo"].rank1 == 1 / 3


def test_protocols_where_a_person_has_two_pictures():
  others = by_hand("other_images")
  assert (others.persons, others.gallery, others.probes) == (3, 3, 1)
  # The sketch BETWEEN of pair 2 against made EAST, NORTH, BETWEEN: a is second with b, behind c.
  np.testing.assert_allclose(others.found["sketch_matching"].cmc, [0, 0, 1])
  everything = by_hand("all_images")
  assert (everything.persons, everything.gallery, everything.probes) == (3, 4, 4)
  roc = everything.found["fusion"].roc
  assert (roc.genuine, roc.impostors) == (6, 10)
  # Person a has made EAST and NORTH: the sketch NORTH of b ties with it, BETWEEN is behind c.
  np.testing.assert_allclose(everything.found["sketch_matching"].cmc, [1 / 4, 2 / 4, 1])


def test_without_several_pictures_protocols_agree():
  persons = ["x", "y", "z"]
  for protocol in ("pairs", "all_images"):
    gallery, probes = face_matching_scores.gallery_and_probes(persons, protocol)
    np.testing.assert_array_equal(gallery, [0, 1, 2])
    np.testing.assert_array_equal(probes, [0, 1, 2])
  with pytest.raises(UserError, match="No person is on more than one of the test faces"):
    face_matching_scores.gallery_and_probes(persons, "other_images")
  with pytest.raises(UserError, match="There is 1 person on the test faces"):
    face_matching_scores.gallery_and_probes(["x", "x"], "all_images")
  with pytest.raises(UserError, match="There is no protocol 'half'; give one of pairs"):
    face_matching_scores.gallery_and_probes(persons, "half")
  with pytest.raises(ValueError, match="'z' is not in the gallery"):
    face_matching_scores.matched(np.ones([2, 2]), np.array(["x", "z"]), np.array(["x", "y"]))


def test_features_of_pictures(models):
  recogniser, sizes = models["photo"][0], models["gan"][0].config.geometry
  gray = np.random.default_rng(0).integers(0, 256, [5, 60, 48, 1]).astype(np.uint8)
  seen = geometry_module.window(gray, sizes.centre, sizes).repeat(3, axis=-1)
  expected = recogniser.embed(seen.astype(np.float32) / 127.5 - 1)
  for batch_size in (2, 5, 16):
    found = face_embedding.embed_all(recogniser, gray, batch_size, sizes)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)
  np.testing.assert_allclose(face_embedding.embed_all(recogniser, seen), expected, atol=1e-5)


def test_one_sketch_of_all_photos_finds_nobody(models):
  photos, sketches = (face_folders.picture(seed, 60, 48)[None] for seed in (1, 2))
  random = np.random.default_rng(0)
  disturbed = lambda one: np.clip(one + random.normal(0, 40, [9, 1, 1, 3]), 0, 255).astype(np.uint8)
  embed = lambda domain: lambda pictures: face_embedding.embed_all(models[domain][0], pictures, 4)
  found = face_matching_scores.matching_scores(
      disturbed(photos), disturbed(sketches), list("abcdefghi"), lambda given: 0 * given + 77,
      lambda given: given, embed("photo"), embed("sketch"))
  assert found.found["sketch_matching"].cmc.tolist() == [0] * 8 + [1]
  assert found.found["sketch_matching"].figures()["auc"] == 0.5


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_features_that_say_nothing(value):
  class Broken:
    def embed(self, pictures):
      return pictures[:, 0, 0, :] * 0 + value
  with pytest.raises(UserError, match="features of some faces are NaN, infinite or all zero"):
    face_embedding.embed_all(Broken(), np.ones([3, 4, 4, 3], np.uint8))


def similarities_of(models, faces):
  """Computed another way: SciPy's cosine, one picture at a time."""
  gan, sizes = models["gan"][0], models["gan"][0].config.geometry
  def embed(domain, pictures):
    windows = geometry_module.window(pictures, sizes.centre, sizes)
    return np.stack([models[domain][0].embed(window[None].astype(np.float32) / 127.5 - 1)[0]
                     for window in windows])
  photos, sketches = faces.split.photos, faces.split.sketches
  made_sketches = Translator(gan, "photo_to_sketch")(photos)
  made_photos = Translator(gan, "sketch_to_photo")(sketches)
  cosine = lambda *sides: 1 - spatial.distance.cdist(*sides, "cosine")
  found = {
      "sketch_matching": cosine(embed("sketch", sketches), embed("sketch", made_sketches)),
      "photo_matching": cosine(embed("photo", made_photos), embed("photo", photos)),
      "raw_phi_sketch": cosine(embed("sketch", sketches), embed("sketch", photos)),
      "raw_phi_photo": cosine(embed("photo", sketches), embed("photo", photos))}
  return found | {"fusion": found["sketch_matching"] + found["photo_matching"],
                  "raw_fusion": found["raw_phi_sketch"] + found["raw_phi_photo"]}


@pytest.mark.slow
def test_on_cufs(models, cufs, tmp_path, capsys):
  report = run(models, cufs, tmp_path / "out")
  shown = capsys.readouterr().out
  faces = face_data.load(models["gan"][0].config.geometry, cufs)
  with open(tmp_path / "out/cmc.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
  assert [row["rank"] for row in rows] == list("123456")
  results = json.loads((tmp_path / "out/results.json").read_text())
  for name, similarities in similarities_of(models, faces).items():
    ranks = [int(np.sum(row >= row[own])) for own, row in enumerate(similarities)]
    curve = [np.mean(np.array(ranks) <= k) for k in range(1, 7)]
    np.testing.assert_allclose([float(row[name]) for row in rows], curve)
    np.testing.assert_allclose(results["cmc"][name], curve)
    assert report[name] == results[name] and report[name]["rank1"] == curve[0]
    own, others = np.diag(similarities), similarities[~np.eye(6, dtype=bool)]
    assert report[name]["auc"] == pytest.approx(np.mean(own[:, None] > others))
  assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES
  assert re.search(r"photo matching +0\.\d{4} .* 0\.9882$", shown, re.M)
  assert "IACycleGAN CUFS, rank 1" in shown and "published results on CUFS have 338" in shown
  assert "a FAR below 3.33% means no false accept" in shown
  assert results["recognisers"]["photo"]["given_as"] == models["photo"][1]


@pytest.mark.slow
def test_curves_are_whole(models, cufs, tmp_path):
  run(models, cufs, tmp_path / "out")
  with open(tmp_path / "out/roc.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
  assert list(dict.fromkeys(row["matching"] for row in rows)) == [*MATCHINGS, *WITHOUT_SYNTHESIS]
  for name in MATCHINGS:
    corners = [[float(row[column]) for column in ("false_accept_rate", "true_accept_rate",
                                                  "threshold")]
               for row in rows if row["matching"] == name]
    assert corners[0] == [0, 0, np.inf] and corners[-1][:2] == [1, 1]
    assert (np.diff(corners, axis=0)[:, :2] >= 0).all()
  for name in ("cmc.png", "roc.png"):
    with Image.open(tmp_path / "out" / name) as image:
      assert image.format == "PNG" and image.width > 600


@pytest.mark.slow
def test_the_models_own_recognisers(models, builtin, tmp_path):
  out = tmp_path / "out"
  done = pair_folders.command("face_matching", f"--model={models['own'][1]}", f"--output_dir={out}",
                              f"--data_dir={builtin}", "--protocol=other_images")
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout.splitlines()[-1])
  assert (report["persons"], report["gallery"], report["probes"]) == (4, 4, 4)
  results = json.loads((out / "results.json").read_text())
  assert results["recognisers"]["sketch"]["given_as"] == "the model's own"
  assert "invented people" in done.stdout and "IACycleGAN" not in done.stdout
  assert "sketches of the person's other pictures" in done.stdout
  # The same from the arrays, with the model that was saved.
  model = models["own"][0]
  sizes = model.config.geometry
  faces = face_data.load(sizes, builtin)
  embed = lambda domain: lambda pictures: face_embedding.embed_all(
      model.frozen.of(domain), pictures, 8, sizes)
  again = face_matching_scores.matching_scores(
      faces.split.photos, faces.split.sketches, faces.persons,
      Translator(model, "photo_to_sketch"), Translator(model, "sketch_to_photo"), embed("photo"),
      embed("sketch"), "other_images")
  for name, one in again.found.items():
    assert report[name] == pytest.approx(one.figures())


def test_one_recogniser_of_another_kind(models, builtin, tmp_path, capsys):
  model, folder = models["own"]
  run(models, builtin, tmp_path / "out", model=folder, recogniser_sketch=models["photo"][1],
      recogniser_photo=None)
  assert "Note: --recogniser_sketch is a photo recogniser." in capsys.readouterr().err
  results = json.loads((tmp_path / "out/results.json").read_text())
  assert results["recognisers"]["photo"]["given_as"] == "the model's own"
  assert model.frozen.photo is face_embedding.own_recogniser(model, "photo")
  assert face_embedding.own_recogniser(models["gan"][0], "photo") is None


def test_what_a_person_can_mend(models, cufs, tmp_path):
  (tmp_path / "full").mkdir()
  (tmp_path / "full/notes.txt").write_text("mine")
  cases = [
      ("carries no photo recogniser; give the folder of one with --recogniser_photo",
       {"recogniser_photo": None}),
      ("carries no sketch recogniser; give", {"recogniser_sketch": None}),
      ("is a model of the kind sc_lmser, but faces are recognised by vggface",
       {"recogniser_photo": models["gan"][1]}),
      ("is neither a folder nor a model", {"recogniser_sketch": str(tmp_path / "none")}),
      ("is a model of the kind vggface, but faces are translated by",
       {"model": models["photo"][1]}),
      ("There is no data_type 'celeba'", {"data_type": "celeba"}),
      ("No person is on more than one", {"protocol": "other_images"}),
      ("is there already; give another --output_dir", {"output": tmp_path / "full"})]
  for sentence, changes in cases:
    output = changes.pop("output", tmp_path / "out")
    with pytest.raises(UserError, match=sentence):
      run(models, cufs, output, **changes)
  assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]
  assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]


def test_one_person_only(models, tmp_path):
  root = face_folders.make(tmp_path / "cufs", ("AR",), 1, 60, 48)
  with pytest.raises(UserError, match="There is 1 person on the test faces"):
    run(models, str(root), tmp_path / "out", data_type="AR")
  assert not (tmp_path / "out").exists()


def test_no_recogniser_is_told_without_a_traceback(models, cufs, tmp_path):
  done = pair_folders.command("face_matching", f"--model={models['gan'][1]}",
                              f"--output_dir={tmp_path / 'out'}", f"--data_dir={cufs}")
  assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
  assert "carries no photo recogniser" in done.stderr
