"""Sketches in mixtures of four photos' styles, as files."""

from typing import Any

from evaluate import painted_sheets, painting_data
from evaluate.painted_sheets import SheetOptions
from evaluate.style_mixing import JOINED, LAYOUTS, mixes

NAME = "mix_{number}.png"


def run(options: SheetOptions) -> dict[str, Any]:
  """Paints all sheets; see `painted_sheets.run`. Photos are joined at the auto-encoder's size."""
  return painted_sheets.run(options, painted_sheets.Kind(
      NAME, JOINED, len(LAYOUTS),
      lambda photos, config: mixes(painting_data.photo_squares(photos, config.im_size_ae)))
  ) | {"layouts": list(LAYOUTS)}
