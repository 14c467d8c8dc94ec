"""Hyperparameters of IACycleGAN.

Sources: Fang, Deng, Du & Hu, "Identity-aware CycleGAN for face photo-sketch synthesis and
recognition", Pattern Recognition 102, 2020, which has no public program; where it is silent,
CycleGAN (Zhu, Park, Isola & Efros, ICCV 2017) and its program.
"""

import dataclasses

from data_tools.errors import UserError
from models import hparams
from models.face_config import FaceConfig
from models.hparams import hparam
from models.vggface.config import NETWORKS, VggFaceConfig

CHOSEN_BY = ("fid", "fsim", "last")
GAN_TYPES = ("gan", "lsgan")
NO_RECOGNISER = "none"
# A generator halves its image twice; below that height or width a discriminator has no patch.
SIZE_MULTIPLE, SMALLEST_SIZE = 4, 24
_INFINITY = float("inf")


@dataclasses.dataclass(frozen=True)
class IaCycleGanConfig(FaceConfig):
  """Everything that decides what is trained and how; see each field's help."""

  # === Data ===
  select_on_test: bool = hparam(
      False, "Train on all training faces and choose the best checkpoint on the test faces; test "
      "figures are then chosen ones.")
  out_size: tuple[int, ...] = hparam(
      (256, 256), "Height and width of the crop that the networks see; multiples of 4, at least "
      "24.")
  flip: bool = hparam(
      True, "Mirror a training pair, photo and sketch together, with probability 1/2.")

  # === Networks ===
  generator_width: int = hparam(
      64, "Channels of a generator's first layer; its residual blocks have four times as many.",
      at_least=1)
  residual_blocks: int = hparam(
      9, "Of a generator; CycleGAN has 9 at 256 pixels and 6 at 128 and below.", at_least=1)
  discriminator_width: int = hparam(
      64, "Channels of a discriminator's first layer; the next have 2, 4 and 8 times as many.",
      at_least=1)

  # === Losses ===
  gan_type: str = hparam(
      "gan", "Adversarial loss: gan (the paper's, of logarithms) or lsgan (CycleGAN's).",
      choices=GAN_TYPES)
  adversarial_weight: float = hparam(
      1.0, "Weight of the adversarial term.", at_least=0, below=_INFINITY)
  cycle_weight: float = hparam(
      10.0, "Weight of the distance between a picture and what comes back of it.",
      at_least=0, below=_INFINITY)
  identity_mapping_weight: float = hparam(
      5.0, "Weight of the distance between what a generator makes and what it was given.",
      at_least=0, below=_INFINITY)
  identity_perception_weight: float = hparam(
      3e7, "Weight of the distance between the recognisers' features of made and true pictures; "
      "belongs to their scale, see docs/ia_cyclegan.md. 0: there is no such term.",
      at_least=0, below=_INFINITY)

  # === Recognisers, which are given and not trained ===
  recogniser: str = hparam(
      "vgg_face", "Network of the two recognisers; none: a CycleGAN without them, whose "
      "identity_perception_weight must be 0.", choices=(NO_RECOGNISER, *NETWORKS))
  recogniser_feature_layer: str = hparam(
      "fc7", "Layer whose output the features are: of vgg_face conv1_1 .. fc7; of small conv1 .. "
      "pool4, embedding.")
  recogniser_normalize_features: bool = hparam(False, "Features are brought to length 1.")
  recogniser_input_size: int = hparam(
      224, "Width and height that a recogniser resizes pictures to.", at_least=32, multiple_of=32)
  recogniser_width: int = hparam(
      64, "Channels of a recogniser's first convolution.", at_least=1)
  recogniser_embedding_size: int = hparam(
      128, "Features of small's last layer.", at_least=1)

  # === Training ===
  batch_size: int = hparam(1, "Pairs in a batch, over all devices together.", at_least=1)
  num_epochs: int = hparam(100, "Passes over the pairs at the full learning rate.", at_least=1)
  decay_epochs: int = hparam(
      100, "Further passes, in which the learning rate falls linearly to 0.", at_least=0)
  learning_rate: float = hparam(0.0002, "Of both Adams.", above=0, below=_INFINITY)
  beta1: float = hparam(0.5, "Decay of the first moment in both Adams.", at_least=0, below=1)
  pool_size: int = hparam(
      50, "Earlier fakes kept for each discriminator, which is shown one of them instead of every "
      "second new one; 0: none.", at_least=0)
  select_by: str = hparam(
      "last", "What chooses the checkpoint that counts: last (the newest, as in CycleGAN), or of "
      "sketches made from photos fid (lower is better; its network's weights are fetched) or fsim "
      "(higher is better).", choices=CHOSEN_BY)
  evaluate_every: int = hparam(1, "Epochs between two evaluations; the last epoch has one.",
                               at_least=1)

  @property
  def all_epochs(self) -> int:
    """Passes over the pairs in the whole training."""
    return self.num_epochs + self.decay_epochs

  @property
  def has_recognisers(self) -> bool:
    """Whether the model holds two recognisers."""
    return self.recogniser != NO_RECOGNISER

  def recogniser_config(self, domain: str = "photo") -> VggFaceConfig:
    """The config of one of the two recognisers; there must be any.

    Args:
      domain: "photo" or "sketch".
    """
    given = {field.name.removeprefix("recogniser_"): getattr(self, field.name)
             for field in dataclasses.fields(self) if field.name.startswith("recogniser_")}
    return VggFaceConfig(domain=domain, network=self.recogniser, **given)

  def validate(self) -> "IaCycleGanConfig":
    """Refuses what no model can have; returns the config itself.

    Raises:
      UserError: naming the field, its value and what is allowed.
    """
    hparams.check(self)
    self.check_sizes(
        lambda side: side % SIZE_MULTIPLE == 0 and side >= SMALLEST_SIZE,
        f"multiples of {SIZE_MULTIPLE}, because a generator halves its image twice, and at least "
        f"{SMALLEST_SIZE}")
    if self.has_recognisers:
      try:
        self.recogniser_config().validate()
      except UserError as error:  # which begins with the field's name there
        raise UserError(f"recogniser_{error}") from error
    elif self.identity_perception_weight:
      raise UserError(f"identity_perception_weight is {self.identity_perception_weight:g}, but "
                      "recogniser is none, so there are no features to compare; set "
                      f"identity_perception_weight=0, or recogniser={' or '.join(NETWORKS)}.")
    return self
