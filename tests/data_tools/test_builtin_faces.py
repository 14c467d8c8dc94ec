"""The built-in faces: the same each time, told apart by person, sketches on their photos, files."""

import dataclasses
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from data_tools import builtin_faces
from data_tools.builtin_faces.identity import sample_identity
from data_tools.builtin_faces.outline import Outline, directions
from data_tools.builtin_faces.pencil import Pencil
from data_tools.builtin_faces.photo import paint_photo
from data_tools.builtin_faces.shape import Shape, exaggerated
from data_tools.builtin_faces.sketch import draw_sketch
from data_tools.builtin_faces.surface import Surface
from data_tools.builtin_faces.variation import sample_variation
from data_tools.builtin_faces.view import HEIGHT, ORIGIN, WIDTH, View
from data_tools.files import whole_folder
from data_tools.errors import UserError

PEOPLE, IMAGES = 12, 3


@functools.cache
def made():
  """Photos uint8 [12, 3, 250, 200, 3] and sketches uint8 [12, 3, 250, 200]."""
  pairs = [[builtin_faces.draw(identity, variant) for variant in range(IMAGES)]
           for identity in range(PEOPLE)]
  return (np.array([[photo for photo, _ in row] for row in pairs]),
          np.array([[sketch for _, sketch in row] for row in pairs]))


# --- The pictures ---

def test_pictures_have_the_size_type_and_range():
  photos, sketches = made()
  assert photos.dtype == sketches.dtype == np.uint8
  assert photos.shape[2:] == (HEIGHT, WIDTH, 3) == (250, 200, 3)
  assert sketches.shape[2:] == (HEIGHT, WIDTH)
  assert (photos.std(axis=(2, 3, 4)) > 20).all() and (np.ptp(sketches, axis=(2, 3)) > 150).all()
  assert (sketches > 200).mean() > 0.3  # paper is seen
  assert (photos == 255).mean() < 0.03 and (photos == 0).mean() < 0.03  # not burnt out


def test_the_same_numbers_give_the_same_pictures():
  photos, sketches = made()
  photo, sketch = builtin_faces.draw(3, 1)
  np.testing.assert_array_equal(photo, photos[3, 1])
  np.testing.assert_array_equal(sketch, sketches[3, 1])
  for other in (builtin_faces.draw(3, 1, seed=1), builtin_faces.draw(3, 2)):
    assert not np.array_equal(other[0], photo) and not np.array_equal(other[1], sketch)


def test_the_same_pictures_in_another_process(request):
  code = ("import zlib; from data_tools import builtin_faces; "
          "print(zlib.crc32(b''.join(a.tobytes() for a in builtin_faces.draw(3, 1))))")
  done = subprocess.run([sys.executable, "-c", code], cwd=request.config.rootpath, text=True,
                        capture_output=True, check=True)
  photos, sketches = made()
  assert int(done.stdout) == zlib.crc32(photos[3, 1].tobytes() + sketches[3, 1].tobytes())


def test_numbers_below_zero_are_refused():
  for numbers in ((-1, 0, 0), (0, -1, 0), (0, 0, -1)):
    with pytest.raises(UserError, match="from 0 up"):
      builtin_faces.draw(*numbers)


def small(images):
  """The middles of pictures, without the background, reduced, of unit length, [N, features]."""
  images = images[:, :, 30:210, 50:150].astype(np.float32)
  images = images.reshape(PEOPLE * IMAGES, 18, 10, 10, 10, -1).mean(axis=(2, 4))
  flat = images.reshape(len(images), -1)
  flat = flat - flat.mean(axis=0)
  return flat / np.linalg.norm(flat, axis=1, keepdims=True)


@pytest.mark.parametrize("kind", [0, 1])
def test_pictures_of_a_person_are_nearer_than_those_of_others(kind):
  features = small(made()[kind])
  likeness = features @ features.T
  person = np.arange(PEOPLE * IMAGES) // IMAGES
  same = (person[:, None] == person) & ~np.eye(len(person), dtype=bool)
  assert likeness[same].mean() > likeness[person[:, None] != person].mean() + 0.4
  np.fill_diagonal(likeness, -1)
  assert np.mean(person[likeness.argmax(axis=1)] == person) > 0.8


def edges(image):
  """Strength of the edges, blurred by two pixels, [250, 200]."""
  smooth = ndimage.gaussian_filter(image.astype(np.float32), 1.0)
  return ndimage.gaussian_filter(np.hypot(ndimage.sobel(smooth, 0), ndimage.sobel(smooth, 1)), 2)


def correlation(a, b):
  return np.corrcoef(a.ravel(), b.ravel())[0, 1]


def test_a_sketch_lies_on_its_photo():
  photos, sketches = made()
  for person in range(PEOPLE):
    photo, sketch = edges(photos[person, 1].mean(axis=-1)), edges(sketches[person, 1])
    own = correlation(photo, sketch)
    for shift in ((8, 0), (-8, 0), (0, 8), (0, -8)):
      assert own > correlation(photo, np.roll(sketch, shift, (0, 1)))
    others = [correlation(photo, edges(sketches[person - step, 1])) for step in (1, 2, 3)]
    assert own > np.mean(others) and own > 0.3


