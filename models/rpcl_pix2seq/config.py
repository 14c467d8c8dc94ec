"""Hyperparameters of RPCL-pix2seq, under the original program's names and defaults.

Source: Zang, Tu and Xu, "Controllable stroke-based sketch synthesis from a self-organized latent
space", Neural Networks 137, 2021, and its program CMACH508/RPCL-pix2seq. kl_decay_rate and
momentum to rpcl_period are constants in that program; trim_padding, length_buckets and
accumulate_gradients are not known to it.
"""

import dataclasses

from data_tools.errors import UserError
from models import category_list, hparams
from models.hparams import hparam

DEC_MODELS = ("lstm", "layer_norm", "hyper")


@dataclasses.dataclass(frozen=True)
class RpclPix2SeqConfig:
  """Everything that decides what is trained and how; see each field's help."""

  # === Data ===
  categories: tuple[str, ...] = hparam(
      ("bee", "bus"), "Categories to train on; quote a name that holds spaces.")
  num_per_category: int = hparam(
      70000, "At most this many drawings of each category in each split.", at_least=1)
  max_seq_len: int = hparam(
      -1, "Longest drawing in points; longer ones are left out. -1: the longest in the data.",
      at_least=-1)
  png_width: int = hparam(
      48, "Width and height of the images in pixels; the encoder halves it four times.",
      at_least=16, multiple_of=16)

  # === Augmentation of the training split ===
  random_scale_factor: float = hparam(
      0.10, "dx and dy are each stretched by 1 +- up to this, drawn per drawing.",
      at_least=0, below=1)
  augment_stroke_prob: float = hparam(
      0.10, "Probability of dropping a point inside a pen-down run.", at_least=0, at_most=1)
  png_scale_ratio: float = hparam(
      0.98, "Images are shrunk by a ratio drawn from [this, 1]; 1 turns it off.",
      above=0, at_most=1)
  png_rotate_angle: int = hparam(
      0, "Images are turned by up to +- this many degrees.", at_least=0, at_most=180)
  png_translate_dist: int = hparam(
      0, "Images are shifted by up to +- this many pixels on each axis.", at_least=0)

  # === Networks ===
  z_size: int = hparam(128, "Size of the latent code.", at_least=1)
  num_mixture: int = hparam(
      5, "Components of the latent mixture for each of num_sub; use about the number of "
      "categories.", at_least=1)
  num_sub: int = hparam(
      2, "Factor on num_mixture: the mixture has num_mixture * num_sub components; surplus ones "
      "die out.", at_least=1)
  dec_model: str = hparam("hyper", "Recurrent cell of the stroke decoder.", choices=DEC_MODELS)
  dec_rnn_size: int = hparam(2048, "Units of that cell; 512 is a good start on small data.",
                             at_least=1)
  use_recurrent_dropout: bool = hparam(True, "Dropout on the cell's candidate (no memory loss).")
  recurrent_dropout_prob: float = hparam(0.90, "Its probability of KEEPING a unit.",
                                         above=0, at_most=1)
  use_input_dropout: bool = hparam(False, "Dropout on the cell's input.")
  input_dropout_prob: float = hparam(0.90, "Its probability of KEEPING a unit.",
                                     above=0, at_most=1)
  use_output_dropout: bool = hparam(False, "Dropout on the cell's output.")
  output_dropout_prob: float = hparam(0.90, "Its probability of KEEPING a unit.",
                                      above=0, at_most=1)

  # === Training ===
  is_training: bool = hparam(True, "Accepted for the original's command lines; decides nothing.")
  batch_size: int = hparam(128, "Drawings in a batch, over all devices together.", at_least=1)
  num_steps: int = hparam(1000001, "Training steps after which training ends at the latest.",
                          at_least=1)
  save_every: int = hparam(1, "Epochs between two evaluations (and checkpoints, if better).",
                           at_least=1)
  learning_rate: float = hparam(0.001, "Adam's learning rate at step 0.",
                                above=0, below=float("inf"))
  min_learning_rate: float = hparam(0.00001, "What the learning rate decays to.",
                                    at_least=0, below=float("inf"))
  decay_rate: float = hparam(0.9999, "The learning rate falls by this factor every three steps.",
                             above=0, at_most=1)
  grad_clip: float = hparam(1.0, "Every element of a gradient is clipped to +- this.", above=0)
  de_weight: float = hparam(0.5, "Weight of the image decoder's loss.",
                            at_least=0, below=float("inf"))
  kl_decay_rate: float = hparam(
      0.9999, "The latent terms weigh 1 - 0.999 * this^step; lower lets them count sooner.",
      above=0, at_most=1)

  # === Updates of the latent mixture ===
  momentum: float = hparam(
      0.95, "Share of the old value in each update of the mixture; lower learns faster.",
      at_least=0, below=1)
  delearning_rate: float = hparam(
      1e-4, "How hard an RPCL step pushes the rival away from a code; the paper advises more "
      "for many categories.", at_least=0, below=1)
  min_variance: float = hparam(
      1e-10, "Variances of the mixture are kept above this; 0.02 keeps long RPCL phases stable.",
      above=0)
  rpcl_start: int = hparam(500, "Up to this step every update of the mixture is EM.", at_least=0)
  rpcl_period: int = hparam(
      3, "After rpcl_start, steps divisible by this make an RPCL update instead of EM.", at_least=1)

  # === Speed and memory ===
  trim_padding: bool = hparam(
      False, "Pad a batch to the shortest of length_buckets that its drawings fit in, not to "
      "max_seq_len, and make batches of drawings of about the same length; changes what is learnt.")
  length_buckets: tuple[int, ...] = hparam(
      (), "With trim_padding: these lengths in points, ascending. Empty: up to four, with the "
      "least padding of the training drawings.")
  accumulate_gradients: int = hparam(
      1, "Work through a batch in so many parts, whose gradients are added before the one step: "
      "the same step with less memory.", at_least=1)

  def __post_init__(self):
    hparams.lists_to_tuples(self)

  @property
  def num_components(self) -> int:
    """K, the number of components of the latent mixture."""
    return self.num_mixture * self.num_sub

  def validate(self) -> "RpclPix2SeqConfig":
    """Refuses what no model can have; returns the config itself.

    Raises:
      UserError: naming the field, its value and what is allowed.
    """
    hparams.check(self)
    if not self.categories:
      raise UserError("categories is empty, but it must name at least one category, such as "
                      "categories=[bee,bus].")
    category_list.check(self.categories)
    if self.max_seq_len == 0:
      raise UserError("max_seq_len is 0, but it must be -1 (the longest in the data) or at "
                      "least 1.")
    self._check_buckets()
    if self.batch_size % self.accumulate_gradients:
      raise UserError(f"batch_size is {self.batch_size}, but it must be a multiple of "
                      f"accumulate_gradients, {self.accumulate_gradients}, times the number of "
                      "devices.")
    if self.png_translate_dist >= self.png_width:
      raise UserError(f"png_translate_dist is {self.png_translate_dist}, but it must be below "
                      f"png_width, {self.png_width}.")
    if int(self.png_width * self.png_scale_ratio) < 1:
      raise UserError(f"png_scale_ratio is {self.png_scale_ratio}, which leaves no pixel of an "
                      f"image {self.png_width} wide; it must be at least {1 / self.png_width:.3f}.")
    return self

  def _check_buckets(self):
    lengths = self.length_buckets
    if list(lengths) != sorted(set(lengths)) or any(length < 1 for length in lengths):
      raise UserError(f"length_buckets is {list(lengths)}, but it must be lengths of at least 1, "
                      "each longer than the one before, such as length_buckets=[50,100,200].")
    if lengths and not self.trim_padding:
      raise UserError(f"length_buckets is {list(lengths)}, but trim_padding, which uses them, is "
                      "off; turn it on, or give length_buckets=[].")
