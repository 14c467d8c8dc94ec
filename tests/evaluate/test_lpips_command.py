"""evaluate/lpips.py on folders of pictures, with weight files of random numbers."""

import csv
import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data_tools.errors import UserError
from data_tools.image_files import read_image
from evaluate import lpips_run
from pretrained import lpips_weights
from tests.evaluate import pair_folders
from tests.pretrained import lpips_files


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
  """Paths of both files of the squeeze net."""
  return lpips_files.write("squeeze", tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def model(weights):
  return lpips_weights.load_files("squeeze", weights)


def run(weights, folders, **changes):
  reference, generated = folders
  return lpips_run.run(lpips_run.Options(**{
      "reference_dir": reference, "generated_dir": generated, "net": "squeeze",
      "backbone_weights": weights.backbone, "heads_weights": weights.heads,
      "allow_other_weights": True, **changes}))


def add(folder, name, height, width, mode="RGB"):
  """One more pair, of another size."""
  for index, side in enumerate(("true", "made")):
    image = Image.fromarray(pair_folders.waves(height, width, index)).convert(mode)
    image.save(folder / side / f"{name}.png")


def distances(model, folders, name, prepare=lambda image: image):
  """The model's distance of one pair."""
  paths = [next(pathlib.Path(folder).glob(f"{name}.*")) for folder in folders]
  a, b = (prepare(read_image(path)[None] / np.float32(127.5) - np.float32(1)) for path in paths)
  return float(model(tf.constant(a), tf.constant(b))[0])


def test_command(weights, model, tmp_path):
  folders = pair_folders.make(tmp_path)
  flags = [f"--reference_dir={folders[0]}", f"--generated_dir={folders[1]}", "--net=squeeze",
           f"--backbone_weights={weights.backbone}", f"--heads_weights={weights.heads}"]
  done = pair_folders.command("lpips", *flags, "--allow_other_weights", "--per_image",
                              f"--output={tmp_path}/all.csv", "--batch_size=3")
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout.splitlines()[-1])
  expected = {f"n{index}": distances(model, folders, f"n{index}") for index in range(4)}
  assert report["lpips"] == pytest.approx(np.mean(list(expected.values())), rel=1e-5)
  assert report["count"] == 4 and report["net"] == "squeeze" and report["version"] == "0.1"
  assert report["size"] is None and report["weights"]["heads"]["file"] == "heads.pth"
  assert len(report["weights"]["backbone"]["sha256"]) == 64
  with open(tmp_path / "all.csv", newline="", encoding="utf-8") as file:
    rows = {row["image"]: float(row["lpips"]) for row in csv.DictReader(file)}
  assert rows == pytest.approx(expected, rel=1e-5)
  assert all(f"{value:.6f}"[:7] in done.stdout for value in rows.values())
  done = pair_folders.command("lpips", *flags)
  assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
  assert "backbone.pth is not the published squeezenet1_1" in done.stderr


@pytest.mark.slow
def test_sizes_may_differ_from_pair_to_pair(weights, model, tmp_path):
  folders = pair_folders.make(tmp_path)
  add(tmp_path, "a_large", 70, 50)
  add(tmp_path, "z_gray", 33, 40, "L")
  names = ["a_large", "n0", "n1", "n2", "n3", "z_gray"]
  expected = [distances(model, folders, name) for name in names]
  for batch_size in (1, 2, 16):
    report = run(weights, folders, batch_size=batch_size, output=f"{tmp_path}/all.csv")
    assert report["lpips"] == pytest.approx(np.mean(expected), rel=1e-6)
    lines = (tmp_path / "all.csv").read_text().splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == names
    np.testing.assert_allclose([float(line.split(",")[1]) for line in lines], expected, rtol=1e-5)
  assert run(weights, (folders[0], folders[0]))["lpips"] == 0


