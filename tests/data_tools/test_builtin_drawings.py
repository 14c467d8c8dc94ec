"""The built-in drawings: made as specified, like people's in figures, and told apart by style."""

import functools
import json
import subprocess
import sys

import numpy as np
import pytest
from scipy.cluster.vq import kmeans2

from data_tools import builtin_drawings, stroke_files
from data_tools.builtin_drawings import curves
from data_tools.builtin_drawings.finish import finish
from data_tools.builtin_drawings.simplify import simplify
from data_tools.builtin_drawings.statistics import shares, split_strokes, statistics
from data_tools.errors import UserError
from data_tools.raster import rasterize

CATEGORIES = builtin_drawings.CATEGORIES
COUNT = 300

# Percentiles 5, 50 and 95 of Quick, Draw! drawings (15 to 26 of each category, so they are rough).
MEASURED = {
    "bee": {"points": (50, 62, 91), "strokes": (7, 10, 16), "segment length": (5, 22, 70),
            "turn": (8, 24, 131), "ink": (3.8, 5.3, 8.4), "width/height": (1.0, 1.26, 2.4)},
    "bus": {"points": (40, 61, 101), "strokes": (3, 6, 11), "segment length": (6, 16, 79),
            "turn": (8, 35, 94), "ink": (4.1, 5.2, 7.5), "width/height": (1.2, 2.1, 2.7)},
    "flower": {"points": (36, 61, 88), "strokes": (2, 4, 7), "segment length": (6, 16, 45),
               "turn": (12, 31, 125), "ink": (2.9, 4.2, 6.3), "width/height": (.42, .62, 1.13)},
    "giraffe": {"points": (22, 46, 69), "strokes": (1, 5, 13), "segment length": (5, 19, 64),
                "turn": (9, 31, 111), "ink": (2.4, 3.9, 5.1), "width/height": (.66, .84, 1.0)},
    "pig": {"points": (54, 78, 98), "strokes": (6, 10, 14), "segment length": (4, 16, 47),
            "turn": (10, 30, 110), "ink": (3.1, 5.1, 6.5), "width/height": (.76, 1.18, 2.4)},
    "cat": {"points": (31, 53, 76), "strokes": (2, 9, 15), "segment length": (5, 20, 58),
            "turn": (9, 27, 126), "ink": (3.2, 4.6, 5.7), "width/height": (.66, 1.24, 1.9)},
}
# Where our drawings miss the aim (medians within 15 %, the ends within 30 %): mostly people's
# barest and most broken up drawings, which a stranger would not name at once.
MISSED = {
    ("bee", "segment length", 5), ("bee", "turn", 95), ("bus", "strokes", 5), ("bus", "turn", 5),
    ("flower", "points", 5), ("flower", "strokes", 5), ("flower", "turn", 95),
    ("giraffe", "points", 5), ("giraffe", "ink", 5), ("giraffe", "strokes", 50),
    ("pig", "strokes", 5), ("pig", "segment length", 5), ("pig", "ink", 5),
    ("cat", "points", 5), ("cat", "strokes", 5),
}


@functools.cache
def made(category):
  """Drawings, style labels and ink images [N, 48, 48] (1 = ink) of a category."""
  drawings, labels = builtin_drawings.draw(category, range(COUNT))
  return drawings, labels, 1 - rasterize(drawings).astype(np.float32) / 255


# --- The finish ---

def simplify_one(points, tolerance):
  """Ramer-Douglas-Peucker by its definition, of one stroke."""
  if len(points) < 3:
    return points
  chord, offset = points[-1] - points[0], points - points[0]
  length = np.hypot(*chord)
  distance = (np.hypot(*offset.T) if length < 1e-9
              else np.abs(chord[0] * offset[:, 1] - chord[1] * offset[:, 0]) / length)
  far = 1 + int(np.argmax(distance[1:-1]))
  if distance[far] <= tolerance:
    return points[[0, -1]]
  return np.vstack([simplify_one(points[:far + 1], tolerance)[:-1],
                    simplify_one(points[far:], tolerance)])


