"""NLDA: the original's stored split, the protocol step by step in pixels, and the command."""

import csv
import json
import pathlib

import numpy as np
import pytest
import scipy.linalg
from PIL import Image

from data_tools.errors import UserError
from evaluate import nlda_run
from evaluate.metrics import nlda
from evaluate.metrics.null_space_lda import null_space_lda, scatter
from evaluate.metrics.principal_components import principal_components
from tests.evaluate import pair_folders
from tests.reference_checks import nlda as check_nlda
from tests.reference_checks.finding import require

REFERENCE = pathlib.Path(__file__).parents[1] / "reference/lmser/nlda.npz"


def faces(persons, pixels=300, noise=25.0, seed=0):
  """True and synthesised images with something in common: uint8 [2P, D]."""
  random = np.random.default_rng(seed)
  own = random.normal(0, 30, [persons, pixels])
  other = 0.7 * own + random.normal(0, noise, [persons, pixels])
  mean = random.uniform(60, 200, pixels)
  return np.clip(np.concatenate([own, other]) + mean, 0, 255).astype(np.uint8)


def rates_in_pixels(images, train, test):
  """The protocol with the images themselves, as its description has it."""
  true, made = np.split(images.astype(np.float64), 2)
  data = np.concatenate([true[train], made[train]]).T  # [D, 2n]
  centred = data - data.mean(axis=1, keepdims=True)
  values, vectors = np.linalg.eigh(centred.T @ centred)
  kept = values > 1e-10 * values.max()
  basis = centred @ vectors[:, kept] / np.sqrt(values[kept])
  samples = basis.T @ data  # [c, 2n]
  count = len(train)
  means = (samples[:, :count] + samples[:, count:]) / 2
  inside = samples - np.tile(means, 2)
  outside = means - samples.mean(axis=1, keepdims=True)
  null = scipy.linalg.null_space(inside @ inside.T)
  assert null.shape[1] == count - 1
  order, turned = np.linalg.eigh(null.T @ (2 * outside @ outside.T) @ null)
  projection = basis @ null @ turned[:, np.argsort(-order)]
  probe, gallery = true[test] @ projection, made[test] @ projection
  nearest = [scipy.spatial.distance.cdist(probe[:, :d], gallery[:, :d]).argmin(axis=1)
             for d in range(1, count)]
  return np.mean(np.array(nearest) == np.arange(len(test)), axis=1)


def test_stored_values():
  require(check_nlda.check(REFERENCE))


def test_the_protocol_in_pixels():
  images = faces(30)
  result = nlda.nlda(nlda.inner_products(images), train=12, repetitions=3, seed=5)
  random = np.random.default_rng(5)
  for repetition in range(3):
    order = random.permutation(30)
    rates = rates_in_pixels(images, order[:12], order[12:])
    np.testing.assert_allclose(result.rates[repetition], rates, atol=1e-15)
    assert result.accuracy[repetition] == rates.max() and result.full[repetition] == rates[-1]
  assert 0.1 < result.accuracy.mean() < 1 and result.rates.shape == (3, 11)


def test_match_characteristics():
  result = nlda.nlda(nlda.inner_products(faces(24)), train=10, repetitions=4)
  for curve in (result.cmc_best, result.cmc_full):
    assert curve.shape == (14,) and curve[-1] == 1.0 and (np.diff(curve) >= 0).all()
  assert result.cmc_full[0] == pytest.approx(result.full.mean())
  assert result.cmc_best[0] == pytest.approx(result.accuracy.mean())
  squared = np.array([[1.0, 2.0, 0.5], [3.0, 3.0, 9.0], [4.0, 4.0, 4.0]])
  # Own items come second, second (the tie goes to the first) and third.
  np.testing.assert_allclose(nlda.cumulative_matches(squared), [0, 2 / 3, 1])


def test_inner_products_are_exact(monkeypatch):
  images = np.random.default_rng(0).integers(0, 256, [16, 9001]).astype(np.uint8)
  moved = images.astype(np.int64) - np.rint(images.mean(axis=0)).astype(np.int64)
  whole = nlda.inner_products(images)
  np.testing.assert_array_equal(whole, moved @ moved.T)
  monkeypatch.setattr(nlda, "_BLOCK", 700)
  np.testing.assert_array_equal(nlda.inner_products(images), whole)


def test_brightness_of_all_images_changes_nothing():
  images = faces(20) // 2
  brighter = images + 100
  first, second = (nlda.nlda(nlda.inner_products(rows), 8, 2) for rows in (images, brighter))
  np.testing.assert_array_equal(first.rates, second.rates)


