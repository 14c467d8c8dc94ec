"""FID and KID of folders: features, cache, stored statistics, wrong input, the command line."""

import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data_tools.errors import UserError
from evaluate import feature_statistics, fid_run
from evaluate.fid_evaluator import FidEvaluator
from evaluate.inception_features import FeatureExtractor, clean_input, pytorch_fid_input
from evaluate.metrics.frechet import frechet_distance_of_features
from evaluate.metrics.kid import kernel_distance
from pretrained import inception_weights
from tests.evaluate import pair_folders
from tests.reference_checks import inception

NAMES = pathlib.Path(__file__).parents[1] / "reference" / "lmser" / inception.NAMES


class QuickNetwork:
  """A few averages in the place of the network; counts how often it is built into a graph."""

  def __init__(self):
    random = np.random.default_rng(0)
    self.weights = tf.constant(random.standard_normal([3 * 13 * 13, 2048]), tf.float32)

  def __call__(self, images):
    cells = tf.nn.avg_pool2d(images, 23, 23, "VALID")  # [B, 13, 13, 3]
    return tf.nn.relu(tf.reshape(cells, [-1, 3 * 13 * 13]) @ self.weights)


@pytest.fixture
def quick(monkeypatch, tmp_path):
  """The quick network in the place of the real one; returns how many sets had features made."""
  monkeypatch.setenv("SKETCH_ZOO_CACHE", str(tmp_path / "cache"))
  network, sets = QuickNetwork(), []
  find = lambda path=None, allow_other=False: inception_weights.WeightFile(
      path, inception_weights.TORCH, path or inception_weights.PUBLISHED)
  monkeypatch.setattr(inception_weights, "find", find)
  monkeypatch.setattr(inception_weights, "load_file", lambda file: network)
  of_files = FeatureExtractor.of_files
  monkeypatch.setattr(FeatureExtractor, "of_files",
                      lambda self, *args: sets.append(args[1]) or of_files(self, *args))
  return sets


@pytest.fixture
def folders(tmp_path):
  """Eleven true pictures and seven disturbed ones."""
  true, made = pair_folders.make(tmp_path, count=11)
  for index in (7, 8, 9, 10):
    (tmp_path / "made" / f"n{index}.bmp").unlink()
  return true, made


def score(folders, **changes):
  return fid_run.run(fid_run.Options(*folders, **changes))


def pictures(folder):
  return [np.array(Image.open(path)) for path in sorted(pathlib.Path(folder).iterdir())]


@pytest.mark.parametrize("mode, prepare", [("pytorch-fid", pytorch_fid_input),
                                           ("clean", clean_input)])
def test_report(quick, folders, mode, prepare, capsys):
  report = score(folders, mode=mode, batch_size=4)
  network = QuickNetwork()
  sets = [network(np.stack([prepare(image) for image in pictures(folder)])).numpy()
          for folder in folders]
  assert report["fid"] == pytest.approx(frechet_distance_of_features(*sets), rel=1e-5)
  kid = kernel_distance(*sets)
  found = [report["kid"], report["kid_std"], report["kid_whole"]]
  assert found == pytest.approx([kid.mean, kid.std, kid.whole], rel=1e-4)
  assert (report["count"], report["reference_count"], report["mode"]) == (7, 11, mode)
  assert (report["format"], report["reference_format"]) == (["bmp"], ["png"])
  assert report["weights"] == "published" and len(report["warnings"]) == 2
  captured = capsys.readouterr()
  assert f"{report['fid']:.4f}" in captured.out and "fewer than 2,048" in captured.err
  json.dumps(report, allow_nan=False)
  for path in pathlib.Path(folders[1]).iterdir():
    Image.open(path).save(path.with_suffix(".JPEG"))
    path.unlink()
  compressed = score(folders, kid=False)
  assert compressed["kid"] is None and compressed["format"] == ["jpg"]
  assert "is png, the generated images jpg" in compressed["warnings"][-1]


def test_the_batch_size_does_not_change_the_figures(quick, folders):
  reports = [score(folders, batch_size=size, cache=False) for size in (1, 3, 7, 50)]
  for name in ("fid", "kid", "kid_whole"):
    assert [one[name] for one in reports] == pytest.approx([reports[0][name]] * 4, rel=1e-6)
  mixed = score(folders, allow_mixed_sizes=True)
  assert mixed["fid"] == pytest.approx(reports[0]["fid"], rel=1e-6)


