"""FSIM: the stored values of the original, the plain form, and the command."""

import csv
import json
import pathlib

import numpy as np
import pytest
from PIL import Image

from benchmarks.plain_fsim import plain_fsim, plain_phase_congruency
from data_tools.errors import UserError
from data_tools.image_files import read_image
from evaluate import fsim_run
from evaluate.metrics.downsampling import automatic_factor, downsample
from evaluate.metrics.fsim import compare, features, fsim, gradient_magnitude
from evaluate.metrics.phase_congruency import phase_congruency
from tests.evaluate import pair_folders
from tests.reference_checks import fsim as check_fsim
from tests.reference_checks.finding import require

REFERENCE = pathlib.Path(__file__).parents[1] / "reference/lmser/fsim.npz"


def random_pair(*shape):
  random = np.random.default_rng(sum(shape))
  return random.integers(0, 256, shape), random.integers(0, 256, shape)


def anchors():
  """The pairs A, B; C1, C2; and A, B with every pixel three times along each axis."""
  y, x = np.mgrid[:250, :200].astype(np.float64)
  disc = (x - 100) ** 2 + (y - 120) ** 2 < 3600
  a = np.clip(np.rint(127.5 + 80 * np.sin(x / 9) * np.cos(y / 13) + 40 * disc), 0, 255)
  b = np.clip(np.rint(0.8 * a + 20 + 10 * np.sin(x * y / 500)), 0, 255)
  c1 = np.stack([a, 255 - a, np.rint(0.5 * a + 40)], axis=-1)
  c2 = np.stack([b, np.rint(0.9 * (255 - b)), np.rint(0.4 * b + 60)], axis=-1)
  large = lambda image: image.repeat(3, axis=0).repeat(3, axis=1)
  return (a, b), (c1, c2), (large(a), large(b))


def test_stored_values():
  require(check_fsim.check(REFERENCE))


def test_anchors():
  expected = [(0.9379216048,) * 2, (0.9668054636, 0.9616076583), (0.9376714336,) * 2]
  for pair, values in zip(anchors(), expected):
    np.testing.assert_allclose(fsim(*pair), values, atol=6e-11)


@pytest.mark.parametrize("shape", [(24, 31), (33, 20), (40, 40, 3), (31, 17, 3), (2, 9), (3, 3, 3)])
def test_the_plain_form_agrees(shape):
  first, second = random_pair(*shape)
  np.testing.assert_allclose(fsim(first, second), plain_fsim(first, second), rtol=0, atol=1e-11)
  plane = first.reshape(*shape[:2], -1)[..., 0].astype(np.float64)
  np.testing.assert_allclose(phase_congruency(plane), plain_phase_congruency(plane), atol=1e-10)


@pytest.mark.parametrize("shape", [(384, 390), (385, 513, 3), (640, 641)])
def test_the_plain_form_agrees_after_downsampling(shape):
  first, second = random_pair(*shape)
  np.testing.assert_allclose(fsim(first, second), plain_fsim(first, second), rtol=0, atol=1e-11)


def test_equal_images_and_symmetry():
  for shape in ((30, 41), (30, 41, 3)):
    first, second = random_pair(*shape)
    assert fsim(first, first) == (1.0, 1.0)
    assert fsim(first, second) == fsim(second, first)
    assert 0 < fsim(first, second).fsim < 1
  assert fsim(first[..., 0], second[..., 0]).fsim == fsim(first[..., 0], second[..., 0]).fsimc
  as_float = fsim(first.astype(np.float64), second.astype(np.float64))
  assert as_float == fsim(first.astype(np.uint8), second.astype(np.uint8))


def test_kept_features_give_the_same():
  first, second = random_pair(26, 30, 3)
  reference = features(first)
  before = [np.copy(part) for part in reference]
  assert compare(reference, features(second)) == fsim(first, second)
  assert compare(reference, reference) == (1.0, 1.0)
  for old, new in zip(before, reference):  # comparing changes nothing
    np.testing.assert_array_equal(old, new)


