"""Lists of arrays of different lengths, which reference files keep as one array and the lengths."""

import numpy as np


def ragged(arrays: dict[str, np.ndarray], name: str, lengths: str | None = None
           ) -> list[np.ndarray]:
  """The list kept under `name` and `lengths` (by default `name`_lengths)."""
  ends = np.cumsum(arrays[lengths or f"{name}_lengths"])[:-1]
  return np.split(arrays[name], ends)
