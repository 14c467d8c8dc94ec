"""Hyperparameters of TOM, under the original program's names where it had them.

Source: `sketch_styletransfer` of the program of Liu, Zhu, Song & Elgammal, "Self-Supervised
Sketch-to-Image Synthesis", AAAI 2021. The widths and how often it saves are constants there.
"""

import dataclasses

from models import hparams
from models.hparams import hparam

# VGG-16 halves a picture five times.
SIZE_MULTIPLE = 32


@dataclasses.dataclass(frozen=True)
class TomConfig:
  """Everything that decides what is trained and how; see each field's help."""

  # === Networks ===
  im_size: int = hparam(
      256, "Width and height of the pictures that are trained on, in pixels; the original has 128, "
      "256 and 512.", at_least=32, multiple_of=SIZE_MULTIPLE)
  generator_width: int = hparam(
      128, "The generator's blocks have 4, 4 and 2 times as many channels; 128 is the original's "
      "4.7 million parameters.", at_least=1)
  synchronized_batch_norm: bool = hparam(
      False, "Batch statistics are those of the global batch, not of each device's share; slower.")

  # === Training ===
  batch_size: int = hparam(
      4, "Photos, and as many sketches, in a batch, over all devices together; the Gram term "
      "compares the pictures of a batch with each other.", at_least=1)
  total_iter: int = hparam(5000, "Training steps.", at_least=1)
  save_every: int = hparam(
      100, "Steps between two kept checkpoints, which also have a line of figures and a sheet of "
      "sketches.", at_least=1)
  lr: float = hparam(0.0002, "Of both Adams; constant.", above=0, below=float("inf"))
  mse_weight: float = hparam(0.2, "Weight of the photo's features that the sketch has to keep.",
                             at_least=0, below=float("inf"))
  gram_weight: float = hparam(
      1.0, "Weight, times 2000, of the distance between the Gram matrices of fakes and sketches.",
      at_least=0, below=float("inf"))

  def validate(self) -> "TomConfig":
    """Refuses what no model can have; returns the config itself.

    Raises:
      UserError: naming the field, its value and what is allowed.
    """
    hparams.check(self)
    return self