def test_flat_images_give_nan():
  flat, other = np.full([20, 23], 77), random_pair(20, 23)[0]
  assert np.isnan(phase_congruency(flat)).all()
  assert np.isnan(fsim(flat, other)).all() and np.isnan(fsim(flat, flat)).all()
  # Rounding leaves a spectrum that is not quite 0 in some sizes.
  assert all(np.isnan(fsim(np.full([n, 53], 255), np.full([n, 53], 255))).all()
             for n in range(40, 47))


def test_images_without_structure_give_nan():
  first, second = random_pair(3, 2)  # the noise estimate is above everything
  assert not phase_congruency(first).any() and not phase_congruency(second).any()
  assert np.isnan(fsim(first, second)).all()


def test_wrong_arrays():
  first, _ = random_pair(8, 8, 3)
  for wrong in (first[:7], first[..., 0], first[..., :2]):
    with pytest.raises(ValueError, match="one shape"):
      fsim(first, wrong)
  for wrong in (first[..., :2], first[0, 0], first[None]):
    with pytest.raises(ValueError, match=r"\[H, W\]"):
      fsim(wrong, wrong)
  with pytest.raises(ValueError, match="at least 2 x 2"):
    fsim(first[:1], first[:1])


def test_gradient_of_a_ramp():
  ramp = 3.0 * np.arange(8)[None] + np.zeros([6, 1])
  inner = gradient_magnitude(ramp)[1:-1, 1:-1]
  np.testing.assert_allclose(inner, 16 * 2 * 3 / 16)
  np.testing.assert_allclose(gradient_magnitude(ramp.T), gradient_magnitude(ramp).T)


def test_downsampling_windows():
  sides = (1, 250, 383, 384, 639, 640)
  assert [automatic_factor(side, 999) for side in sides] == [1, 1, 1, 2, 2, 3]
  line = np.array([[1.0, 3.0, 5.0, 7.0, 9.0]] * 2)
  np.testing.assert_array_equal(downsample(line, 2), [[2.0, 6.0, 4.5]])
  np.testing.assert_array_equal(downsample(line, 2, "mirror"), [[2.0, 6.0, 9.0]])
  square = np.arange(36.0).reshape(6, 6)
  for factor in (2, 3, 4, 5):
    full = np.zeros([6 + factor - 1] * 2)
    for row in range(factor):
      for column in range(factor):
        full[row:row + 6, column:column + 6] += square / factor**2
    start = factor // 2
    expected = full[start:start + 6, start:start + 6][::factor, ::factor]
    np.testing.assert_allclose(downsample(square, factor), expected)
  mirrored = np.arange(6.0)[None] + np.zeros([6, 1])  # windows 1 0 | 0 1 2 and 3 4 5 | 5 4
  mirrored = downsample(mirrored, 5, "mirror")
  np.testing.assert_allclose(mirrored, [[(1 + 0 + 0 + 1 + 2) / 5, (3 + 4 + 5 + 5 + 4) / 5]] * 2)


def score(folders, **changes):
  return fsim_run.run(fsim_run.Options(*folders, **changes))


def test_folders(tmp_path, capsys):
  folders = pair_folders.make(tmp_path)
  report = score(folders, mode="photo", output=str(tmp_path / "values.csv"), per_image=True)
  expected = np.array([fsim(read_image(f"{folders[0]}/n{index}.png"),
                            read_image(f"{folders[1]}/n{index}.bmp")) for index in range(4)])
  assert report["fsim"] == pytest.approx(expected[:, 0].mean(), abs=1e-15)
  assert report["fsimc"] == pytest.approx(expected[:, 1].mean(), abs=1e-15)
  assert report["count"] == 4 and report["mode"] == "photo"
  with open(tmp_path / "values.csv", newline="") as file:
    rows = list(csv.reader(file))
  assert rows[0] == ["image", "fsimc", "fsim"] and [row[0] for row in rows[1:]] == [
      "n0", "n1", "n2", "n3"]
  np.testing.assert_array_equal(np.array(rows[1:])[:, 1:].astype(float), expected[:, ::-1])
  table = capsys.readouterr().out
  assert f"n2     {expected[2, 1]:.6f}" in table and f"{report['fsim']:.6f}" in table
  gray = score(folders)
  assert gray["fsim"] == gray["fsimc"] != report["fsim"]