@pytest.mark.slow
def test_the_real_network_in_batches():
  """Batches of 1, 3 and 7: features to 1e-5, FID to 1e-6."""
  network = inception.generated_network(NAMES)
  images = [pair_folders.waves(40, 33, index) for index in range(7)]
  sets = [FeatureExtractor(network, batch_size=size).of_images(images) for size in (1, 3, 7)]
  fids = [frechet_distance_of_features(one[:4], one[4:]) for one in sets]
  for other, fid in zip(sets[1:], fids[1:]):
    assert np.abs(other - sets[0]).max() < 1e-5 * np.abs(sets[0]).max()
    assert fid == pytest.approx(fids[0], rel=1e-6)


def test_gray_and_memory(quick, tmp_path):
  images = [pair_folders.waves(30, 30, index)[..., 0] for index in range(5)]
  for folder in ("gray", "rgb"):
    (tmp_path / folder).mkdir()
  for index, image in enumerate(images):
    Image.fromarray(image).save(tmp_path / "gray" / f"{index}.png")
    Image.fromarray(np.stack([image] * 3, axis=-1)).save(tmp_path / "rgb" / f"{index}.PNG")
  evaluator = FidEvaluator(tmp_path / "rgb")
  scores = [evaluator.score(source)["fid"] for source in (
      tmp_path / "gray", images, np.stack(images), np.stack(images)[..., None],
      sorted((tmp_path / "gray").iterdir()))]
  assert np.abs(scores).max() < 1e-6 and quick.count("Reference images") == 1
  with pytest.raises(ValueError, match="uint8"):
    evaluator.score(np.zeros([3, 9, 9, 3]))


def test_the_references_statistics_are_kept(quick, folders, capsys):
  first = score(folders)
  assert quick == ["Reference images", "Generated images"]
  assert score(folders) == first  # to the bit
  assert quick[2:] == ["Generated images"]
  assert "in the cache" in capsys.readouterr().err
  for changes in ({"mode": "clean"}, {"inception_weights": "other"}, {"cache": False}):
    quick.clear()
    score(folders, **changes)
    assert len(quick) == 2
  path, = pathlib.Path(folders[0]).glob("n3.png")
  Image.fromarray(255 - np.array(Image.open(path))).save(path)
  quick.clear()
  assert score(folders)["fid"] != first["fid"] and len(quick) == 2
  for kept in feature_statistics.cache_path("").parent.iterdir():
    kept.write_bytes(kept.read_bytes()[:5000])
  quick.clear()
  score(folders)
  assert len(quick) == 2 and "Not using the cache" in capsys.readouterr().err


def test_stored_statistics(quick, folders, tmp_path):
  true, made = folders
  path = tmp_path / "true.npz"
  direct = score(folders, save_statistics=str(path))
  quick.clear()
  stored = score((str(path), made))
  assert quick == ["Generated images"]
  assert stored == direct | {"reference_dir": str(path)}
  arrays = dict(np.load(path, allow_pickle=False))
  foreign = tmp_path / "foreign.npz"
  np.savez(foreign, mu=arrays["mu"], sigma=arrays["sigma"])
  report = score((str(foreign), made))
  assert report["fid"] == pytest.approx(direct["fid"], rel=1e-5)
  assert report["kid"] is None and report["reference_count"] is None
  assert "no KID" in report["warnings"][-1]
  for changes, message in (({"mode": "clean"}, "--mode=pytorch-fid.*--mode=clean"),
                           ({"inception_weights": "abc"}, "other weights")):
    with pytest.raises(UserError, match=message):
      score((str(path), made), **changes)
  assert score((str(path), str(path)))["fid"] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("arrays, message", [
    ({"mu": np.zeros(2048)}, "no sigma"), ({"other": np.zeros(3)}, "no mu and no sigma"),
    ({"mu": np.zeros(64), "sigma": np.eye(64)}, "64 features"),
    ({"mu": np.zeros(2048), "sigma": np.eye(64)}, r"sigma of \[64, 64\]"),
    ({"mu": np.full(2048, np.nan), "sigma": np.eye(2048)}, "finite"),
    ({"mu": np.zeros(2048), "sigma": -np.eye(2048)}, "negative eigenvalues"),
    ({"mu": np.zeros(2048), "sigma": np.eye(2048), "count": 3, "features": np.zeros([2, 2048])},
     "don't fit"),
    ({"mu": np.array([{}], object), "sigma": np.eye(2048)}, "numbers")])
