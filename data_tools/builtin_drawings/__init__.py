"""Drawings made by a program, for a first try without downloading any data.

Six categories, each in two styles that differ clearly and are drawn unequally often; the style of
every drawing is kept as ground truth for clustering. The hand that draws them was tuned on
statistics of Quick, Draw! drawings; no drawing of a person is stored here.
"""

from data_tools.builtin_drawings.dataset import DEFAULT_COUNTS, ensure, make_file
from data_tools.builtin_drawings.generate import STYLES, check_categories, draw

CATEGORIES = tuple(STYLES)

__all__ = ["CATEGORIES", "DEFAULT_COUNTS", "STYLES", "check_categories", "draw", "ensure",
           "make_file"]