def test_an_easy_and_a_hopeless_method():
  easy = nlda.nlda(nlda.inner_products(faces(40, noise=2)), 20, 3)
  assert easy.full.mean() == 1.0
  images = faces(40)
  images[40:] = np.roll(images[40:], 1, axis=0)  # everybody gets a neighbour's sketch
  assert nlda.nlda(nlda.inner_products(images), 20, 3).full.mean() < 0.2


def test_the_seed_decides_the_splits():
  products = nlda.inner_products(faces(30))
  first, same, other = (nlda.nlda(products, 12, 3, seed).rates for seed in (1, 1, 2))
  np.testing.assert_array_equal(first, same)
  assert (first != other).any()


def test_nearest_by_dimension_prefers_the_first():
  probe = np.array([[0.0, 0.0], [5.0, 1.0]])
  gallery = np.array([[1.0, 9.0], [-1.0, 1.0], [1.0, 0.0], [5.0, 3.0]])
  np.testing.assert_array_equal(nlda.nearest_by_dimension(probe, gallery), [[0, 3], [2, 3]])


def test_components_and_scatter():
  samples = np.random.default_rng(0).normal(size=[9, 30])
  ours = principal_components(samples @ samples.T)
  _, singular, rows = np.linalg.svd(samples - samples.mean(axis=0), full_matrices=False)
  np.testing.assert_allclose(ours.values, singular[:8] ** 2)
  vectors = samples.T @ ours.weights
  np.testing.assert_allclose(np.abs(np.sum(vectors * rows[:8].T, axis=0)), 1)
  shifted = samples + 3  # the origin doesn't matter
  np.testing.assert_allclose(principal_components(shifted @ shifted.T).values, ours.values)
  assert principal_components(samples @ samples.T, most=3).weights.shape == (9, 3)
  half = principal_components(samples @ samples.T, share=0.5)
  kept = half.weights.shape[1]
  shares = np.cumsum(ours.values) / ours.values.sum()
  assert shares[kept - 1] >= 0.5 > shares[kept - 2]
  within, between = scatter(samples, np.array([0, 1, 2] * 3))
  centred = samples - samples.mean(axis=0)
  np.testing.assert_allclose(within + between, centred.T @ centred, atol=1e-12)


def test_classes_coincide_along_the_directions():
  images = faces(12).astype(np.float64)
  labels = np.tile(np.arange(12), 2)
  along = images @ (images.T @ null_space_lda(images @ images.T, labels).weights)
  np.testing.assert_allclose(along[:12], along[12:], atol=1e-6)
  spread = along[:12].var(axis=0)
  assert along.shape == (24, 11) and (np.diff(spread) <= 1e-9 * spread[0]).all() and spread[-1] > 1


def test_a_weak_difference_within_a_class_is_not_zero():
  images = faces(12).astype(np.float64)
  images[12] = images[0] + np.random.default_rng(0).normal(0, 0.01, images.shape[1])
  trained = null_space_lda(images @ images.T, np.tile(np.arange(12), 2))  # else it would raise
  singular = np.linalg.svd(trained.within, compute_uv=False)
  assert singular[11] < 3e-7 * singular[0] and trained.weights.shape == (24, 11)


def test_what_can_not_be_trained():
  products = nlda.inner_products(faces(10))
  for train in (0, 1, 10, 11):
    with pytest.raises(ValueError, match="2 to 9 training persons of 10"):
      nlda.nlda(products, train)
  copied = faces(10)
  copied[10:] = copied[:10]
  with pytest.raises(ValueError, match="copies among the samples"):
    nlda.nlda(nlda.inner_products(copied), 5, 1)
  with pytest.raises(ValueError, match="all samples are equal"):
    nlda.nlda(nlda.inner_products(np.full([20, 30], 7, np.uint8)), 5, 1)
  shared = faces(10)
  shared[1] = shared[0]  # the true images of two persons
  with pytest.raises(ValueError, match="give 7 directions where 8 are expected"):
    nlda.nlda(nlda.inner_products(shared), 9, 5)
  with pytest.raises(ValueError, match="too few components"):
    null_space_lda(products, np.tile(np.arange(10), 2), most=10)


