"""Hyperparameters of Contextual GAN: the paper's; where it gives none, our choice, so called."""

import dataclasses

from models import hparams
from models.contextual_gan.completion import SearchOptions
from models.hparams import hparam

# Four layers double the sides of a picture, or halve them.
SIZE_MULTIPLE = 16


@dataclasses.dataclass(frozen=True)
class ContextualGanConfig:
  """Everything that decides what is trained and how; see each field's help."""

  # === Networks ===
  image_size: int = hparam(
      64, "S: height of a joint image and width of each of its halves, in pixels; the paper's is "
      "64.", at_least=16, multiple_of=SIZE_MULTIPLE)
  z_size: int = hparam(100, "Z: numbers in a latent vector, each from [-1, 1].", at_least=1)
  width: int = hparam(
      64, "Channels beside the picture: 64, 128, 256, 512 with the paper's 64.", at_least=1)
  leak: float = hparam(0.2, "Slope of the leaky ReLU below zero; our choice.", at_least=0, below=1)
  batch_norm_momentum: float = hparam(
      0.9, "Share of the old moving average that stays at a step; our choice.", at_least=0, below=1)
  synchronized_batch_norm: bool = hparam(
      False, "Batch statistics are those of the global batch, not of each device's share; slower.")

  # === Training ===
  batch_size: int = hparam(64, "Joint images in a batch, over all devices together.", at_least=1)
  num_epochs: int = hparam(200, "Passes over the joint images.", at_least=1)
  save_every: int = hparam(
      10, "Epochs between two kept checkpoints, which also have sheets of pictures.", at_least=1)
  learning_rate: float = hparam(
      0.0002, "Of both Adams; the paper adapts to other styles with 0.00001.", above=0,
      below=float("inf"))
  generator_steps: int = hparam(
      1, "Updates of the generator for each one of the discriminator; more keep a discriminator "
      "from running away. Our choice.", at_least=1)
  beta1: float = hparam(0.5, "Of both Adams.", at_least=0, below=1)
  flip: bool = hparam(
      True, "Each half is mirrored where it stands, both or none, for half of the images; our "
      "choice.")

  # === Completion ===
  iterations: int = hparam(
      500, "Steps of the search; it settles after about 100.", at_least=0, at_most=1_000_000)
  num_init: int = hparam(
      10, "Latent vectors to choose the start from, by the contextual loss.", at_least=1)
  perceptual_weight: float = hparam(
      0.01, "Lambda: weight of the perceptual loss.", at_least=0, below=float("inf"))
  search_momentum: float = hparam(0.9, "Nesterov momentum of the search.", at_least=0, below=1)
  search_rate: float = hparam(
      0.01, "Learning rate of the search; our choice.", above=0, below=float("inf"))

  @property
  def search(self) -> SearchOptions:
    """How the trained model completes, where nothing else is asked for."""
    return SearchOptions(self.iterations, self.num_init, self.perceptual_weight,
                         self.search_momentum, self.search_rate)

  def validate(self) -> "ContextualGanConfig":
    """Refuses what no model can have; returns the config itself.

    Raises:
      UserError: naming the field, its value and what is allowed.
    """
    hparams.check(self)
    return self
