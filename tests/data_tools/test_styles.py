"""Sketches of photos: each style against a plain form, by hand, and by what it must do."""

import dataclasses
import pathlib

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from benchmarks.plain_sketch_styles import (plain_fdog, plain_flow, plain_smooth_tangents,
                                            plain_tones, plain_xdog)
from data_tools import styles
from data_tools.errors import UserError
from data_tools.styles import parameters, tones
from data_tools.styles.fdog import difference_across, gather_along
from data_tools.styles.tangent_flow import edge_tangent_flow, smooth_tangents

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs/sketch_styles.md"
NAMES = list(styles.STYLES)


def smooth_photo(height=30, width=24, seed=0):
  """A photo uint8 [H, W, 3] with soft edges in all directions."""
  random = np.random.default_rng(seed)
  noise = gaussian_filter(random.standard_normal([height, width, 3]), (2, 2, 0))
  return np.clip(128 + 60 * noise / noise.std(), 0, 255).astype(np.uint8)


def disc(size=64, radius=20, dark=60, light=200):
  """A dark disc with a smooth border on light ground: uint8 [size, size]."""
  y, x = np.mgrid[:size, :size] - (size - 1) / 2
  inside = np.clip(radius - np.hypot(y, x) + 0.5, 0, 1)
  return np.rint(light + (dark - light) * inside).astype(np.uint8)