def test_gray_as_the_original_converts():
  colour = np.array([[[255] * 3, [255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 20, 30]]], np.uint8)
  # 0.2989 * 255 = 76.2, 149.7, 29.1; 2.989 + 11.74 + 3.42 = 18.1
  np.testing.assert_array_equal(nlda.gray_of(colour), [[255, 76, 150, 29, 18]])
  gray = colour[..., 0]
  assert nlda.gray_of(gray) is gray
  every = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
  np.testing.assert_array_equal(nlda.gray_of(every)[0], np.arange(256))


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
  """24 persons, 15 x 20 pixels, the true ones gray, the made ones in colour."""
  root = tmp_path_factory.mktemp("faces")
  images = faces(24).reshape(2, 24, 15, 20)
  for side, name in enumerate(("true", "made")):
    (root / name).mkdir()
    for person in range(24):
      image = images[side, person]
      image = np.repeat(image[..., None], 3, axis=2) if side else image
      Image.fromarray(image).save(root / name / f"p{person:02}.png")
  return str(root / "true"), str(root / "made")


def score(folders, **changes):
  options = {"protocol": "custom", "train_identities": 10, "repetitions": 3, **changes}
  return nlda_run.run(nlda_run.Options(*folders, **options))


def test_folders(folders, tmp_path, capsys):
  report = score(folders, seed=4, curve=str(tmp_path / "c.csv"), plot=str(tmp_path / "c.png"),
                 method_name="mine")
  expected = nlda.nlda(nlda.inner_products(faces(24)), 10, 3, seed=4)
  assert report["nlda"] == expected.accuracy.mean() and report["std"] == expected.accuracy.std()
  assert report["nlda_full_dimension"] == expected.full.mean()
  assert [report[name] for name in ("count", "train", "test", "dimensions", "seed", "method")] == [
      24, 10, 14, 9, 4, "mine"]
  with open(tmp_path / "c.csv", newline="") as file:
    rows = list(csv.reader(file))
  assert rows[0] == ["directions", "rate", "std"]
  assert [row[0] for row in rows[1:]] == list("123456789")
  np.testing.assert_allclose([float(row[1]) for row in rows[1:]], expected.rates.mean(axis=0))
  with Image.open(tmp_path / "c.png") as image:
    assert image.format == "PNG"
  captured = capsys.readouterr()
  assert "mine" in captured.out and f"{report['nlda']:.6f}" in captured.out
  assert "rank 10" in captured.out and "rank 20" not in captured.out  # 14 to find


def test_wrong_options_and_folders(folders, tmp_path):
  with pytest.raises(UserError, match="There are 24 pairs.*150 persons needs at least 151"):
    score(folders, protocol="CUFS", train_identities=None)
  with pytest.raises(UserError, match="24 pairs.*24 persons needs at least 25"):
    score(folders, train_identities=24)
  with pytest.raises(UserError, match="needs --train_identities"):
    score(folders, train_identities=None)
  with pytest.raises(UserError, match="CUFSF trains on 300.*--train_identities=10"):
    score(folders, protocol="CUFSF")
  with pytest.raises(UserError, match=r"\.csv"):
    score(folders, curve="curve.txt")
  with pytest.raises(UserError, match=r"\.png"):
    score(folders, plot="curve.jpg")
  same = r"can't be trained on .*true.p00\.png and .*p00\.png have the same"
  with pytest.raises(UserError, match=same):
    score((folders[0], folders[0]))
  names = tmp_path / "list.txt"
  odd = tmp_path / "p23.png"
  Image.new("L", (20, 16)).save(odd)
  names.write_text("".join(f"{folders[1]}/p{person:02}.png\n" for person in range(23)) + str(odd))
  with pytest.raises(UserError, match=r"p23\.png has 20 x 16 pixels, but .*p00\.png has 20 x 15"):
    score((folders[0], str(names)), curve=str(tmp_path / "c.csv"))
  odd.write_text("no image")
  with pytest.raises(UserError, match=r"p23\.png is not an image"):
    score((folders[0], str(names)), curve=str(tmp_path / "c.csv"))
  assert not (tmp_path / "c.csv").exists()


def test_command(folders):
  flags = [f"--reference_dir={folders[0]}", f"--generated_dir={folders[1]}"]
  done = pair_folders.command("nlda", *flags, "--protocol=custom", "--train_identities=10",
                              "--repetitions=3", "--method-name=ours")
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout.splitlines()[-1]) == score(folders, method_name="ours")
  done = pair_folders.command("nlda", *flags)
  assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
  assert "24 pairs" in done.stderr
  shown = pair_folders.command("nlda", "--help").stdout
  assert "--reference_dir" in shown and "--method_name" in shown
