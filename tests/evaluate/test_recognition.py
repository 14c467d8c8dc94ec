"""Rec of sample folders, and identification by pixels, end to end."""

import json

import numpy as np
import pytest
from PIL import Image

from data_tools import raster, sketch_dataset, svg
from data_tools.errors import UserError
from evaluate import identification_run, recognising, recognition_run, recognition_samples
from evaluate import sample_run
from evaluate.recognition_run import Options
from evaluate.sketching import Sketching
from models import saving
from tests import commands
from tests.models import tiny_sketch_a_net


@pytest.fixture(scope="module")
def classifiers(tmp_path_factory):
  """Untrained ones: of two categories, of three in another order, of six channels."""
  root = tmp_path_factory.mktemp("classifiers")
  for name, changes in (("two", {"categories": ("bee", "bus")}),
                        ("three", {"categories": ("bus", "cat", "bee")}),
                        ("ordered", {"categories": ("bee", "bus"), "channels": 6}),
                        ("others", {"categories": ("cat", "pig")})):
    saving.save_model(tiny_sketch_a_net.model(
        seed=5, width_multiplier=0.25, **changes), root / name, {})
  return root


@pytest.fixture(scope="module")
def real(trained):
  return sketch_dataset.load(trained.data, ["bee", "bus"]).test


def rec(classifier, folder, trained, **changes):
  return recognition_run.run(Options(generated_dir=str(folder), classifier=str(classifier),
                                     data_dir=trained.data, **changes))


def save_svgs(folder, split):
  for row, drawing in enumerate(split.strokes):
    svg.save_svg(folder / f"{row // 13}_{row % 13}.svg", drawing)


def save_pngs(folder, split, width=48):
  for row, image in enumerate(raster.rasterize(split.strokes, width)):
    Image.fromarray(image).save(folder / f"{row // 13}_{row % 13}.png")


@pytest.mark.parametrize("name", ["two", "ordered"])
def test_drawings_as_svg_are_recognised_as_the_drawings(classifiers, trained, real, tmp_path, name,
                                                        capsys):
  save_svgs(tmp_path, real)
  report = rec(classifiers / name, tmp_path, trained)
  assert report["input"] == "strokes" and report["count"] == report["real_count"] == 26
  assert report["cmc"] == report["real_cmc"] and report["confusion"] == report["real_confusion"]
  assert report["rank1"] == report["cmc"][0] == np.trace(report["confusion"]) / 26
  assert report["cmc"][-1] == 1.0 and report["chance"] == 0.5
  assert "real drawings" in capsys.readouterr().out


@pytest.mark.parametrize("width", [48, 100])
def test_drawings_as_pictures_are_judged_beside_pictures(classifiers, trained, real, tmp_path,
                                                         width):
  save_pngs(tmp_path, real, width)
  report = rec(classifiers / "two", tmp_path, trained)
  assert report["input"] == f"png {width} px resized"
  assert report["confusion"] == report["real_confusion"]
  with pytest.raises(UserError, match="6 stroke-order channels.*--preset=plain"):
    rec(classifiers / "ordered", tmp_path, trained)


def test_strokes_are_preferred_but_only_if_every_sketch_has_them(classifiers, trained, real,
                                                                tmp_path):
  save_pngs(tmp_path, real)
  save_svgs(tmp_path, real)
  assert rec(classifiers / "two", tmp_path, trained)["input"] == "strokes"
  (tmp_path / "1_3.svg").unlink()
  assert rec(classifiers / "two", tmp_path, trained)["input"] == "png 48 px resized"


def test_categories_are_matched_by_name(classifiers, trained, real, tmp_path):
  sample_run.run(sample_run.Options(model=trained.model, output_dir=str(tmp_path),
                                    data_dir=trained.data, sheet_variants=1, num_samples=6,
                                    how=Sketching(0.5, max_length=30, batch_size=6)))
  report = rec(classifiers / "three", tmp_path, trained)
  assert report["categories"] == ["bee", "bus"] and report["classes"] == ["bus", "cat", "bee"]
  assert report["count"] == 12 and report["real_count"] == 26 and len(report["cmc"]) == 3
  samples = recognition_samples.read(tmp_path)
  labels = np.array([2, 0])[samples.positions]  # bee is the classifier's last class
  again = recognition_run.recognise(recognising.load(classifiers / "three"), samples.strokes,
                                    labels)
  # Many of this model's sketches are empty: all scores are equal, which is no recognition.
  assert report["rank1"] == round(float(np.mean(again.ranks == 1)), 6) < 0.5
  assert again.features.shape[0] == 12
  with pytest.raises(UserError, match="bee, bus can't be recognised"):
    rec(classifiers / "others", tmp_path, trained)


def test_without_a_description_only_what_is_there_is_compared(classifiers, trained, real, tmp_path):
  for index in range(3):  # position 2 of bus, cat, bee
    svg.save_svg(tmp_path / f"2_{index}.svg", real.strokes[index])
  report = rec(classifiers / "three", tmp_path, trained)
  assert report["categories"] == ["bee"] and report["real_count"] == 13


def test_the_batch_size_changes_no_number(classifiers, trained, real):
  classifier = recognising.load(classifiers / "two")
  one, other = (recognising.answers(classifier, real.strokes, size) for size in (26, 7))
  np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)
  np.testing.assert_allclose(one.features, other.features, atol=1e-5)
  assert one.scores.shape == (26, 2)


