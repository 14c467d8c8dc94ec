"""One split of a data set of shards as training takes it: known, but not read."""

import dataclasses

import numpy as np

from data_tools.shards.manifest import Manifest
from data_tools.shards.selection import Selection


@dataclasses.dataclass(frozen=True)
class ShardSplit:
  """N drawings in S files; stands where a `SketchSplit` holds them in memory.

  Attributes:
    folder: of the data set.
    manifest: its own.
    selection: what is used of the files.
    counts: int64 [S], drawings that are used of each.
    scale_factor: what dx and dy are divided by.
    pictures: whether pictures are read; without, they are [0, 0].
    host, hosts: this host trains on the files host, host + hosts, ...
  """

  folder: str
  manifest: Manifest
  selection: Selection
  counts: np.ndarray
  scale_factor: float
  pictures: bool = True
  host: int = 0
  hosts: int = 1

  def __len__(self) -> int:
    return int(self.counts.sum())

  def smallest_share(self) -> int:
    """Drawings of the host that has the fewest."""
    return min(int(self.counts[host::self.hosts].sum()) for host in range(self.hosts))
