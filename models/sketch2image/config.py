"""Hyperparameters of Sketch-to-Image: the constants of the original's config.py, and its program's.

Source: Liu, Zhu, Song & Elgammal, "Self-supervised sketch-to-image synthesis", AAAI 2021, and its
program, whose config.py has the names in capitals.
"""

import dataclasses

from data_tools.errors import UserError
from models import hparams
from models.hparams import hparam

# The original's name for faces is "celeba" where it chooses networks and "face" where it is read.
SHOE = "shoe"
LPIPS_NETS = ("vgg", "alex", "squeeze")
DATA_NAMES = ("art", "face", "celeba", SHOE)
SIZE_MULTIPLE = 128
# What happens where a line of figures ends, so that training that goes on gives the same lines.
_INTERVALS = ("save_image_interval", "save_model_interval", "fid_interval", "iteration_gan")
SMALLEST_WIDTH = 8  # an SE block has a sixteenth of 2 * nfc channels or more


@dataclasses.dataclass(frozen=True)
class Sketch2ImageConfig:
  """Everything that decides what is trained and how; see each field's help."""

  # === Data ===
  data_name: str = hparam(
      "art", "What the pictures are, which chooses the second stage's generator and some losses.",
      choices=DATA_NAMES)
  sketches_per_photo: int = hparam(
      3, "Folders of sketches; the paper has ten, the public program three.", at_least=1)
  nbr_cls: int = hparam(
      500, "Photos of a self-supervision set, each a class of its own; all, if there are fewer.",
      at_least=2)
  held_out: float = hparam(
      0.05, "Share of the photos that is not trained on, for FID; the original trains on all.",
      at_least=0, below=1)

  # === Networks ===
  nfc: int = hparam(64, "Width of all networks but the discriminator.", at_least=SMALLEST_WIDTH)
  ndf: int = hparam(64, "Width of the discriminator.", at_least=4)
  im_size_ae: int = hparam(
      512, "Width and height in stage 1; the original works at 512 only.", at_least=SIZE_MULTIPLE,
      multiple_of=SIZE_MULTIPLE)
  im_size_gan: int = hparam(
      512, "Width and height of what stage 2 makes: im_size_ae or twice that. The original's 1024 "
      "stops it in its first step.")
  synchronized_batch_norm: bool = hparam(
      False, "Batch statistics are those of the global batch, not of each device's share; slower.")

  # === Training, stage 1 ===
  batch_size_ae: int = hparam(32, "Photos in a batch, over all devices together.", at_least=2)
  iteration_ae: int = hparam(100000, "Training steps of stage 1.", at_least=1)
  later_learning_rate: float = hparam(
      0.0001, "Of style encoder and decoder from the first new self-supervision set on.",
      above=0, below=float("inf"))
  passes_per_set: int = hparam(
      100, "Passes over a self-supervision set before the next one is taken.", at_least=1)

  # === Training, stage 2 ===
  batch_size_gan: int = hparam(16, "Photos in a batch, over all devices together.", at_least=2)
  epoch_gan: int = hparam(20, "Epochs of stage 2.", at_least=1)
  iteration_gan: int = hparam(10000, "Training steps in an epoch of stage 2.", at_least=1)
  ema_decay: float = hparam(
      0.999, "Of the moving average of the generator's weights.", at_least=0, below=1)
  fid_interval: int = hparam(
      2000, "Steps of stage 2 between two evaluations of FID, a multiple of log_interval.",
      at_least=1)
  fid_batch_nbr: int = hparam(500, "Batches that FID takes at the most.", at_least=1)

  # === Training, both ===
  learning_rate: float = hparam(0.0002, "Of all Adams at the start.", above=0, below=float("inf"))
  perceptual_weight: float = hparam(
      10.0, "Weight of the distance to the photo in stage 2; 1 in stage 1.", at_least=0,
      below=float("inf"))
  lpips_net: str = hparam(
      "vgg", "Network that LPIPS sees with; the original's is vgg.", choices=LPIPS_NETS)
  lpips_reduction: str = hparam(
      "sum", "How LPIPS is taken over a batch: sum, as in the original, whose balance then "
      "depends on the batch size, or mean.", choices=("sum", "mean"))
  mutual_information_weight: float = hparam(
      0.0, "Weight of a penalty on what content codes and style vectors have in common. OUR OWN "
      "design, not the paper's, whose term is not published; 0: off.", at_least=0,
      below=float("inf"))
  save_image_interval: int = hparam(
      500, "Steps between two previews, a multiple of log_interval.", at_least=1)
  save_model_interval: int = hparam(
      2000, "Steps between two checkpoints, a multiple of log_interval.", at_least=1)
  log_interval: int = hparam(100, "Steps that a line of figures is the mean of.", at_least=1)

  @property
  def steps_per_set(self) -> int:
    """Training steps of stage 1 that a self-supervision set lasts."""
    return max(self.passes_per_set * self.nbr_cls // self.batch_size_ae, 1)

  @property
  def steps_gan(self) -> int:
    """Training steps of stage 2."""
    return self.epoch_gan * self.iteration_gan

  def validate(self) -> "Sketch2ImageConfig":
    """Refuses what no model can have; returns the config itself.

    Raises:
      UserError: naming the field, its value and what is allowed.
    """
    hparams.check(self)
    if self.im_size_gan not in (self.im_size_ae, 2 * self.im_size_ae):
      raise UserError(f"im_size_gan is {self.im_size_gan}, but it must be im_size_ae, "
                      f"{self.im_size_ae}, or twice that.")
    for name in _INTERVALS:
      if getattr(self, name) % self.log_interval:
        raise UserError(f"{name} is {getattr(self, name)}, but it must be a multiple of "
                        f"log_interval, {self.log_interval}.")
    return self
