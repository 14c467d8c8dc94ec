"""What the hyperparameters of all models of faces have in common: which faces, and their sizes."""

import dataclasses
from collections.abc import Callable

from data_tools.errors import UserError
from data_tools.faces.geometry import Geometry
from data_tools.faces.layout import DATA_TYPES
from models import hparams
from models.hparams import hparam


@dataclasses.dataclass(frozen=True)
class FaceConfig:
  """The base of such a config; each field's help says what it is."""

  # === Data ===
  data_type: str = hparam(
      "cufs", "Which pairs, in capital or small letters; built-in faces don't need it.",
      choices=tuple(name.lower() for name in DATA_TYPES))
  held_out_share: float = hparam(
      0.1, "Share of the training persons that is not trained on but chooses the best checkpoint; "
      "built-in faces have a split for it.", above=0, below=1)
  in_size: tuple[int, ...] = hparam(
      (200, 250), "Width and height of the faces in pixels; others are resized to it.")
  pad_size: tuple[int, ...] = hparam(
      (286, 286), "Height and width of the white canvas that faces are put on.")
  out_size: tuple[int, ...] = hparam(
      (256, 256), "Height and width of the crop that the networks see.")

  def __post_init__(self):
    hparams.lists_to_tuples(self)
    if isinstance(self.data_type, str):
      object.__setattr__(self, "data_type", self.data_type.lower())

  @property
  def geometry(self) -> Geometry:
    """The sizes of faces, canvas and crop, (height, width) each."""
    return Geometry(self.in_size[::-1], self.pad_size, self.out_size)

  def check_sizes(self, fits: Callable[[int], bool] = lambda side: True, words: str = "") -> None:
    """Refuses sizes that no model can have.

    Args:
      fits: whether a network takes a crop of that height or width.
      words: what both must be, for the sentence.

    Raises:
      UserError: naming the field, its value and what is allowed.
    """
    for name in ("in_size", "pad_size", "out_size"):
      size = getattr(self, name)
      if len(size) != 2 or min(size) < 1:
        raise UserError(f"{name} is {list(size)}, but it must be two whole numbers of at least 1, "
                        f"such as {name}=[256,256].")
    if not all(fits(side) for side in self.out_size):
      raise UserError(f"out_size is {list(self.out_size)}, but both must be {words}.")
    self.geometry  # pylint: disable=pointless-statement  (refuses sizes that don't nest)
