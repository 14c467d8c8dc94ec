"""Pairs of face photos and pencil sketches made by a program, to try face models without data.

People are invented: proportions, skin, hair, beard and glasses are drawn at random for each number,
and stay the same in all pictures of that number, while pose, light, expression and camera change.
Photo and sketch are made from one surface, so they lie on each other. Nobody's photo was used.
"""

from data_tools.builtin_faces.dataset import (DEFAULT_IDENTITIES, DEFAULT_IMAGES, SPLITS, ensure,
                                              file_name, read_list, split_of_identities)
from data_tools.builtin_faces.generate import VERSION, draw
from data_tools.builtin_faces.view import HEIGHT, WIDTH

__all__ = ["DEFAULT_IDENTITIES", "DEFAULT_IMAGES", "HEIGHT", "SPLITS", "VERSION", "WIDTH", "draw",
           "ensure", "file_name", "read_list", "split_of_identities"]
