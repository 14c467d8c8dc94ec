"""Loading categories: joined, capped, paired, scaled, and every kind of bad folder refused."""

import numpy as np
import pytest

from data_tools import raster, sketch_dataset, stroke_files, strokes
from data_tools.errors import UserError

SPLITS = ("train", "valid", "test")
COUNTS = {"train": 7, "valid": 3, "test": 4}


def drawing(random, length):
  offsets = random.integers(-40, 41, (length, 2))
  lifted = random.random((length, 1)) < 0.3
  lifted[-1] = True
  return np.concatenate([offsets, lifted], axis=1).astype(np.int16)


def write_category(folder, name, seed, styles=False, lengths=(3, 12), counts=COUNTS):
  random = np.random.default_rng(seed)
  splits = {split: [drawing(random, random.integers(*lengths)) for _ in range(count)]
            for split, count in counts.items()}
  extra = {}
  if styles:
    extra = {f"{split}_style": np.arange(count) % 2 for split, count in counts.items()}
    extra["style_names"] = np.array(["left", "right"])
  stroke_files.write_drawings(folder / f"{name}.npz", splits, extra)
  return splits


@pytest.fixture
def cache(tmp_path, monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_CACHE", str(tmp_path / "cache"))
  return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path, cache):
  folder = tmp_path / "data"
  folder.mkdir()
  return folder


def test_categories_are_joined_in_order(folder):
  bees = write_category(folder, "bee", 0, styles=True)
  lisas = write_category(folder, "The Mona Lisa", 1, styles=True)
  data = sketch_dataset.load(folder, ["The Mona Lisa", "bee"], png_width=32)
  assert data.categories == ("The Mona Lisa", "bee")
  assert data.style_names == ("The Mona Lisa/left", "The Mona Lisa/right", "bee/left", "bee/right")
  clipped = [strokes.clip(one) for one in lisas["train"] + bees["train"]]
  assert data.scale_factor == strokes.scale_factor(clipped)
  everything = [one for splits in (bees, lisas) for split in SPLITS for one in splits[split]]
  assert data.max_seq_len == strokes.max_length(everything)
  for name in SPLITS:
    split, originals = getattr(data, name), lisas[name] + bees[name]
    assert len(split) == 2 * COUNTS[name] == len(split.strokes)
    np.testing.assert_array_equal(split.images, raster.rasterize(originals, width=32))
    np.testing.assert_array_equal(split.labels, np.repeat([0, 1], COUNTS[name]))
    style = np.arange(COUNTS[name]) % 2
    np.testing.assert_array_equal(split.styles, np.concatenate([style, style + 2]))
    for one, original in zip(split.strokes, originals):
      assert one.dtype == np.float32
      np.testing.assert_allclose(one[:, :2] * data.scale_factor, original[:, :2], rtol=1e-5)
      np.testing.assert_array_equal(one[:, 2], original[:, 2])
    np.testing.assert_array_equal(split.lengths, [len(one) for one in originals])


def test_offsets_are_clipped_and_a_given_scale_is_used(folder):
  far = np.array([[5000, -3, 0], [-5000, 0, 1]], np.int16)
  stroke_files.write_drawings(folder / "bee.npz", {split: [far] for split in SPLITS})
  data = sketch_dataset.load(folder, ["bee"], scale_factor=10.0)
  np.testing.assert_array_equal(data.train.strokes[0],
                                np.float32([[100, -0.3, 0], [-100, 0, 1]]))
  assert data.scale_factor == 10.0 and data.style_names == () and data.train.styles is None


def test_images_are_drawn_once_then_cached(folder, cache, capsys):
  write_category(folder, "bee", 0)
  first = sketch_dataset.load(folder, ["bee"])
  assert "bee_png.npz is not in" in capsys.readouterr().err
  assert len(list(cache.rglob("bee_png.npz"))) == 1
  second = sketch_dataset.load(folder, ["bee"])
  assert "bee_png.npz" not in capsys.readouterr().err
  np.testing.assert_array_equal(first.train.images, second.train.images)
  next(cache.rglob("bee_png.npz")).write_bytes(b"PK broken")
  third = sketch_dataset.load(folder, ["bee"])
  assert "damaged" in capsys.readouterr().err
  np.testing.assert_array_equal(first.train.images, third.train.images)


