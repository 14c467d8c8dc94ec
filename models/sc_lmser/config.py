"""Hyperparameters of SC-Lmser, under the original program's names where those do something.

Sources: Sheng, Tu & Xu, "A Consistency Enhanced Deep Lmser Network for Face Sketch Synthesis",
PRICAI 2021, and its program CMACH508/SC_Lmser. The two learning rates and the widths are
constants in that program.
"""

import dataclasses

from data_tools.errors import UserError
from models import hparams
from models.face_config import FaceConfig
from models.hparams import hparam

FIGURES = ("fid", "fsim")
GAN_TYPES = ("lsgan", "gan", "hinge", "wgan")
# The original takes these names too, and then trains without the penalty they promise.
WITHOUT_PENALTY = {"dragan": "gan", "wgan-gp": "wgan", "wgan-lp": "wgan"}
# A generator halves its image five times.
SIZE_MULTIPLE = 32


@dataclasses.dataclass(frozen=True)
class ScLmserConfig(FaceConfig):
  """Everything that decides what is trained and how; see each field's help."""

  # === Data ===
  select_on_test: bool = hparam(
      False, "Train on all training faces and choose the best checkpoint on the test faces, as the "
      "original does; its test figures are then chosen ones.")
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
    self.check_sizes(
        lambda side: side % SIZE_MULTIPLE == 0,
        f"multiples of {SIZE_MULTIPLE}, because a generator halves its image five times")
    return self
