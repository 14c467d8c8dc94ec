"""The matrices of Sketch-to-Image and its grid, pixel for pixel."""

import numpy as np
import pytest

from evaluate.pictures.image_matrix import draw_grid, draw_matrix, draw_transfer


def pixels(*shape, seed=0):
  return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def pasted(height, width, cells):
  """A page as it should be: cells (top, left, picture [S, S, 1 or 3]) on white."""
  page = np.full([height, width, 3], 255, np.uint8)
  for top, left, picture in cells:
    side = len(picture)
    if picture.shape[-1] == 1:
      page[top - 1:top + side + 1, left - 1:left + side + 1] = 190
    page[top:top + side, left:left + side] = picture
  return page


@pytest.mark.parametrize("side, gap", [(8, 3), (192, 3), (256, 4)])
def test_a_matrix_has_a_row_of_either_kind_for_each_sketch(side, gap):
  sketches, photos = pixels(2, side, side, 1), pixels(3, side, side, 3, seed=1)
  half = side // 2
  first, refined = pixels(2, 3, half, half, 3, seed=2), pixels(2, 3, side, side, 3, seed=3)
  enlarged = first.repeat(2, axis=2).repeat(2, axis=3)
  across = [gap + column * (side + gap) for column in range(4)]
  down = [gap, 4 * gap + side]  # photos, then the first sketch after three gaps
  down += [down[1] + side + gap, down[1] + 2 * side + 4 * gap, down[1] + 3 * side + 5 * gap]
  cells = [(down[0], left, photo) for left, photo in zip(across[1:], photos)]
  for row in range(2):
    top, below = down[1 + 2 * row], down[2 + 2 * row]
    cells.append((top, across[0], sketches[row]))
    cells += [(top, left, picture) for left, picture in zip(across[1:], enlarged[row])]
    cells += [(below, left, picture) for left, picture in zip(across[1:], refined[row])]
  expected = pasted(down[-1] + side + gap, across[-1] + side + gap, cells)
  np.testing.assert_array_equal(draw_matrix(sketches, photos, first, refined), expected)


def test_of_equal_sides_nothing_is_enlarged():
  sketches, photos, first = pixels(1, 8, 8, 1), pixels(1, 8, 8, 3), pixels(1, 1, 8, 8, 3, seed=1)
  page = draw_matrix(sketches, photos, first, first)
  np.testing.assert_array_equal(page[20:28, 14:22], first[0, 0])
  assert page.shape == (3 * 8 + 6 * 3, 2 * 8 + 3 * 3, 3)


def test_a_transfer_has_photo_sketch_and_pictures_in_a_row():
  originals, styles = pixels(2, 8, 8, 3), pixels(1, 8, 8, 3, seed=1)
  sketches, refined = pixels(2, 4, 4, 1, seed=2), pixels(2, 1, 8, 8, 3, seed=3)
  across, down = (3, 14, 31), (3, 20, 31)  # three gaps before the pictures and under the styles
  cells = [(down[0], across[2], styles[0])]
  for row in range(2):
    top = down[1 + row]
    cells += [(top, across[0], originals[row]), (top, across[2], refined[row, 0]),
              (top, across[1], sketches[row].repeat(2, axis=0).repeat(2, axis=1))]
  np.testing.assert_array_equal(draw_transfer(originals, sketches, styles, refined),
                                pasted(42, 42, cells))


def test_a_grid_has_eight_in_a_line_and_black_between():
  photos, sketches = pixels(9, 6, 6, 3), pixels(2, 3, 3, 1, seed=1)
  expected = np.zeros([2 + 3 * 8, 2 + 8 * 8, 3], np.uint8)
  for place in range(8):
    expected[2:8, 2 + 8 * place:8 + 8 * place] = photos[place]
  expected[10:16, 2:8] = photos[8]
  for place in range(2):
    expected[18:24, 2 + 8 * place:8 + 8 * place] = sketches[place].repeat(2, 0).repeat(2, 1)
  np.testing.assert_array_equal(draw_grid([photos, sketches]), expected)
  assert draw_grid([photos], per_row=3, gap=1).shape == (22, 22, 3)


def test_numbers_that_do_not_go_together():
  sketches, photos, made = pixels(2, 8, 8, 1), pixels(3, 8, 8, 3), pixels(2, 3, 8, 8, 3)
  for wrong in ((sketches, photos, made[:1], made), (sketches, photos, made, made[:, :2]),
                (sketches, photos[:0], made[:, :0], made[:, :0])):
    with pytest.raises(ValueError, match="at least one"):
      draw_matrix(*wrong)
  with pytest.raises(ValueError, match="at least one"):
    draw_transfer(sketches, sketches, photos, made[:, :2])
  with pytest.raises(ValueError, match="at least one picture"):
    draw_grid([photos[:0]])