def test_images_in_the_folder_are_used(folder):
  write_category(folder, "bee", 0)
  images = {split: np.full((count, 48, 48), index, np.uint8)
            for index, (split, count) in enumerate(COUNTS.items())}
  np.savez(folder / "bee_png.npz", **images)
  assert (sketch_dataset.load(folder, ["bee"]).test.images == 2).all()


def test_num_per_category_caps_each_split_of_each_category(folder):
  write_category(folder, "bee", 0)
  originals = write_category(folder, "bus", 1)
  data = sketch_dataset.load(folder, ["bee", "bus"], num_per_category=4)
  assert [len(getattr(data, split)) for split in SPLITS] == [8, 6, 8]
  np.testing.assert_array_equal(data.train.lengths[4:], [len(d) for d in originals["train"][:4]])


def test_too_long_drawings_leave_with_image_and_label(folder, capsys):
  originals = {name: write_category(folder, name, seed) for seed, name in enumerate(["bee", "bus"])}
  data = sketch_dataset.load(folder, ["bee", "bus"], max_seq_len=7)
  assert "longer than max_seq_len=7" in capsys.readouterr().err
  kept = [(label, one) for label, name in enumerate(originals) for one in originals[name]["train"]
          if len(one) <= 7]
  assert 0 < len(kept) < 14 and data.max_seq_len == 7
  np.testing.assert_array_equal(data.train.labels, [label for label, _ in kept])
  np.testing.assert_array_equal(data.train.images, raster.rasterize([one for _, one in kept]))
  with pytest.raises(UserError, match="'bee' is longer than max_seq_len=2 points"):
    sketch_dataset.load(folder, ["bee"], max_seq_len=2)


def test_bad_folders_get_a_sentence(folder):
  with pytest.raises(UserError, match="no folder"):
    sketch_dataset.load(folder / "missing", ["bee"])
  with pytest.raises(UserError, match="holds no CATEGORY.npz"):
    sketch_dataset.load(folder, ["bee"])
  write_category(folder, "bee", 0)
  with pytest.raises(UserError, match="did you mean 'bee'"):
    sketch_dataset.load(folder, ["bees"])


@pytest.mark.parametrize("images, message", [
    ({split: np.zeros((count, 28, 28), np.uint8) for split, count in COUNTS.items()},
     "28 x 28 pixels where png_width is 48"),
    ({split: np.zeros((count - 1, 48, 48), np.uint8) for split, count in COUNTS.items()},
     "holds 6 images in train for 7 drawings"),
    ({"train": np.zeros((7, 48, 48), np.uint8)}, "under 'valid'"),
    ({split: np.zeros((count, 48, 48)) for split, count in COUNTS.items()}, "no uint8 images"),
])
def test_images_that_do_not_fit_are_refused(folder, images, message):
  write_category(folder, "bee", 0)
  np.savez(folder / "bee_png.npz", **images)
  with pytest.raises(UserError, match=message):
    sketch_dataset.load(folder, ["bee"])


def test_bad_drawings_are_refused(folder):
  bad = np.array([[1, 2, 0], [3, 4, 1]], np.float32)
  for value, place, message in ((np.nan, 0, "NaN"), (2, 2, "more than 0 and 1")):
    broken = bad.copy()
    broken[1, place] = value
    stroke_files.write_drawings(folder / "bee.npz",
                                {"train": [bad, broken], "valid": [bad], "test": [bad]})
    with pytest.raises(UserError, match=message):
      sketch_dataset.load(folder, ["bee"])
  write_category(folder, "bus", 0, counts={"train": 0, "valid": 1, "test": 1})
  with pytest.raises(UserError, match="no drawings in train"):
    sketch_dataset.load(folder, ["bus"])


def test_style_numbers_must_fit(folder):
  splits = write_category(folder, "bee", 0)
  stroke_files.write_drawings(folder / "bee.npz", splits, {
      "train_style": np.zeros(3, int), "style_names": np.array(["left"])})
  with pytest.raises(UserError, match="train_style must hold one position"):
    sketch_dataset.load(folder, ["bee"])