def test_the_eyes_are_dark_where_the_pose_puts_them():
  photos, sketches = made()
  for person in range(PEOPLE):
    surface = Surface(sample_identity(person), sample_variation(person, 1))
    for side in (-1, 1):
      x, y = surface.view.project(np.array(surface.features.eye_place(side))).round().astype(int)
      for image in (photos[person, 1].mean(axis=-1), sketches[person, 1].astype(float)):
        eye = np.percentile(image[y - 2:y + 4, x - 3:x + 4], 10)
        cheek = np.median(image[y + 20:y + 30, x - 5:x + 6])
        assert eye < 0.8 * cheek


def test_a_sketch_is_no_edge_filter_of_the_photo():
  """Background and tint change the photo; the sketch, drawn from the surface, stays the same."""
  person, picture = sample_identity(2), sample_variation(2, 1)
  other = dataclasses.replace(person, background=(.9, .1, .1), tint=(0.0, 0.0, 0.0))
  one, two = Surface(person, picture), Surface(other, picture)
  np.testing.assert_array_equal(draw_sketch(one), draw_sketch(two))
  assert not np.array_equal(paint_photo(one), paint_photo(two))


# --- What they are made from ---

def test_the_pose_can_be_undone():
  for variant in range(6):
    view = View(sample_variation(5, variant))
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    back = view.project(np.stack([view.u, view.v], -1))
    np.testing.assert_allclose(back, np.stack([x, y], -1), atol=0.25)
  calm = dataclasses.replace(sample_variation(0, 0), yaw=0.0, pitch=0.0, roll=0.0, scale=1.0,
                             shift=(0.0, 0.0))
  np.testing.assert_allclose(View(calm).project(np.zeros(2)), ORIGIN)


def test_a_turned_head_moves_the_nose_further_than_the_ears():
  calm = dataclasses.replace(sample_variation(0, 0), yaw=0.0)
  turned = dataclasses.replace(calm, yaw=0.2)
  points = np.array([[0.0, 32.0], [60.0, 8.0], [-60.0, 8.0]])
  nose, *ears = (View(turned).project(points) - View(calm).project(points))[:, 0]
  assert nose > 8 and all(nose > ear + 4 for ear in ears)


def test_outlines_go_through_their_points():
  points = [(0, -80), (40, -60), (55, 0), (45, 50), (20, 85), (0, 90)]
  outline = Outline.through(points)
  angles, radii = directions(*np.array(points, float).T)
  np.testing.assert_allclose(outline.at(angles), radii, atol=0.1)
  np.testing.assert_allclose(outline.radii, outline.radii[::-1], atol=1e-9)


def test_an_exaggeration_goes_further_and_keeps_the_places():
  shape = sample_identity(1).shape
  far, mean = exaggerated(shape, 1.5), Shape()
  assert far.jaw - mean.jaw == pytest.approx(1.5 * (shape.jaw - mean.jaw))
  assert (far.eye_distance, far.nose, far.mouth) == (shape.eye_distance, shape.nose, shape.mouth)
  same = dataclasses.astuple(exaggerated(shape, 1.0))
  np.testing.assert_allclose(same, dataclasses.astuple(shape))


def test_a_pencil_line_is_dark_where_it_was_drawn_and_obeys_its_mask():
  still = dataclasses.replace(sample_variation(0, 0), yaw=0.0, pitch=0.0, roll=0.0, scale=1.0,
                              shift=(0.0, 0.0))
  pencil = Pencil(View(still), np.random.default_rng(0))
  mask = np.ones((HEIGHT, WIDTH))
  mask[:, :60] = 0
  line = np.stack([np.linspace(-80, 80, 20), np.zeros(20)], -1)
  pencil.lines(line[None], 1.5, 1.0, mask, 0.0)
  sheet = pencil.finish(np.zeros((HEIGHT, WIDTH)))
  assert sheet[122, 70:150].max() < 140 and sheet[122, :55].min() > 200
  assert sheet[:115].min() > 200 and sheet[130:].min() > 200


def test_people_differ_in_all_that_is_told_of_them():
  people = [sample_identity(identity).attributes() for identity in range(150)]
  for name in people[0]:
    assert len({person[name] for person in people}) >= 2, name
  assert all(person["beard"] == "none" for person in people if person["sex"] == "female")
  assert sample_identity(3) == sample_identity(3) != sample_identity(3, seed=1)


# --- Files ---

SMALL = {"identities": 4, "images_per_identity": 1}


@pytest.fixture(name="folder", scope="module")
def fixture_folder(tmp_path_factory):
  """A small folder of faces, for reading only."""
  return builtin_faces.ensure(**SMALL, folder=tmp_path_factory.mktemp("faces") / "some")