def test_batches_hold_one_size_and_not_too_many_pixels():
  sizes = np.array([[64, 64], [2000, 1000], [64, 32], [64, 64], [512, 512]] + [[64, 64]] * 3
                   + [[512, 512]] * 5)
  assert lpips_run.plan_batches(sizes, 4) == [[0, 3, 5, 6], [7], [1], [2], [4, 8, 9, 10], [11, 12]]
  assert lpips_run.plan_batches(sizes[:1], 1) == [[0]]
  every = [place for batch in lpips_run.plan_batches(sizes, 2) for place in batch]
  assert sorted(every) == list(range(13))


def test_size_is_the_mean_over_blocks(weights, model, tmp_path):
  folders = pair_folders.make(tmp_path, count=2, height=40, width=60)
  blocks = lambda image: image.reshape(1, 20, 2, 20, 3, 3).mean(axis=(2, 4))
  expected = [distances(model, folders, f"n{index}", blocks) for index in range(2)]
  report = run(weights, folders, size=20)
  assert report["size"] == 20 and report["lpips"] == pytest.approx(np.mean(expected), rel=1e-4)
  Image.new("RGB", (30, 100)).save(tmp_path / "made/n0.bmp")  # each side is resized by itself
  assert run(weights, folders, size=48)["count"] == 2
  gray = np.full([25, 35, 3], 0.25, np.float32)
  for size in (20, 25, 30, 77):
    np.testing.assert_allclose(lpips_run.resize(gray, size), np.full([size, size, 3], 0.25),
                               atol=1e-6)


def test_what_a_person_can_mend(weights, tmp_path):
  folders = pair_folders.make(tmp_path, count=2)
  with pytest.raises(UserError, match="no folder and no list of images at .*nowhere"):
    run(weights, (folders[0], f"{tmp_path}/nowhere"))
  with pytest.raises(UserError, match="--size is 16, but --net=squeeze needs images of 17 x 17"):
    run(weights, folders, size=16)
  with pytest.raises(UserError, match="all.txt does not end in .csv"):
    run(weights, folders, output=f"{tmp_path}/all.txt")
  with pytest.raises(UserError, match="backbone.pth do not fit .*unknown: classifier.1.bias"):
    run(weights._replace(heads=weights.backbone), folders)
  Image.new("RGB", (16, 40)).save(tmp_path / "true/small.png")
  with pytest.raises(UserError, match=r"1 of .*true have no partner in .*made \(small\)"):
    run(weights, folders)
  Image.new("RGB", (16, 41)).save(tmp_path / "made/small.png")
  with pytest.raises(UserError, match="small.png has 16 x 40 pixels, but .*small.png has 16 x 41"):
    run(weights, folders)
  Image.new("RGB", (16, 40)).save(tmp_path / "made/small.png")
  with pytest.raises(UserError, match="16 x 40 pixels, but this metric needs 17 x 17 at least"):
    run(weights, folders)
  whole = (tmp_path / "true/n1.png").read_bytes()
  (tmp_path / "true/small.png").write_bytes(whole[:len(whole) // 2])
  for size in (None, 40):
    with pytest.raises(UserError, match="true/small.png is damaged or cut off"):
      run(weights, folders, size=size)


def test_weights_that_overflow(weights, tmp_path):
  folders = pair_folders.make(tmp_path, count=1)
  huge = {name: 3e38 * np.ones_like(array) for name, array in lpips_files.heads("squeeze").items()}
  lpips_files.save(tmp_path / "huge.pth", huge)
  with pytest.raises(UserError, match="The distance of n0 is not a finite number"):
    run(weights._replace(heads=tmp_path / "huge.pth"), folders)


def test_the_precision_of_gpus_is_left_as_it_was(weights, tmp_path):
  tf.config.experimental.enable_tensor_float_32_execution(True)
  run(weights, pair_folders.make(tmp_path, count=1))
  assert tf.config.experimental.tensor_float_32_execution_enabled()
