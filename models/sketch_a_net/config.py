"""Hyperparameters of Sketch-a-Net.

Sources: Yu, Yang, Song, Xiang & Hospedales, "Sketch-a-Net that Beats Humans", BMVC 2015; Yu, Yang,
Liu, Song, Xiang & Hospedales, "Sketch-a-Net: a Deep Neural Network that Beats Humans", IJCV 122,
2017. The names of the data are those of RPCL-pix2seq, whose drawings it recognises.
"""

import dataclasses

from data_tools.errors import UserError
from data_tools.recognition_pictures import PROPORTIONAL_LINE
from data_tools.stroke_channels import CHANNELS
from models import category_list, hparams
from models.hparams import hparam

OPTIMIZERS = ("adam", "sgd")


@dataclasses.dataclass(frozen=True)
class SketchANetConfig:
  """Everything that decides what is trained and how; see each field's help."""

  # === Data ===
  categories: tuple[str, ...] = hparam(
      ("bee", "bus"), "Categories to tell apart; quote a name that holds spaces.")
  num_per_category: int = hparam(
      70000, "At most this many drawings of each category in each split.", at_least=1)
  max_seq_len: int = hparam(
      -1, "Drawings of more points are left out. -1: none are.", at_least=-1)
  channels: int = hparam(
      6, "6: stroke-order channels; 1: the drawing as it is, which pictures without strokes "
      "need.", at_least=1)
  image_width: int = hparam(225, "Width and height of the pictures in pixels.", at_least=81)
  line_width: float = hparam(
      PROPORTIONAL_LINE, "Width of the lines in pixels; the default is in proportion to a "
      "48-pixel picture's.", at_least=1, below=32)

  # === Augmentation of the training split ===
  removed_share: float = hparam(
      0.3, "Up to this share of a drawing's strokes is left out.", at_least=0, below=1)
  removal_order: float = hparam(
      0.5, "alpha: how much likelier late strokes are left out than early ones.", at_least=0)
  removal_length: float = hparam(
      2.0, "beta: how much likelier short strokes are left out than long ones.", at_least=0)
  local_deformation: float = hparam(
      0.05, "Ends of strokes move by this share of their distance (standard deviation).",
      at_least=0, below=1)
  global_deformation: float = hparam(
      0.02, "Outermost points move by this share of the drawing's size (standard deviation).",
      at_least=0, below=1)
  flip_prob: float = hparam(0.5, "Probability of mirroring left to right.", at_least=0, at_most=1)
  rotate_angle: float = hparam(
      5.0, "Drawings are turned by up to +- this many degrees.", at_least=0, at_most=180)
  min_scale: float = hparam(
      0.88, "Drawings are shrunk by a ratio drawn from [this, 1] and put anywhere.",
      above=0, at_most=1)

  # === Network ===
  width_multiplier: float = hparam(
      1.0, "Factor on the channels of every layer; 1 is the paper's 8.5 million parameters.",
      above=0, at_most=4)
  keep_prob: float = hparam(
      0.5, "Probability of KEEPING a unit of the two fully connected layers.", above=0, at_most=1)

  # === Training ===
  batch_size: int = hparam(135, "Drawings in a batch, over all devices together.", at_least=1)
  num_steps: int = hparam(100000, "Training steps.", at_least=1)
  save_every: int = hparam(1, "Epochs between two evaluations (and checkpoints, if better).",
                           at_least=1)
  optimizer: str = hparam("adam", "Adam, or stochastic gradient descent with momentum 0.9.",
                          choices=OPTIMIZERS)
  learning_rate: float = hparam(0.0005, "At step 0.", above=0, below=float("inf"))
  min_learning_rate: float = hparam(
      0.000001, "What the learning rate falls to at num_steps, along half a cosine.",
      at_least=0, below=float("inf"))

  def __post_init__(self):
    hparams.lists_to_tuples(self)

  def validate(self) -> "SketchANetConfig":
    """Refuses what no model can have; returns the config itself.

    Raises:
      UserError: naming the field, its value and what is allowed.
    """
    hparams.check(self)
    if len(self.categories) < 2:
      raise UserError(f"categories is {list(self.categories)}, but there must be at least two to "
                      "tell apart, such as categories=[bee,bus].")
    category_list.check(self.categories)
    if self.max_seq_len == 0:
      raise UserError("max_seq_len is 0, but it must be -1 (no limit) or at least 1.")
    if self.channels not in CHANNELS:
      raise UserError(f"channels is {self.channels}, but it must be 6 (stroke-order channels) or 1 "
                      "(the drawing as it is).")
    if self.min_learning_rate > self.learning_rate:
      raise UserError(f"min_learning_rate is {self.min_learning_rate}, but it may not be above "
                      f"learning_rate, {self.learning_rate}.")
    return self