def test_simplify_is_that_of_each_stroke_alone():
  random = np.random.default_rng(0)
  strokes = [np.cumsum(random.standard_normal((count, 2)), axis=0)
             for count in (2, 3, 4, 80, 200, 7)]
  strokes.append(np.vstack([strokes[3], strokes[3][:1]]))  # a closed one
  points = np.concatenate(strokes)
  last = np.cumsum([len(stroke) for stroke in strokes]) - 1
  first = np.array([0, *last[:-1] + 1])
  keep = simplify(points, first, last, 2.0)
  for stroke, a, b in zip(strokes, first, last):
    np.testing.assert_array_equal(stroke[keep[a:b + 1]], simplify_one(stroke, 2.0))


def test_finish_fits_the_box_and_keeps_dots():
  square = np.array([[10, 10], [20, 10], [20, 20], [10, 20], [10, 10]], float)
  dot = np.array([[15, 12], [15, 12]], float)
  alone, other = finish([[square, dot], [dot]])
  np.testing.assert_array_equal(
      alone, [[0, 0, 0], [255, 0, 0], [0, 255, 0], [-255, 0, 0], [0, -255, 1],
              [128, 51, 0], [0, 0, 1]])
  assert alone.dtype == np.int16
  np.testing.assert_array_equal(other, [[0, 0, 0], [0, 0, 1]])


def test_curves_go_where_they_are_asked_to():
  corners = [(0.0, 0.0), (50.0, 0.0), (50.0, 40.0)]
  for path in (curves.polyline(corners), curves.polyline(corners, 0.0), curves.spline(corners)):
    np.testing.assert_allclose(path[[0, -1]], [corners[0], corners[-1]])
  oval = curves.Ellipse(5, 6, 30, 20, 0.3)
  path = curves.ellipse(oval, 0.0, 2 * np.pi)
  np.testing.assert_allclose(path[0], oval.at(0))
  wing = curves.petal((3, 4), 90, 40, 20)
  np.testing.assert_allclose(wing[[0, -1]], [[3, 4], [3, 4]], atol=1e-9)
  assert wing[:, 1].max() == pytest.approx(44, abs=0.5)


# --- The drawings ---

@pytest.mark.parametrize("category", CATEGORIES)
def test_every_drawing_is_a_whole_stroke3_drawing(category):
  drawings, labels, _ = made(category)
  assert labels.dtype == np.int64 and len(labels) == len(drawings) == COUNT
  for drawing in drawings:
    points = np.cumsum(drawing[:, :2].astype(int), axis=0)
    assert drawing.dtype == np.int16 and 20 <= len(drawing) <= 120
    assert points.min() >= 0 and points.max() <= 255
    # The simplification, which comes last, may drop a tip of less than its tolerance of 2.
    assert points.min(axis=0).max() <= 2 and np.ptp(points, axis=0).max() >= 251
    assert set(np.unique(drawing[:, 2])) <= {0, 1} and drawing[-1, 2] == 1
    assert all(len(stroke) >= 2 for stroke in split_strokes(drawing))


def test_a_drawing_depends_on_its_seed_category_split_and_index_only():
  many, labels = builtin_drawings.draw("bee", range(70))
  alone, label = builtin_drawings.draw("bee", [66])
  np.testing.assert_array_equal(alone[0], many[66])
  assert label[0] == labels[66]
  for other in (builtin_drawings.draw("bee", [66], seed=1)[0][0],
                builtin_drawings.draw("bee", [66], split="valid")[0][0],
                builtin_drawings.draw("bus", [66])[0][0], many[65]):
    assert not np.array_equal(other, many[66])


@pytest.mark.parametrize("category", CATEGORIES)
def test_styles_have_their_unequal_shares(category):
  styles = builtin_drawings.STYLES[category]
  expected = [style.share for style in styles]
  assert len({style.name for style in styles}) == len(styles) >= 2
  assert sum(expected) == pytest.approx(1) and max(expected) >= 0.6
  found = np.bincount(made(category)[1], minlength=len(styles)) / COUNT
  np.testing.assert_allclose(found, expected, atol=0.08)


