"""Sketch-to-Image's own pictures: matrices of contents and styles, and a grid of rows."""

from collections.abc import Collection, Sequence

import numpy as np

_PAGE, _FRAME = 255, 190  # grey values of a matrix
_FINEST_GAP = 3  # pixels between the cells of a matrix of small pictures
_GRAY = 1  # channels of a sketch, which gets a frame, as its paper is as white as the page

Cells = Sequence[Sequence[np.ndarray | None]]


def draw_matrix(sketches: np.ndarray, photos: np.ndarray, first: np.ndarray, refined: np.ndarray
                ) -> np.ndarray:
  """Every sketch in every style: one column for each photo, two rows for each sketch.

  From the top: an empty cell and the photos; then for each sketch a row of the sketch and the
  auto-encoder's pictures, and under it one of an empty cell and the refined pictures. White gaps of
  1/64 of the side, at least 3 pixels, lie between the cells and around them, three times as wide
  above each sketch.

  Args:
    sketches: uint8 [R, S, S, 1], 0..255; at least one.
    photos: uint8 [C, S, S, 3]; at least one.
    first: uint8 [R, C, A, A, 3]; like all that is smaller than S, enlarged by nearest neighbours.
    refined: uint8 [R, C, S, S, 3].

  Returns:
    uint8 [H, W, 3], each cell of S x S pixels, a thin grey frame around each sketch.

  Raises:
    ValueError: the numbers of the pictures don't go together.

  Source: Liu et al. (AAAI 2021); the matrix that its program writes every 500 iterations.
  """
  _check_counts(sketches, photos, first, refined)
  cells = [[None, *photos]]
  for sketch, above, below in zip(sketches, first, refined):
    cells += [[sketch, *above], [None, *below]]
  return _page(cells, refined.shape[2], wide_above=range(1, len(cells), 2))


def draw_transfer(originals: np.ndarray, sketches: np.ndarray, styles: np.ndarray,
                  refined: np.ndarray) -> np.ndarray:
  """Photos in the styles of others: under two empty cells and the styles, one row for each photo.

  A row has the photo, its sketch, and the sketch in every style. Gaps as of `draw_matrix`, wider
  under the styles and right of the sketches.

  Args:
    originals: uint8 [R, S, S, 3], 0..255; at least one.
    sketches: uint8 [R, T, T, 1]; enlarged by nearest neighbours.
    styles: uint8 [C, S, S, 3]; at least one.
    refined: uint8 [R, C, S, S, 3].

  Returns:
    uint8 [H, W, 3], each cell of S x S pixels.

  Raises:
    ValueError: the numbers of the pictures don't go together.
  """
  _check_counts(sketches, styles, refined)
  cells = [[None, None, *styles], *([original, sketch, *made] for original, sketch, made
                                    in zip(originals, sketches, refined, strict=True))]
  return _page(cells, refined.shape[2], wide_above=[1], wide_left=[2])


def draw_grid(rows: Sequence[np.ndarray], per_row: int = 8, gap: int = 2) -> np.ndarray:
  """Rows of pictures on black.

  Args:
    rows: uint8 [N, S, S, 1] (grey, shown as three equal channels) or [N, S, S, 3] each; N and S may
      differ. Each begins a new line, and goes on in the next one after `per_row` pictures.
    per_row: pictures in a line.
    gap: black pixels between the pictures and around them.

  Returns:
    uint8 [H, W, 3]; smaller pictures are enlarged by nearest neighbours to the largest S.

  Raises:
    ValueError: there is no picture.

  Source: Liu et al. (AAAI 2021), the previews of its program.
  """
  lines = [pictures[start:start + per_row] for pictures in rows
           for start in range(0, len(pictures), per_row)]
  if not lines:
    raise ValueError("expected at least one picture, but there is none")
  side = max(line.shape[1] for line in lines)
  step, widest = side + gap, max(len(line) for line in lines)
  page = np.zeros([gap + len(lines) * step, gap + widest * step, 3], np.uint8)
  for row, line in enumerate(lines):
    for column, picture in enumerate(line):
      _place(page, picture, gap + row * step, gap + column * step, side)
  return page


def _check_counts(sketches: np.ndarray, styles: np.ndarray, *made: np.ndarray) -> None:
  expected = (len(sketches), len(styles))
  if not all(expected) or any(pictures.shape[:2] != expected for pictures in made):
    raise ValueError(f"{expected[0]} sketches and {expected[1]} styles make {expected} pictures, "
                     f"at least one, but there are {[pictures.shape[:2] for pictures in made]}")


def _page(cells: Cells, side: int, wide_above: Collection[int], wide_left: Collection[int] = ()
          ) -> np.ndarray:
  """Rows of pictures on white; None leaves a cell empty.

  Args:
    cells: uint8 [s, s, 1 or 3] each.
    side: of a cell, at least s.
    wide_above: rows, and
    wide_left: columns before which the gap is three times as wide.
  """
  tops, height = _starts(len(cells), side, wide_above)
  lefts, width = _starts(len(cells[0]), side, wide_left)
  page = np.full([height, width, 3], _PAGE, np.uint8)
  for top, row in zip(tops, cells):
    for left, picture in zip(lefts, row):
      if picture is None:
        continue
      if picture.shape[-1] == _GRAY:
        page[top - 1:top + side + 1, left - 1:left + side + 1] = _FRAME
      _place(page, picture, top, left, side)
  return page


def _starts(count: int, side: int, wide: Collection[int]) -> tuple[list[int], int]:
  """Where the cells begin in one direction, and the size of the page."""
  gap = max(_FINEST_GAP, side // 64)
  starts, place = [], gap
  for index in range(count):
    place += 2 * gap * (index in wide)
    starts.append(place)
    place += side + gap
  return starts, place


def _place(page: np.ndarray, picture: np.ndarray, top: int, left: int, side: int) -> None:
  """Writes a picture [s, s, 1 or 3] into a square of the page, by nearest neighbours."""
  source = np.arange(side) * picture.shape[0] // side
  page[top:top + side, left:left + side] = picture[source[:, None], source]