def test_a_gray_partner_is_told_and_compared_in_colour(tmp_path, capsys):
  colour = np.random.default_rng(0).integers(0, 256, [40, 33, 3], np.uint8)
  gray = colour[..., 1]
  for folder, image in (("true", colour), ("made", gray), ("tripled", np.stack([gray] * 3, -1))):
    (tmp_path / folder).mkdir()
    Image.fromarray(image).save(tmp_path / folder / "a.png")
  scores = {folder: fsim_run.run(fsim_run.Options(str(tmp_path / "true"), str(tmp_path / folder),
                                                  mode="photo")) for folder in ("made", "tripled")}
  assert scores["made"]["fsimc"] == scores["tripled"]["fsimc"]
  told = capsys.readouterr().err
  assert told.count("Warning") == 1 and "made/a.png is gray" in told


def test_workers_change_nothing(tmp_path):
  folders = pair_folders.make(tmp_path, count=9)
  reports = [score(folders, workers=workers) for workers in (1, 2, 7, None)]
  assert all(report == reports[0] for report in reports)
  assert score((folders[0], folders[0]))["fsimc"] == 1.0
  assert score(folders[::-1])["fsimc"] == pytest.approx(reports[0]["fsimc"], abs=1e-15)


def test_wrong_folders(tmp_path):
  folders = pair_folders.make(tmp_path)
  true, made = (pathlib.Path(folder) for folder in folders)
  with pytest.raises(UserError, match=r"ends? in \.csv"):
    score(folders, output=str(tmp_path / "values.txt"))
  with pytest.raises(UserError, match="is a folder"):
    score(folders, output=str(true))
  Image.new("L", (33, 41), 9).save(made / "n2.bmp")
  with pytest.raises(UserError, match=r"n2\.png has 33 x 40 pixels, but .*n2\.bmp has 33 x 41"):
    score(folders, output=str(tmp_path / "values.csv"))
  assert not (tmp_path / "values.csv").exists()
  Image.new("L", (33, 40), 9).save(made / "n2.bmp")
  with pytest.raises(UserError, match=r"undefined for .*n2\.bmp"):
    score(folders)
  (made / "n1.bmp").write_bytes((made / "n1.bmp").read_bytes()[:500])
  with pytest.raises(UserError, match=r"n1\.bmp is damaged"):  # the first of two
    score(folders)
  (made / "n1.bmp").unlink()
  with pytest.raises(UserError, match=r"1 of .*true have no partner in .*made \(n1\)"):
    score(folders)
  for side in (true, made):
    Image.fromarray(random_pair(3, 2)[0].astype(np.uint8)).save(side / "tiny.png")
    for path in side.glob("n*"):
      path.unlink()
  with pytest.raises(UserError, match=r"tiny\.png and .*tiny\.png: neither has any structure"):
    score(folders)
  for side in (true, made):
    for path in side.iterdir():
      path.unlink()
    Image.new("L", (9, 1), 9).save(side / "thin.png")
  with pytest.raises(UserError, match=r"thin\.png has 9 x 1 pixels.*2 x 2"):
    score(folders)


def test_command(tmp_path):
  true, made = pair_folders.make(tmp_path)
  names = tmp_path / "list.txt"
  names.write_text("true/n1.png\ntrue/n3.png\n")
  done = pair_folders.command("fsim", f"--reference_dir={names}", f"--generated_dir={made}")
  assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
  assert "n0, n2" in done.stderr and done.stderr.count("Error:") == 1
  done = pair_folders.command("fsim", f"--reference_dir={true}", f"--generated_dir={made}")
  assert done.returncode == 0, done.stderr
  report = json.loads(done.stdout.splitlines()[-1])
  assert report == score((true, made)) and "100%" in done.stderr
  shown = pair_folders.command("fsim", "--help").stdout
  assert "--reference_dir" in shown and "--workers" in shown