@pytest.mark.parametrize("category", CATEGORIES)
def test_figures_are_those_of_people(category):
  ours = statistics(made(category)[0])
  misses = set()
  for name, measured in MEASURED[category].items():
    for percentile, place, allowed in ((5, 0, 0.3), (50, 2, 0.15), (95, 4, 0.3)):
      theirs = measured[place // 2]
      if abs(ours[name][place] - theirs) > allowed * theirs:
        misses.add((category, name, percentile))
  assert misses <= MISSED


@pytest.mark.parametrize("category", CATEGORIES)
def test_strokes_close_and_come_first_as_those_of_people(category):
  found = shares(made(category)[0])
  assert 0.36 <= found["closed"] <= 1.0
  assert found["dots"] <= 0.2 and found["two points"] <= 0.45
  low, high = (0.05, 0.3) if category == "flower" else (0.5, 0.9)
  assert low <= found["first is longest"] <= high


# --- Styles and categories can be told apart, but drawings are no copies ---

def ridge_classifier(images, labels, others, classes, weight=30.0):
  """Predicted labels of `others` by a linear least-squares classifier."""
  mean, targets = images.mean(axis=0), np.eye(classes)[labels]
  x = images - mean
  dual = np.linalg.solve(x @ x.T + weight * np.eye(len(x)), targets - targets.mean(axis=0))
  return ((others - mean) @ (x.T @ dual) + targets.mean(axis=0)).argmax(axis=1)


def test_a_linear_classifier_tells_the_categories():
  half = COUNT * 2 // 3
  images = {name: made(name)[2].reshape(COUNT, -1) for name in CATEGORIES}
  labels = np.repeat(np.arange(len(CATEGORIES)), half)
  found = ridge_classifier(np.concatenate([images[name][:half] for name in CATEGORIES]), labels,
                           np.concatenate([images[name][half:] for name in CATEGORIES]),
                           len(CATEGORIES))
  assert np.mean(found == np.repeat(np.arange(len(CATEGORIES)), COUNT - half)) >= 0.95


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_linear_classifier_tells_the_styles(category):
  _, labels, images = made(category)
  flat, half = images.reshape(COUNT, -1), COUNT // 2
  found = ridge_classifier(flat[:half], labels[:half], flat[half:], 2)
  assert np.mean(found == labels[half:]) >= 0.95


def adjusted_rand_index(a, b):
  """Agreement of two clusterings: 1 = the same, 0 = as by chance (Hubert & Arabie 1985)."""
  table = np.zeros((a.max() + 1, b.max() + 1))
  np.add.at(table, (a, b), 1)
  pairs = [(each * (each - 1) / 2).sum() for each in (table, table.sum(1), table.sum(0))]
  chance = pairs[1] * pairs[2] / (len(a) * (len(a) - 1) / 2)
  return (pairs[0] - chance) / ((pairs[1] + pairs[2]) / 2 - chance)


def simple_features(drawings, images):
  """Float [N, 5], standardised: strokes, aspect, ink's centre (x, y), ink's share at the left."""
  ink, axis = images.sum(axis=(1, 2)), np.arange(48)
  extents = [np.ptp(np.cumsum(drawing[:, :2].astype(int), axis=0), axis=0)
             for drawing in drawings]
  features = np.stack([
      [drawing[:, 2].sum() for drawing in drawings],
      [np.log(width / height) for width, height in extents],
      (images.sum(axis=1) * axis).sum(axis=1) / ink,
      (images.sum(axis=2) * axis).sum(axis=1) / ink,
      images[:, :, :24].sum(axis=(1, 2)) / ink], axis=1)
  return (features - features.mean(axis=0)) / features.std(axis=0)


@pytest.mark.parametrize("category", CATEGORIES)
def test_clustering_finds_the_styles(category):
  drawings, labels, images = made(category)
  features = simple_features(drawings, images)
  runs = [kmeans2(features, 2, seed=seed, minit="++") for seed in range(5)]
  _, found = min(runs, key=lambda run: np.square(features - run[0][run[1]]).sum())
  assert adjusted_rand_index(found.astype(int), labels) > 0.8


@pytest.mark.parametrize("category", CATEGORIES)
def test_drawings_of_a_style_are_no_copies(category):
  _, labels, images = made(category)
  for style in (0, 1):
    own = images[labels == style][:60].reshape(-1, 48 * 48)
    distance = np.abs(own[:, None] - own[None]).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    assert np.median(distance.min(axis=1) / own.sum(axis=1)) > 0.05


# --- Files ---

SMALL = {"train": 6, "valid": 2, "test": 0}


def test_ensure_makes_files_once_in_the_cache(tmp_path, monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_CACHE", str(tmp_path))
  folder = builtin_drawings.ensure(["bee", "bus"], SMALL, seed=3)
  assert folder.parent == tmp_path / "builtin_drawings"
  assert sorted(path.name for path in folder.iterdir()) == ["bee.npz", "bus.npz"]
  before = (folder / "bee.npz").stat().st_mtime_ns
  assert builtin_drawings.ensure(["bee", "cat"], SMALL, seed=3) == folder
  assert (folder / "bee.npz").stat().st_mtime_ns == before and (folder / "cat.npz").is_file()
  assert builtin_drawings.ensure(["bee"], SMALL, seed=4) != folder


def test_files_hold_drawings_and_style_labels(tmp_path):
  builtin_drawings.ensure(["bus"], SMALL, folder=tmp_path)
  splits = stroke_files.read_drawings(tmp_path / "bus.npz")
  arrays = stroke_files.read_arrays(tmp_path / "bus.npz")
  assert list(arrays["style_names"]) == ["school_left", "double_decker"]
  for split, count in SMALL.items():
    drawings, labels = builtin_drawings.draw("bus", range(count), split=split)
    assert len(splits[split]) == count
    for found, expected in zip(splits[split], drawings):
      np.testing.assert_array_equal(found, expected)
    assert arrays[f"{split}_style"].dtype == np.int64
    np.testing.assert_array_equal(arrays[f"{split}_style"], labels)


def test_a_file_of_other_drawings_is_never_replaced(tmp_path):
  theirs = [np.array([[0, 0, 0], [5, 5, 1]], np.int16)]
  stroke_files.write_drawings(tmp_path / "bee.npz", dict.fromkeys(SMALL, theirs))
  builtin_drawings.ensure(["bus"], SMALL, folder=tmp_path)
  with pytest.raises(UserError, match="drawings of another origin"):
    builtin_drawings.ensure(["bee"], SMALL, folder=tmp_path)
  with pytest.raises(UserError, match="seed0-6-2-0"):
    builtin_drawings.ensure(["bus"], SMALL, seed=1, folder=tmp_path)
  assert len(stroke_files.read_drawings(tmp_path / "bee.npz")["train"]) == 1
  (tmp_path / "bee.npz").write_bytes(b"PK cut short")
  with pytest.raises(UserError, match="delete it"):
    builtin_drawings.ensure(["bee"], SMALL, folder=tmp_path)


@pytest.mark.parametrize("categories, counts, seed, words", [
    (["wasp"], SMALL, 0, "only of bee, bus, flower"),
    (["bee"], {"train": 0, "valid": 0, "test": 0}, 0, "at least 1 train"),
    (["bee"], {"train": 5}, 0, "one for each of train, valid, test"),
    (["bee"], SMALL, -1, "from 0 up"),
])
def test_what_cannot_be_made_is_said(tmp_path, categories, counts, seed, words):
  with pytest.raises(UserError, match=words):
    builtin_drawings.ensure(categories, counts, seed, tmp_path)


def run_command(*flags):
  return subprocess.run([sys.executable, "data_tools/make_drawings.py", *flags], text=True,
                        capture_output=True, check=False)


def test_the_command_makes_files_and_a_sheet(tmp_path, request, monkeypatch):
  monkeypatch.chdir(request.config.rootpath)
  flags = [f"--output_dir={tmp_path}", "--train=4", "--valid=1", "--test=1"]
  done = run_command(*flags, "--categories={'pig','cat'}",
                     f"--contact_sheet={tmp_path / 'sheet.png'}")
  assert done.returncode == 0, done.stderr
  lines = [json.loads(line) for line in done.stdout.splitlines()]
  assert [line["category"] for line in lines] == ["pig", "cat"]
  assert all(sum(line["train_styles"].values()) == line["train"] == 4 for line in lines)
  assert (tmp_path / "sheet.png").stat().st_size > 1000
  wrong = run_command(*flags, "--categories=wasp")
  assert wrong.returncode == 1
  assert wrong.stderr.startswith("Error: There are no built-in drawings of 'wasp'")