def test_a_list_of_pictures(classifiers, trained, real, tmp_path):
  save_pngs(tmp_path, real)
  (tmp_path / "list.txt").write_text("0_1.png\n1_2.png\n")
  assert rec(classifiers / "two", tmp_path / "list.txt", trained)["count"] == 2
  Image.new("L", (48, 48)).save(tmp_path / "bee.png")
  (tmp_path / "list.txt").write_text("0_1.png\nbee.png\n")
  with pytest.raises(UserError, match="not named CATEGORY_INDEX"):
    rec(classifiers / "two", tmp_path / "list.txt", trained)


def test_folders_that_do_not_fit(classifiers, trained, real, tmp_path):
  judge = lambda: rec(classifiers / "two", tmp_path, trained)
  with pytest.raises(UserError, match="no folder"):
    rec(classifiers / "two", tmp_path / "nowhere", trained)
  with pytest.raises(UserError, match="holds no CATEGORY_INDEX"):
    judge()
  save_pngs(tmp_path, real)
  Image.new("L", (48, 48), 255).save(tmp_path / "2_0.png")
  with pytest.raises(UserError, match="sketches of category 2, but there are only 2 categories"):
    judge()
  (tmp_path / "2_0.png").unlink()
  Image.new("RGB", (48, 48), "red").save(tmp_path / "0_0.png")
  with pytest.raises(UserError, match="0_0.png is coloured"):
    judge()
  Image.new("L", (48, 50), 255).save(tmp_path / "0_0.png")
  with pytest.raises(UserError, match="give square pictures"):
    judge()
  Image.new("L", (50, 50), 255).save(tmp_path / "0_0.png")
  with pytest.raises(UserError, match="is 48 pixels wide, but .*0_0.png is 50"):
    judge()
  described = {"complete": True, "conditional": False, "sketches": []}
  (tmp_path / "samples.json").write_text(json.dumps(described))
  with pytest.raises(UserError, match="without a condition"):
    judge()
  (tmp_path / "samples.json").write_text(json.dumps({**described, "complete": False}))
  with pytest.raises(UserError, match="cut off"):
    judge()


def test_what_is_no_classifier(trained, real, tmp_path):
  save_svgs(tmp_path, real)
  with pytest.raises(UserError, match="of the kind rpcl_pix2seq"):
    rec(trained.model, tmp_path, trained)
  with pytest.raises(UserError, match="neither a folder nor a model"):
    rec("sketch_a_nut", tmp_path, trained)
  for both in ({"classifier": "a", "reference_dir": "b"}, {}):
    with pytest.raises(UserError, match="either --classifier"):
      recognition_run.run(Options(generated_dir=str(tmp_path), **both))


def test_a_failed_classifier_is_told(classifiers, real):
  broken = recognising.load(classifiers / "two")
  broken.network.scores.bias.assign([np.nan, 0])
  with pytest.raises(UserError, match="NaN or infinite"):
    recognising.answers(broken, real.strokes)


@pytest.fixture
def faces(tmp_path):
  """Ten noisy copies of ten pictures."""
  random = np.random.default_rng(0)
  for folder in ("true", "made"):
    (tmp_path / folder).mkdir()
  for index in range(10):
    image = random.integers(0, 256, [20, 16, 3]).astype(np.uint8)
    Image.fromarray(image).save(tmp_path / f"true/{index}.png")
    noisy = np.clip(image + random.normal(0, 20, image.shape), 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(tmp_path / f"made/{index}.bmp")
  return tmp_path


def identify(faces, **changes):
  return recognition_run.run(Options(reference_dir=str(faces / "true"),
                                     generated_dir=str(faces / "made"), **changes))


def test_noisy_copies_are_identified(faces):
  report = identify(faces)
  assert report["rank1"] == 1.0 and report["count"] == report["gallery"] == 10
  assert report["features"] == "pixels" and report["cmc"] == [1.0] * 10


def test_another_face_is_found_at_the_rank_of_its_own(faces):
  (faces / "made/0.bmp").unlink()
  Image.open(faces / "true/3.png").save(faces / "made/0.png")
  report = identify(faces, max_rank=3)
  assert report["rank1"] == 0.9 and len(report["cmc"]) == 3


def test_equal_pictures_are_not_identified(faces):
  for folder in ("true", "made"):
    for path in (faces / folder).iterdir():
      Image.new("L", (16, 20), 7).save(path)
  assert identify(faces)["rank1"] == 0.0


def test_pixel_distances_are_mean_squared_differences():
  random = np.random.default_rng(0)
  a, b = (random.integers(0, 256, [n, 9, 7]).astype(np.uint8) for n in (70, 3))
  expected = np.square(a[:, None].astype(float) - b).mean((2, 3))
  np.testing.assert_allclose(identification_run.pixel_distances(a, b), expected, rtol=1e-12)
  assert (np.diag(identification_run.pixel_distances(a, a)) == 0).all()


def test_images_that_do_not_pair_or_fit(faces):
  Image.new("L", (16, 21)).save(faces / "made/4.bmp")
  with pytest.raises(UserError, match="4.bmp is 16 x 21 pixels, but .* 16 x 20"):
    identify(faces)
  (faces / "made/4.bmp").unlink()
  with pytest.raises(UserError, match="no partner"):
    identify(faces)


def test_the_command(faces):
  done = commands.command("evaluate/recognition.py", f"--reference_dir={faces}/true",
                          f"--generated_dir={faces}/made")
  assert done.returncode == 0, done.stderr
  *table, line = done.stdout.splitlines()
  assert json.loads(line)["rank1"] == 1.0 and "rank 1" in table[0]
