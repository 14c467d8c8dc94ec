"""Ways through the codes, planes to look at them from, codes drawn from a mixture."""

import numpy as np
import pytest

from data_tools.errors import UserError
from evaluate import code_paths
from evaluate.mixture_codes import component_codes, prior_codes
from evaluate.projection import discriminant_plane, principal_plane


@pytest.mark.parametrize("path", list(code_paths.PATHS.values()))
def test_ways_begin_and_end_where_they_should(path):
  ends = np.random.default_rng(0).normal(size=[2, 6])
  codes = code_paths.between(ends, 5, path)
  assert codes.shape == (5, 6) and codes.dtype == np.float32
  np.testing.assert_allclose(codes[[0, -1]], ends, atol=1e-6)


@pytest.mark.parametrize("path", list(code_paths.PATHS.values()))
def test_grid_has_its_corners(path):
  corners = np.random.default_rng(0).normal(size=[4, 6])
  grid = code_paths.among(corners, 3, path)
  np.testing.assert_allclose(grid[[0, 0, -1, -1], [0, -1, 0, -1]], corners, atol=1e-6)
  np.testing.assert_allclose(grid[:, 0], code_paths.between(corners[[0, 2]], 3, path), atol=1e-6)


def test_spherical_way_stays_on_the_sphere_with_equal_steps():
  ends = np.random.default_rng(1).normal(size=[2, 20])
  ends /= np.linalg.norm(ends, axis=1, keepdims=True)
  codes = code_paths.between(ends, 7, code_paths.spherical).astype(np.float64)
  np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 1, atol=1e-6)
  cosines = np.sum(codes[1:] * codes[:-1], axis=1)
  np.testing.assert_allclose(cosines, cosines[0], atol=1e-6)


@pytest.mark.parametrize("b", [[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])
def test_ends_without_an_arc_go_straight(b):
  ends = np.array([[1.0, 0.0], b])
  np.testing.assert_allclose(code_paths.between(ends, 3, code_paths.spherical),
                             code_paths.between(ends, 3, code_paths.linear))


def test_principal_plane_is_that_of_the_covariance():
  random = np.random.default_rng(0)
  codes = random.normal(size=[200, 5]) * [1, 5, 2, 3, 0.5] + 7
  plane = principal_plane(codes)
  values, vectors = np.linalg.eigh(np.cov(codes.T))
  np.testing.assert_allclose(plane.shares, values[::-1][:2] / values.sum())
  np.testing.assert_allclose(np.abs(np.sum(plane.axes * vectors[:, ::-1].T[:2], axis=1)), 1)
  assert (plane.axes[np.arange(2), np.abs(plane.axes).argmax(1)] > 0).all()
  np.testing.assert_allclose(plane(codes).mean(axis=0), 0, atol=1e-9)


def test_discriminant_plane_finds_the_quiet_axis_that_separates():
  random = np.random.default_rng(0)
  groups = random.integers(0, 2, 400)
  codes = random.normal(size=[400, 6]) * [0.2, 9, 9, 9, 9, 9]
  codes[:, 0] += groups
  seen = discriminant_plane(codes, groups, ridge=1e-6)(codes)[:, 0]
  apart = abs(seen[groups == 0].mean() - seen[groups == 1].mean())
  assert apart > 4 * seen[groups == 0].std()
  assert discriminant_plane(codes, groups).shares[1] < 1e-9  # two groups lie on a line


def test_planes_of_few_codes():
  codes = np.array([[0.0, 0, 1], [2, 0, 1]])
  np.testing.assert_allclose(principal_plane(codes)(codes), [[-1, 0], [1, 0]], atol=1e-12)
  one_group = discriminant_plane(codes, np.array([4, 4]))
  np.testing.assert_allclose(one_group(codes), principal_plane(codes)(codes))
  assert np.isfinite(principal_plane(np.zeros([1, 3]))(np.zeros([1, 3]))).all()


def test_codes_of_a_mixture_have_its_moments():
  means, variances = np.array([[0.0, 0], [5, -5]]), np.array([[1.0, 4], [0.25, 1]])
  weights = np.array([[0.25], [0.75]], np.float32)
  codes, components = prior_codes(means, variances, weights, 20000, seed=3)
  assert codes.dtype == np.float32
  assert np.mean(components) == pytest.approx(0.75, abs=0.01)
  for k in range(2):
    np.testing.assert_allclose(codes[components == k].mean(0), means[k], atol=0.07)
    np.testing.assert_allclose(codes[components == k].var(0), variances[k], rtol=0.06)
  one = component_codes(means, variances, weights, 1, 20000, seed=3)
  np.testing.assert_allclose(one.mean(0), means[1], atol=0.03)
  np.testing.assert_array_equal(prior_codes(means, variances, weights, 9, 3)[0],
                                prior_codes(means, variances, weights, 9, 3)[0])


@pytest.mark.parametrize("component", [-1, 2])
def test_a_component_that_is_not_there(component):
  ones = np.ones([2, 3])
  with pytest.raises(UserError, match="components 0 to 1"):
    component_codes(ones, ones, ones[:, :1], component, 4, 0)
