"""SSIM: scikit-image's stored values, windows by brute force, and the command."""

import json
import pathlib

import numpy as np
import pytest
from PIL import Image

from data_tools.errors import UserError
from data_tools.image_files import read_image
from evaluate import ssim_run
from evaluate.metrics.downsampling import downsample
from evaluate.metrics.ssim import Variant, ssim, ssim_map
from tests.evaluate import pair_folders
from tests.reference_checks import ssim as check_ssim
from tests.reference_checks.finding import require

REFERENCE = pathlib.Path(__file__).parents[1] / "reference/lmser/ssim.npz"


def random_pair(*shape):
  random = np.random.default_rng(sum(shape))
  first = random.integers(0, 256, shape).astype(np.uint8)
  return first, np.clip(first + random.normal(0, 30, shape), 0, 255).astype(np.uint8)


def window_by_window(first, second, variant):
  """SSIM from the definition, one window after the other."""
  size = variant.window
  if variant is Variant.UNIFORM:
    weights, divisor = np.ones([size, size]), size**2 - 1
  else:
    y, x = np.mgrid[:size, :size] - size // 2
    weights = np.exp(-(x**2 + y**2) / (2 * 1.5**2))
    weights /= weights.sum()
    divisor = 1
  result = np.empty([side - size + 1 for side in first.shape])
  for row, column in np.ndindex(*result.shape):
    a, b = (image[row:row + size, column:column + size].astype(float) for image in (first, second))
    m1, m2 = np.sum(weights * a) / weights.sum(), np.sum(weights * b) / weights.sum()
    v1, v2 = (np.sum(weights * (values - mean) ** 2) / divisor for values, mean in
              ((a, m1), (b, m2)))
    c12 = np.sum(weights * (a - m1) * (b - m2)) / divisor
    result[row, column] = ((2 * m1 * m2 + 6.5025) * (2 * c12 + 58.5225)
                           / ((m1**2 + m2**2 + 6.5025) * (v1 + v2 + 58.5225)))
  return result


def test_stored_values():
  require(check_ssim.check(REFERENCE))


@pytest.mark.parametrize("variant", Variant)
def test_window_by_window(variant):
  first, second = random_pair(19, 23)
  np.testing.assert_allclose(ssim_map(first, second, variant),
                             window_by_window(first, second, variant), rtol=0, atol=1e-11)
  smallest = (first[:variant.window, :variant.window], second[:variant.window, :variant.window])
  assert ssim_map(*smallest, variant).shape == (1, 1)
  assert ssim(first, second, variant) == ssim_map(first, second, variant).mean()


@pytest.mark.parametrize("variant", Variant)
def test_properties(variant):
  first, second = random_pair(25, 31, 3)
  assert ssim(first, first, variant) == 1.0
  assert ssim(first, second, variant) == ssim(second, first, variant) < 1
  channels = [ssim(first[..., c], second[..., c], variant) for c in range(3)]
  assert ssim(first, second, variant) == pytest.approx(np.mean(channels), abs=1e-15)
  flat = np.full([20, 20], 90)
  assert ssim(flat, flat, variant) == 1.0
  darker = (2 * 90 * 50 + 6.5025) / (90**2 + 50**2 + 6.5025)  # no structure: luminance alone
  assert ssim(flat, flat - 40, variant) == pytest.approx(darker, abs=1e-9)
  assert ssim(first, 255 - first, variant) < 0


def test_the_variants_differ():
  first, second = random_pair(40, 40)
  assert abs(ssim(first, second) - ssim(first, second, Variant.UNIFORM)) > 1e-4


def test_downsampling():
  first, second = random_pair(390, 400)
  halves = [downsample(image.astype(float), 2, "mirror") for image in (first, second)]
  assert ssim(first, second, downsampling=True) == ssim(*halves)
  small = random_pair(60, 60)
  assert ssim(*small, downsampling=True) == ssim(*small)


def test_wrong_arrays():
  first, second = random_pair(12, 12)
  with pytest.raises(ValueError, match="one shape"):
    ssim(first, second[1:])
  with pytest.raises(ValueError, match="one shape"):
    ssim(first[0], second[0])
  with pytest.raises(ValueError, match="at least 11 x 11"):
    ssim(first[:10], second[:10])
  with pytest.raises(ValueError, match="at least 7 x 7"):
    ssim(first[:6], second[:6], Variant.UNIFORM)


def score(folders, **changes):
  return ssim_run.run(ssim_run.Options(*folders, **changes))


def test_folders(tmp_path, capsys):
  folders = pair_folders.make(tmp_path, count=8)
  for mode, converted in (("sketch", "L"), ("photo", "RGB")):
    report = score(folders, mode=mode, variant="uniform", workers=3)
    expected = [ssim(read_image(f"{folders[0]}/n{index}.png", converted),
                     read_image(f"{folders[1]}/n{index}.bmp", converted), Variant.UNIFORM)
                for index in range(8)]
    assert report["ssim"] == pytest.approx(np.mean(expected), abs=1e-15)
    assert (report["variant"], report["mode"], report["count"]) == ("uniform", mode, 8)
  table = capsys.readouterr().out
  assert "SSIM, uniform window, photo mode (RGB)\n" in table
  assert "worst  n7" in table and "best   n0" in table  # the noise grows with the number
  assert score(folders) == score(folders, workers=1)
  assert score((folders[0], folders[0]))["ssim"] == 1.0
  assert score(folders, downsample=True)["downsampling"] is True


def test_wrong_folders(tmp_path):
  folders = pair_folders.make(tmp_path)
  for folder, ending in zip(folders, ("png", "bmp")):
    Image.new("L", (12, 9), 9).save(f"{folder}/n3.{ending}")
  with pytest.raises(UserError, match=r"n3\.png has 12 x 9 pixels.*11 x 11"):
    score(folders)
  score(folders, variant="uniform")
  Image.fromarray(np.ones([40, 33], np.uint16)).save(f"{folders[0]}/n3.png")
  with pytest.raises(UserError, match=r"n3\.png has more than 8 bits"):
    score(folders)


def test_command(tmp_path):
  true, made = pair_folders.make(tmp_path)
  flags = [f"--reference_dir={true}", f"--generated_dir={made}", "--mode=photo", "--workers=2"]
  done = pair_folders.command("ssim", *flags, f"--output={tmp_path}/out/values.csv")
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout.splitlines()[-1]) == score((true, made), mode="photo")
  assert (tmp_path / "out/values.csv").read_text().startswith("image,ssim\n")
  done = pair_folders.command("ssim", *flags, "--variant=box")
  assert done.returncode == 2 and "gaussian" in done.stderr
  shown = pair_folders.command("ssim", "--help").stdout
  assert "--reference_dir" in shown and "--variant" in shown
