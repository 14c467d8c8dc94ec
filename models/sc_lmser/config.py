"""Hyperparameters of SC-Lmser, under the original program's names where those do something.

Sources: Sheng, Tu & Xu, "A Consistency Enhanced Deep Lmser Network for Face Sketch Synthesis",
PRICAI 2021, and its program CMACH508/SC_Lmser. The two learning rates and the widths are
constants in that program.
"""

import dataclasses

from data_tools.errors import UserError
from data_tools.faces.geometry import Geometry
from data_tools.faces.layout import DATA_TYPES
from models import hparams
from models.hparams import hparam

FIGURES = ("fid", "fsim")
GAN_TYPES = ("lsgan", "gan", "hinge", "wgan")
# The original takes these names too, and then trains without the penalty they promise.
WITHOUT_PENALTY = {"dragan": "gan", "wgan-gp": "wgan", "wgan-lp": "wgan"}
# A generator halves its image five times.
SIZE_MULTIPLE = 32


@dataclasses.dataclass(frozen=True)
class ScLmserConfig:
  """Everything that decides what is trained and how; see each field's help."""

  # === Data ===
  data_type: str = hparam(
      "cufs", "Which pairs, in capital or small letters; built-in faces don't need it.",
      choices=tuple(name.lower() for name in DATA_TYPES))
  held_out_share: float = hparam(
      0.1, "Share of the training faces that is not trained on but chooses the best checkpoint; "
      "built-in faces have a split for it.", above=0, below=1)
  select_on_test: bool = hparam(
      False, "Train on all training faces and choose the best checkpoint on the test faces, as the "
      "original does; its test figures are then chosen ones.")
  in_size: tuple[int, ...] = hparam(
      (200, 250), "Width and height of the faces in pixels; others are resized to it.")
  pad_size: tuple[int, ...] = hparam(
      (286, 286), "Height and width of the white canvas that faces are put on.")
  out_size: tuple[int, ...] = hparam(
      (256, 256), "Height and width of the crop that the networks see; multiples of 32.")

  # === Networks ===
  generator_width: int = hparam(
      64, "Channels of a generator are multiples of this; 64 is the paper's 43.6 million "
      "parameters.", at_least=1)
  discriminator_width: int = hparam(
      64, "Channels of a discriminator's first layer; each next has twice as many.", at_least=1)
  synchronized_batch_norm: bool = hparam(
      False, "The discriminators' batch statistics are those of the global batch, not of each "
      "device's share; slower.")

  # === Training ===
  batch_size: int = hparam(1, "Pairs in a batch, over all devices together.", at_least=1)
  num_epochs: int = hparam(100, "Passes of (number of training pairs / batch_size) steps.",
                           at_least=1)
  gan_type: str = hparam("lsgan", "Adversarial loss: lsgan, gan, hinge or wgan (no penalty).")
  l1_lambda: float = hparam(10.0, "Weight of the distance to the true picture.",
                            at_least=0, below=float("inf"))
  generator_learning_rate: float = hparam(0.0001, "Of the generators' Adams; constant.",
                                          above=0, below=float("inf"))
  discriminator_learning_rate: float = hparam(0.0002, "Of the discriminators' Adams; constant.",
                                              above=0, below=float("inf"))
  beta1: float = hparam(0.9, "Decay of the first moment in all six Adams.", at_least=0, below=1)
  select_by: str = hparam(
      "fid", "What chooses the best checkpoint, of sketches made from photos: fid (lower is "
      "better; its network's weights are fetched) or fsim (higher is better).",
      choices=FIGURES)
  evaluate_every: int = hparam(1, "Epochs between two evaluations; the last epoch has one.",
                               at_least=1)
  pool_size: int = hparam(
      0, "Earlier fakes kept to show the discriminators; 0: none, which is also what the "
      "original's 50 does.", at_least=0)

  def __post_init__(self):
    hparams.lists_to_tuples(self)
    if isinstance(self.data_type, str):
      object.__setattr__(self, "data_type", self.data_type.lower())

  @property
  def geometry(self) -> Geometry:
    """The sizes of faces, canvas and crop, (height, width) each."""
    return Geometry(self.in_size[::-1], self.pad_size, self.out_size)

  def validate(self) -> "ScLmserConfig":
    """Refuses what no model can have; returns the config itself.

    Raises:
      UserError: naming the field, its value and what is allowed.
    """
    hparams.check(self)
    if self.gan_type in WITHOUT_PENALTY:
      raise UserError(f"gan_type is {self.gan_type!r}, whose gradient penalty neither the original "
                      f"nor this program has; {WITHOUT_PENALTY[self.gan_type]!r} is what the "
                      "original computes under that name.")
    if self.gan_type not in GAN_TYPES:
      raise UserError(f"gan_type is {self.gan_type!r}, but it must be one of "
                      f"{', '.join(GAN_TYPES)}.")
    for name in ("in_size", "pad_size", "out_size"):
      size = getattr(self, name)
      if len(size) != 2 or min(size) < 1:
        raise UserError(f"{name} is {list(size)}, but it must be two whole numbers of at least 1, "
                        f"such as {name}=[256,256].")
    if any(side % SIZE_MULTIPLE for side in self.out_size):
      raise UserError(f"out_size is {list(self.out_size)}, but both must be multiples of "
                      f"{SIZE_MULTIPLE}, because a generator halves its image five times.")
    self.geometry  # pylint: disable=pointless-statement  (refuses sizes that don't nest)
    return self
