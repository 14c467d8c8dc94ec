"""Sampling to files and what retrieval makes of them."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from data_tools import builtin_drawings, sketch_dataset
from data_tools.errors import UserError
from evaluate import model_loading, retrieval_run, sample_run
from evaluate.encoding import encode_images
from evaluate.sketching import Sketching, draw_sketches, sketch_seeds
from tests import commands

HOW = Sketching(temperature=0.5, max_length=30, batch_size=8)


def sample(trained, folder, **changes):
  options = {"model": trained.model, "output_dir": str(folder), "data_dir": trained.data,
             "sheet_variants": 1, "how": HOW, **changes}
  return sample_run.run(sample_run.Options(**options))


def score(trained, **changes):
  options = {"model": trained.model, "data_dir": trained.data, "how": HOW, **changes}
  return retrieval_run.run(retrieval_run.Options(**options))


def command(script, *flags):
  return commands.command(f"evaluate/{script}.py", *flags)


@pytest.mark.slow
def test_files_of_a_conditional_run(trained, tmp_path):
  report = sample(trained, tmp_path, num_samples=4)
  pictures = sorted(path.name for path in tmp_path.glob("*_*.png")
                    if path.name != "contact_sheet.png")
  assert len(pictures) == 8 and report["sketches"] == 8
  assert sum(name.startswith("0_") for name in pictures) == 4
  dataset = sketch_dataset.load(trained.data, ["bee", "bus"])
  model, _ = model_loading.load(trained.model)
  for name in pictures:
    category, index = map(int, re.fullmatch(r"(\d)_(\d+)\.png", name).groups())
    stem = name.removesuffix(".png")
    image = dataset.test.images[13 * category + index]  # the drawing's own index in its category
    codes = encode_images(model, image[None])
    code = np.load(tmp_path / f"code_{stem}.npy")
    assert code.shape == (1, 5) and code.dtype == np.float32
    np.testing.assert_allclose(code, codes.mean, atol=1e-5)
    np.testing.assert_array_equal(np.load(tmp_path / f"gau_idx_{stem}.npy"), codes.component)
    assert Image.open(tmp_path / name).size == (48, 48)
    assert "<path" in (tmp_path / f"{stem}.svg").read_text()
  assert Image.open(tmp_path / "contact_sheet.png").size[0] > 500


def test_a_new_run_replaces_the_old_one(trained, tmp_path):
  sample(trained, tmp_path, num_samples=4)
  sample(trained, tmp_path, num_samples=2, seed=5)
  assert len(list(tmp_path.glob("*.svg"))) == len(list(tmp_path.glob("code_*.npy"))) == 4


@pytest.mark.slow
def test_retrieval_of_files_is_that_of_sketches_drawn_now(trained, tmp_path):
  sample(trained, tmp_path, num_samples=0, seed=7)
  of_files = score(trained, sample_dir=str(tmp_path))
  drawn_now = score(trained, generate=True, seed=7)
  assert of_files["count"] == of_files["drawings"] == 26
  same = ("ret_at_1", "ret_at_10", "ret_at_50", "count", "temperature", "seed")
  assert [of_files[key] for key in same] == [drawn_now[key] for key in same]
  assert of_files["ret_at_1"] <= of_files["ret_at_10"] <= of_files["ret_at_50"] == 1.0


def test_originals_find_themselves(trained, tmp_path):
  sample(trained, tmp_path, num_samples=0)
  dataset = sketch_dataset.load(trained.data, ["bee", "bus"])
  for row, image in enumerate(dataset.test.images):
    Image.fromarray(image).save(tmp_path / f"{row // 13}_{row % 13}.png")
  assert score(trained, sample_dir=str(tmp_path))["ret_at_1"] == 1.0


def test_a_sketch_depends_on_its_own_code_and_seed_only(trained):
  model, _ = model_loading.load(trained.model)
  codes = np.random.default_rng(0).normal(size=[11, 5]).astype(np.float32)
  seeds = sketch_seeds(1, np.zeros(11), np.arange(11))
  assert len(set(seeds.tolist())) == 11 and (seeds >= 0).all()
  together = draw_sketches(model, codes, seeds, HOW)
  alone = draw_sketches(model, codes[4:7], seeds[4:7], Sketching(0.5, max_length=30, batch_size=2))
  for a, b in zip(together[4:7], alone):
    np.testing.assert_allclose(a, b, atol=1e-4)


def test_codes_of_the_mixture(trained, tmp_path):
  report = sample(trained, tmp_path / "all", conditional=False, num_samples=40)
  assert report["sketches"] == 40 and report["conditional"] is False
  components = [int(np.load(path)[0]) for path in (tmp_path / "all").glob("gau_idx_*.npy")]
  assert 10 < components.count(0) < 30 and len(components) == 40
  sample(trained, tmp_path / "one", conditional=False, component=2, num_samples=3)
  assert {path.name[:2] for path in (tmp_path / "one").glob("*.svg")} == {"2_"}
  with pytest.raises(UserError, match="without a condition"):
    score(trained, sample_dir=str(tmp_path / "all"))


def test_coloured_sketches_are_refused_by_retrieval(trained, tmp_path):
  sample(trained, tmp_path, num_samples=0, colour=True)
  picture = np.asarray(Image.open(tmp_path / "1_0.png"))
  assert picture.shape == (48, 48, 3) and (picture[..., 0] == 255).all()  # the original's red
  with pytest.raises(UserError, match="is coloured"):
    score(trained, sample_dir=str(tmp_path))


@pytest.mark.slow
def test_sample_folders_that_do_not_fit(trained, tmp_path):
  with pytest.raises(UserError, match="no folder"):
    score(trained, sample_dir=str(tmp_path / "nowhere"))
  with pytest.raises(UserError, match="holds no CATEGORY_INDEX.png"):
    score(trained, sample_dir=str(tmp_path))
  with pytest.raises(UserError, match="either --sample_dir"):
    score(trained)
  sample(trained, tmp_path, num_samples=5)
  with pytest.raises(UserError, match="lacks the sketches of 16 of the 26"):
    score(trained, sample_dir=str(tmp_path))
  assert score(trained, sample_dir=str(tmp_path), partial=True)["count"] == 10
  with pytest.raises(UserError, match="are of the test split"):
    score(trained, sample_dir=str(tmp_path), split="valid")
  Image.new("L", (48, 48), 255).save(tmp_path / "1_13.png")
  with pytest.raises(UserError, match="no such drawing"):
    score(trained, sample_dir=str(tmp_path), partial=True)
  (tmp_path / "1_13.png").unlink()
  described = json.loads((tmp_path / "samples.json").read_text())
  (tmp_path / "samples.json").write_text(json.dumps({**described, "complete": False}))
  with pytest.raises(UserError, match="cut off"):
    score(trained, sample_dir=str(tmp_path))
  (tmp_path / "samples.json").write_text("{}")
  with pytest.raises(UserError, match="not a description"):
    score(trained, sample_dir=str(tmp_path))


def test_pictures_of_the_original_program(trained, tmp_path):
  for category in range(2):
    for index in range(13):
      Image.new("RGB", (48, 48), "white").save(tmp_path / f"{category}_{index}.png")
  assert score(trained, sample_dir=str(tmp_path))["count"] == 26
  with pytest.raises(UserError, match="another program"):
    sample(trained, tmp_path)
  Image.new("L", (28, 28), 255).save(tmp_path / "0_3.png")
  with pytest.raises(UserError, match="28 x 28 pixels, but the model reads 48 x 48"):
    score(trained, sample_dir=str(tmp_path))
  (tmp_path / "0_3.png").write_bytes(b"nonsense")
  with pytest.raises(UserError, match="not a picture"):
    score(trained, sample_dir=str(tmp_path))


def test_wrong_numbers(trained, tmp_path):
  for settings in ({"temperature": 0.0}, {"temperature": -1.0}, {"temperature": float("nan")},
                   {"max_length": 0}, {"batch_size": 0}):
    with pytest.raises(UserError):
      Sketching(**settings)
  with pytest.raises(UserError, match="no component 4"):
    sample(trained, tmp_path, conditional=False, component=4)
  with pytest.raises(UserError, match="num_samples"):
    sample(trained, tmp_path, conditional=False, num_samples=0)
  with pytest.raises(UserError, match="below 0"):
    sample(trained, tmp_path, num_samples=-1)
  assert not list(tmp_path.iterdir())


def test_drawings_of_other_categories(trained, tmp_path):
  cats = builtin_drawings.ensure(["cat"], {"train": 2, "valid": 1, "test": 1}, folder=tmp_path)
  with pytest.raises(UserError, match="no drawings of bee, bus.*it has cat"):
    score(trained, data_dir=str(cats), generate=True)


def test_commands(trained, tmp_path):
  flags = [f"--model_dir={trained.model}", f"--data_dir={trained.data}", "--batch_size=8"]
  done = command("sample", *flags, f"--output_dir={tmp_path}", "--num_per_category=13",
                 "--conditional=True", "--max_length=30", "--greedy")
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout)["sketches"] == 26
  done = command("retrieval", *flags, f"--output_dir={tmp_path}")
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout)
  assert report["greedy"] is True and 0 <= report["ret_at_1"] <= report["ret_at_10"] <= 1
  done = command("sample", f"--model={tmp_path}/nowhere", f"--output_dir={tmp_path}/x")
  assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
  assert "nowhere" in done.stderr and done.stderr.count("Error:") == 1