def step_edge(size=64, dark=80, light=200):
  """Dark left half, light right half."""
  photo = np.full([size, size], light, np.uint8)
  photo[:, :size // 2] = dark
  return photo


# Against plain forms.

@pytest.mark.parametrize("changes", [
    {"sigma": 4.0}, {"sigma": 16.0, "p": 3.0, "eps": 0.5, "phi": 9.0}])
def test_xdog_is_the_direct_sum(changes):
  params = styles.XDoG(**changes)
  for photo in (smooth_photo(), smooth_photo(40, 52, seed=1)[..., 0]):
    expected = 255 * plain_xdog(photo, **dataclasses.asdict(params))
    assert np.abs(styles.xdog(photo, params) - expected).max() <= 0.5 + 1e-6
    assert expected.min() < 60 and expected.max() > 250  # neither form is blank


def test_fdog_is_the_plain_form():
  photo = smooth_photo(20, 18, seed=3)
  params = styles.FDoG(sigma_c=14, sigma_m=28, flow_radius=32, phi=60)  # at a scale of 0.07
  expected = 255 * plain_fdog(photo, **dataclasses.asdict(params))
  ours = styles.fdog(photo, params)
  assert expected.min() < 20 and expected.max() > 250
  assert (np.abs(ours - expected) > 1).mean() < 0.01  # a tie of nearest pixels may fall otherwise


def test_the_flow_is_the_plain_form_weight_by_weight():
  picture = plain_tones(smooth_photo(18, 17))
  for iterations in (0, 2):
    np.testing.assert_allclose(edge_tangent_flow(picture, 3.0, iterations, 1.5),
                               plain_flow(picture, 3.0, iterations, 1.5), atol=2e-5)


def test_weights_of_the_tangents_by_hand():
  # Two pixels in reach of each other: t' = w_m(x, x) t(x) + w_m(x, y) (t(x) . t(y)) t(y).
  angle = np.deg2rad(120)
  first, second = np.array([1.0, 0]), np.array([np.cos(angle), np.sin(angle)])
  flow, magnitude = np.zeros([1, 4, 2]), np.array([[0.2, 0.8, 0, 0]])
  flow[0, 0], flow[0, 1] = first, second
  # The direction weight is |cos 120| = 1/2, and phi turns the second tangent round.
  expected = 0.5 * first + (1 + np.tanh(2 * 0.6)) / 2 * 0.5 * -second
  found = smooth_tangents(flow, magnitude, radius=1.5, eta=2.0)
  np.testing.assert_allclose(found[0, 0], expected / np.linalg.norm(expected), atol=1e-6)
  assert not found[0, 2:].any()
  np.testing.assert_allclose(found, plain_smooth_tangents(flow, magnitude, 1.5, 2.0), atol=1e-6)


def test_photocopy_by_hand():
  # Away from an edge an even area is paper; at it the share is that of two error functions.
  params = styles.Photocopy(sigma=16, smooth=0, white=1.0, black=0.5, offset=0.2)
  sketch = styles.photocopy(step_edge(64, 0, 255), params)  # sigma is 4 pixels here
  weights = np.exp(-np.arange(-16, 17) ** 2 / 32)
  mean = weights[17:].sum() / weights.sum()  # of the last dark pixel's neighbours
  assert abs(sketch[32, 31] / 255 - (0.2 / (mean + 0.2) - 0.5) / 0.5) < 0.5 / 255 + 1e-9 or (
      0.2 / (mean + 0.2) < 0.5 and sketch[32, 31] == 0)
  further = weights[22:].sum() / weights.sum()  # five pixels further away
  assert abs(sketch[32, 26] / 255 - (0.2 / (further + 0.2) - 0.5) / 0.5) < 0.5 / 255 + 1e-9
  assert 0 < sketch[32, 26] < 255
  assert (sketch[:, 32:] == 255).all() and (sketch[:, :12] == 255).all()


# The parts.

def test_soft_threshold_by_hand():
  values = np.array([0.1, 0.5, 0.5001, 3.0])
  expected = [1 + np.tanh(4 * (0.1 - 0.5)), 1, 1, 1]
  np.testing.assert_allclose(tones.soft_threshold(values, 0.5, 4.0), expected, rtol=1e-12)


def test_tangents_go_round_a_circle():
  photo = disc()
  flow = edge_tangent_flow(photo / 255, radius=4)
  y, x = np.mgrid[:64, :64] - 31.5
  distance = np.hypot(y, x)
  ring = np.abs(distance - 20) < 1
  radial = np.stack([x, y], -1) / distance[..., None]
  np.testing.assert_allclose(np.linalg.norm(flow[ring], axis=-1), 1, atol=1e-6)
  assert np.abs((flow * radial).sum(-1)[ring]).max() < 0.06
  turn = flow[..., 1] * radial[..., 0] - flow[..., 0] * radial[..., 1]  # clockwise on the page
  assert (turn[ring] < -0.99).all()  # light is outside, on the right hand
  assert not flow[30:33, 30:33].any()  # even: no direction


@pytest.mark.parametrize("angle", [0, 30, 90, 135])
def test_tangents_are_parallel_to_a_straight_edge(angle):
  y, x = np.mgrid[:48, :48] - 23.5
  right, down = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
  across = x * -down + y * right
  flow = edge_tangent_flow(np.clip(0.5 + across / 6, 0, 1))
  on_edge = (np.abs(across) < 2) & (np.abs(x) < 16) & (np.abs(y) < 16)
  assert np.abs(flow[on_edge] @ [-down, right]).max() < 0.02


def test_smoothing_calms_noisy_tangents():
  noise = np.random.default_rng(0).normal(0, 0.05, [48, 48])
  picture = np.clip(0.5 + (np.arange(48) - 23.5) / 8, 0, 1) + noise
  rough, calm = (np.abs(edge_tangent_flow(picture, 5, n)[8:-8, 22:26, 0]).mean() for n in (0, 3))
  assert calm < rough / 3


def test_difference_across_by_hand():
  flow = np.zeros([16, 16, 2])
  flow[..., 1] = 1  # down, so samples lie on the row
  line = np.ones([16, 16])
  line[:, 8] = 0
  places = np.arange(-5, 6)
  fine, coarse = (np.exp(-places ** 2 / (2 * s * s)) for s in (1, 1.6))
  kernel = fine / fine.sum() - 0.9 * coarse / coarse.sum()
  found = difference_across(line, flow, sigma_c=1, rho=0.9)
  np.testing.assert_allclose(found[8, 5:12], 0.1 - kernel[2:9], atol=1e-6)
  sideways = flow[..., ::-1]  # samples lie on the column, which is even
  np.testing.assert_allclose(difference_across(line, sideways, 1, 0.9), 0.1 * line, atol=1e-6)


def test_gathering_goes_along_the_flow_whatever_its_sign():
  flow = np.zeros([20, 20, 2])
  flow[..., 0] = np.where(np.random.default_rng(0).random([20, 20]) < 0.5, 1, -1)
  values = np.random.default_rng(1).random([20, 20])
  places = np.arange(-6, 7)
  weights = np.exp(-places ** 2 / 8)
  expected = [np.sum(weights / weights.sum() * values[3, 10 + places])]
  np.testing.assert_allclose(gather_along(values, flow, sigma_m=2)[3, 10:11], expected, atol=1e-6)
  np.testing.assert_allclose(gather_along(values, 0 * flow, 2), values, atol=1e-6)


# What any style must do.

@pytest.mark.parametrize("style", NAMES)
def test_sizes_bytes_and_gray_photos(style):
  photo = smooth_photo(40, 33)
  before = photo.copy()
  sketch = styles.draw(photo, style)
  assert sketch.shape == (40, 33) and sketch.dtype == np.uint8
  assert (photo == before).all()
  gray = photo[..., 1]
  np.testing.assert_array_equal(styles.draw(gray, style),
                                styles.draw(np.repeat(gray[..., None], 3, -1), style))
  assert (styles.draw(photo, style) != styles.draw(gray, style)).any()


@pytest.mark.parametrize("style", NAMES)
@pytest.mark.parametrize("tone", [110, 255])
def test_an_even_photo_is_blank_paper(style, tone):
  assert (styles.draw(np.full([32, 40, 3], tone, np.uint8), style) == 255).all()


def test_an_even_dark_photo():
  dark = np.full([32, 32], 51, np.uint8)  # a tone of 0.2
  assert (styles.draw(dark, "photocopy") == 255).all() and (styles.draw(dark, "fdog") == 255).all()
  xdog = styles.draw(dark, "xdog", eps=0.3, phi=5)
  assert (xdog == round(255 * (1 + np.tanh(5 * (0.2 - 0.3))))).all()
  black = np.zeros([32, 32], np.uint8)
  assert all((styles.draw(black, style) == 255).all() for style in ("photocopy", "fdog"))


@pytest.mark.parametrize("style, params", [("xdog", {"eps": 0.3}), ("fdog", {}), ("photocopy", {})])
def test_a_step_edge_gives_a_line_along_it(style, params):
  sketch = styles.draw(step_edge(128, 100, 200), style, **params)
  assert (sketch[:, 62:64].min(axis=1) < 130).all()  # on the dark side
  assert (sketch[:, 64:] == 255).all() and (sketch[:, :48] == 255).all()
  assert np.ptp(sketch, axis=0).max() <= 1  # the same all along
  turned = styles.draw(step_edge(128, 100, 200).T, style, **params)
  assert (np.abs(turned.T.astype(int) - sketch) <= 1).all()


@pytest.mark.parametrize("style, limit", [("xdog", 10), ("fdog", 16), ("photocopy", 5)])
def test_another_size_gives_the_same_drawing(style, limit):
  large = disc(288, 90, 90, 210)
  half = np.asarray(Image.fromarray(large).resize((144, 144), Image.Resampling.BOX))
  sketches = [styles.draw(photo, style) for photo in (large, half)]
  shrunk = np.asarray(Image.fromarray(sketches[0]).resize((144, 144), Image.Resampling.BOX))
  ink = [255 - sketch.astype(float) for sketch in (shrunk, sketches[1])]
  assert ink[1].max() > 100  # there is a line
  assert abs(ink[0].sum() / ink[1].sum() - 1) < 0.25  # of the same thickness: not half or twice
  distance = np.hypot(*(np.mgrid[:144, :144] - 71.5))
  assert np.abs(ink[0] - ink[1])[np.abs(distance - 45) < 6].mean() < limit
  assert not ink[1][distance > 51].any()


def test_fdog_drops_noise_that_xdog_draws():
  noise = np.random.default_rng(0).normal(0, 5, [128, 128])
  photo = np.clip(disc(128, 40, 120, 200) + noise, 0, 255).astype(np.uint8)
  y, x = np.mgrid[:128, :128] - 63.5
  inside = np.hypot(y, x) < 30
  lines, ring = styles.draw(photo, "fdog"), np.abs(np.hypot(y, x) - 39) < 0.7
  assert (lines[inside] > 200).mean() > 0.97 and lines[ring].mean() < 40
  assert (styles.draw(photo, "xdog", eps=0.45)[inside] < 128).mean() > 0.05


def test_fdog_iterations_join_lines():
  photo = disc(64, 20, 150, 200)
  ink = [255 - styles.draw(photo, "fdog", iterations=n).astype(float) for n in (1, 3)]
  assert ink[1].sum() > 1.05 * ink[0].sum() > 0


# Parameters.

@pytest.mark.parametrize("cls, name, value, words", [
    (styles.XDoG, "sigma", 0, "sigma is 0, but it must be a number above 0"),
    (styles.XDoG, "sigma", 33.0, "at most 32"),
    (styles.XDoG, "p", float("nan"), "p is nan"),
    (styles.XDoG, "phi", "steep", "phi is 'steep'"),
    (styles.XDoG, "eps", True, "eps is True"),
    (styles.XDoG, "eps", None, "eps is None"),
    (styles.FDoG, "rho", 1.01, "rho is 1.01"),
    (styles.FDoG, "iterations", 1.5, "a whole number"),
    (styles.FDoG, "iterations", float("inf"), "iterations is inf"),
    (styles.FDoG, "tau", 0.7, "at most 0.66"),
    (styles.Photocopy, "black", 0.99, "black must be below white"),
    (styles.Photocopy, "offset", 0, "offset is 0")])
def test_wrong_values_are_refused(cls, name, value, words):
  with pytest.raises(UserError, match=words):
    cls(**{name: value})


def test_parameters_are_numbers_of_their_kind_and_stay():
  params = parameters.make(styles.FDoG, {"rho": ".98", "iterations": "3", "sigma_c": 2})
  assert params == styles.FDoG(rho=0.98, iterations=3, sigma_c=2.0)
  assert type(params.iterations) is int and type(params.sigma_c) is float
  with pytest.raises(dataclasses.FrozenInstanceError):
    params.rho = 0.5


def test_unknown_names_are_told():
  photo = smooth_photo()
  with pytest.raises(UserError, match="no sketch style 'xdogs'; did you mean 'xdog'"):
    styles.draw(photo, "xdogs")
  with pytest.raises(UserError, match="XDoG has no parameter 'sigm'; did you mean 'sigma'"):
    styles.draw(photo, "xdog", sigm=1)
  with pytest.raises(UserError, match="choose from sigma, p, eps, phi"):
    styles.draw(photo, "xdog", rho=1)


@pytest.mark.parametrize("photo, words", [
    (np.zeros([15, 40, 3], np.uint8), "40 x 15 pixels"),
    (np.zeros([20, 20, 4], np.uint8), "20, 20, 4"),
    (np.zeros([20, 20], np.float32), "float32"),
    (np.zeros([400], np.uint8), r"\[400\]")])
@pytest.mark.parametrize("style", NAMES)
def test_unfit_photos_are_refused(style, photo, words):
  with pytest.raises(UserError, match=words):
    styles.draw(photo, style)


@pytest.mark.parametrize("style", NAMES)
def test_the_smallest_photo_and_odd_shapes(style):
  for shape in ([16, 16], [16, 90], [61, 17, 3]):
    photo = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    assert styles.draw(photo, style).shape == tuple(shape[:2])


@pytest.mark.parametrize("style", NAMES)
def test_the_document_has_the_parameters(style):
  assert parameters.markdown_table(styles.STYLES[style].params) in DOCUMENT.read_text()
