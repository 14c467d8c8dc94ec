"""Matrices of sketches in the styles of photos, as files."""

import dataclasses
from typing import Any

from evaluate import painted_sheets, painting_data

NAME = "matrix_{number}.png"


@dataclasses.dataclass(frozen=True)
class Options(painted_sheets.SheetOptions):
  """The command line of evaluate/generate_matrix.py; see its flags."""

  columns: int = 3


def run(options: Options) -> dict[str, Any]:
  """Paints all matrices; see `painted_sheets.run`."""
  return painted_sheets.run(options, painted_sheets.Kind(
      NAME, options.columns, options.columns,
      lambda photos, config: painting_data.photo_squares(photos, config.im_size_gan)))