def test_wrong_statistics(quick, folders, tmp_path, arrays, message):
  path = tmp_path / "wrong.npz"
  np.savez(path, **arrays)
  with pytest.raises(UserError, match=message):
    score((str(path), folders[1]))


def test_wrong_images(quick, folders, tmp_path):
  true, made = folders
  image = pathlib.Path(made) / "n2.bmp"
  Image.new("RGB", (33, 41)).save(image)
  with pytest.raises(UserError, match=r"n2\.bmp has 33 x 41 pixels.*n0\.bmp has 33 x 40"):
    score(folders)
  assert not quick  # told before any work
  assert score(folders, allow_mixed_sizes=True)["count"] == 7
  Image.fromarray(np.ones([40, 33], np.uint16)).save(pathlib.Path(made) / "n3.png")
  with pytest.raises(UserError, match=r"n3\.png has more than 8 bits"):
    score(folders, allow_mixed_sizes=True)
  (pathlib.Path(made) / "n3.png").write_bytes(b"no image")
  for changes in ({}, {"allow_mixed_sizes": True}):
    with pytest.raises(UserError, match=r"n[23]\.(png|bmp)"):
      score(folders, **changes)
  with pytest.raises(UserError, match="no folder"):
    score((true, str(tmp_path / "nowhere")))
  (tmp_path / "one").mkdir()
  Image.new("L", (9, 9)).save(tmp_path / "one" / "a.png")
  with pytest.raises(UserError, match="single image"):
    score((true, str(tmp_path / "one")))
  with pytest.raises(UserError, match=r"\.npz"):
    score(folders, save_statistics="file.txt")


def test_resizing():
  """Fine stripes become gray with antialiasing only; an image of 299 pixels stays as it is."""
  stripes = np.zeros([50, 3 * 299, 3], np.uint8)
  stripes[:, 1::6] = 255  # the middle one of every other three pixels, which bilinear picks
  assert np.ptp(pytorch_fid_input(stripes)) == 2
  gray = clean_input(np.repeat(stripes, 3, axis=1)[:, ::2])  # of 1346 pixels
  assert np.ptp(gray[:, 5:-5]) < np.ptp(pytorch_fid_input(np.repeat(stripes, 3, axis=1)[:, ::2]))
  image = np.random.default_rng(0).integers(0, 256, [299, 299, 3]).astype(np.uint8)
  np.testing.assert_allclose(pytorch_fid_input(image), image / 127.5 - 1, atol=1e-6)
  np.testing.assert_allclose(clean_input(image), image / 128 - 1, atol=1e-6)
  assert clean_input(image[:100, :50]).min() >= -1 and clean_input(image[:100]).max() <= 127 / 128


def test_command(tmp_path):
  folders = pair_folders.make(tmp_path, count=3)
  graph = tmp_path / "weights.pb"
  inception.write_graph(graph, inception.generated_weights(NAMES))
  flags = [f"--reference_dir={folders[0]}", f"--generated_dir={folders[1]}",
           f"--inception_weights={graph}"]
  done = pair_folders.command("fid", *flags, "--allow_other_weights", "--batch_size=3",
                              f"--save_statistics={tmp_path}/out/true.npz")
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout.splitlines()[-1])
  assert report["fid"] > 0 and report["weights"] == inception_weights.find(graph, True).identity
  stored = feature_statistics.load(tmp_path / "out/true.npz")
  network = inception.generated_network(NAMES)
  inputs = np.stack([pytorch_fid_input(image) for image in pictures(folders[0])])
  features = network(inputs).numpy()
  assert np.abs(stored.features - features).max() < 1e-5 * np.abs(features).max()
  with pytest.raises(UserError, match="not the published"):
    score(folders, inception_weights=str(graph))