def test_a_folder_has_pairs_and_a_list(folder):
  listed = builtin_faces.read_list(folder)
  assert listed["settings"] == {"version": builtin_faces.VERSION, "seed": 0, **SMALL}
  assert sorted(os.listdir(folder)) == ["faces.json", "photos", "sketches"]
  names = [name for person in listed["identities"] for name in person["images"]]
  assert sorted(os.listdir(folder / "photos")) == sorted(os.listdir(folder / "sketches")) == names
  for identity, person in enumerate(listed["identities"]):
    assert person["identity"] == identity
    assert person["attributes"] == sample_identity(identity).attributes()
    photo, sketch = builtin_faces.draw(identity, 0)
    for kind, expected in (("photos", photo), ("sketches", sketch)):
      with Image.open(folder / kind / builtin_faces.file_name(identity, 0)) as found:
        np.testing.assert_array_equal(np.asarray(found), expected)


@pytest.mark.parametrize("count", [3, 4, 20, 121])
def test_splits_share_no_person(count):
  splits = builtin_faces.split_of_identities(count, seed=2)
  assert len(splits) == count and set(splits) == set(builtin_faces.SPLITS)
  if count > 10:
    assert splits.count("train") == pytest.approx(0.7 * count, abs=1.5)
    assert splits.count("test") == pytest.approx(0.2 * count, abs=1)


def test_ensure_makes_the_cache_once(tmp_path, monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_CACHE", str(tmp_path))
  folder = builtin_faces.ensure(3, 1, seed=5)
  assert folder.is_relative_to(tmp_path / "builtin_faces" / f"v{builtin_faces.VERSION}")
  before = (folder / "faces.json").stat().st_mtime_ns
  assert builtin_faces.ensure(3, 1, seed=5) == folder
  assert (folder / "faces.json").stat().st_mtime_ns == before
  assert [path for path in folder.parent.iterdir() if path != folder] == []


def test_a_folder_is_whole_or_not_there(tmp_path):
  with pytest.raises(KeyError), whole_folder(tmp_path / "sub" / "one") as scratch:
    (scratch / "file").write_text("half")
    raise KeyError
  assert list((tmp_path / "sub").iterdir()) == []
  with whole_folder(tmp_path / "sub" / "one") as scratch:
    (scratch / "file").write_text("ours")
    (tmp_path / "sub" / "one").mkdir()  # another process is quicker
    (tmp_path / "sub" / "one" / "file").write_text("theirs")
  assert (tmp_path / "sub" / "one" / "file").read_text() == "theirs"
  assert [path.name for path in (tmp_path / "sub").iterdir()] == ["one"]


def test_what_is_in_the_way_is_never_replaced(folder, tmp_path):
  with pytest.raises(UserError, match="v1-seed0-4x1 where v1-seed1-4x1"):
    builtin_faces.ensure(**SMALL, seed=1, folder=folder)
  theirs = tmp_path / "theirs"
  theirs.mkdir()
  (theirs / "holiday.png").write_text("x")
  with pytest.raises(UserError, match="not empty and has no faces.json"):
    builtin_faces.ensure(**SMALL, folder=theirs)
  with pytest.raises(UserError, match="is a file"):
    builtin_faces.ensure(**SMALL, folder=theirs / "holiday.png")
  assert os.listdir(theirs) == ["holiday.png"]
  lacking = pathlib.Path(shutil.copytree(folder, tmp_path / "lacking"))
  (lacking / "sketches" / "0001_00.png").unlink()
  with pytest.raises(UserError, match=r"lacks 0001_00.png \(1 of 4 files"):
    builtin_faces.ensure(**SMALL, folder=lacking)
  (lacking / "faces.json").write_text("{\"settings\": {}")
  with pytest.raises(UserError, match="is no list of built-in faces"):
    builtin_faces.ensure(**SMALL, folder=lacking)


@pytest.mark.parametrize("people, images, seed, words", [
    (2, 1, 0, "at least 3"), (3, 0, 0, "at least 1 image"), (3, 1, -1, "seed from 0 up")])
def test_what_cannot_be_made_is_said(tmp_path, people, images, seed, words):
  with pytest.raises(UserError, match=words):
    builtin_faces.ensure(people, images, seed, tmp_path / "x")
  assert not (tmp_path / "x").exists()


def test_the_command_makes_a_folder_and_a_sheet(tmp_path, request):
  command = functools.partial(subprocess.run, text=True, cwd=request.config.rootpath,
                              capture_output=True, check=False)
  words = [sys.executable, "data_tools/make_faces.py", f"--output_dir={tmp_path / 'faces'}",
           "--images_per_identity=2", "--seed=7"]
  done = command([*words, "--identities=3", f"--contact_sheet={tmp_path / 'sheet.png'}"])
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout) == {"folder": str(tmp_path / "faces"), "identities": 3,
                                     "pairs": 6, "train": 1, "valid": 1, "test": 1}
  with Image.open(tmp_path / "sheet.png") as sheet:
    assert sheet.size == (4 * 2 * WIDTH, 2 * HEIGHT)
  wrong = command([*words, "--identities=4"])
  assert wrong.returncode == 1 and wrong.stdout == ""
  assert wrong.stderr.startswith("Error: ") and "give another folder" in wrong.stderr
