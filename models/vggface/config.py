"""Hyperparameters of the face recogniser: VGG-16 as Parkhi et al. trained it, or a small network.

Sources: Parkhi, Vedaldi & Zisserman, "Deep Face Recognition", BMVC 2015 (the network, the triplet
loss); Schroff, Kalenichenko & Philbin, "FaceNet", CVPR 2015 (semi-hard triplets, margin 0.2).
"""

import dataclasses

from data_tools.errors import UserError
from models import hparams
from models.face_config import FaceConfig
from models.hparams import hparam
from models.vggface import small, vgg_face

DOMAINS = ("photo", "sketch")
NETWORKS = {"vgg_face": vgg_face.VggFace, "small": small.SmallFace}


@dataclasses.dataclass(frozen=True)
class VggFaceConfig(FaceConfig):
  """Everything that decides what is trained and how; see each field's help."""

  # === Data ===
  domain: str = hparam("photo", "Which pictures are recognised.", choices=DOMAINS)
  flip_prob: float = hparam(
      0.5, "Probability that a training picture is mirrored left to right.", at_least=0, at_most=1)

  # === Network ===
  network: str = hparam(
      "vgg_face", "vgg_face: VGG-16, whose published weights can be converted; small: a few "
      "layers, to be trained from scratch.", choices=tuple(NETWORKS))
  feature_layer: str = hparam(
      "fc7", "Whose output (after its ReLU) the features are. vgg_face: "
      f"{vgg_face.LAYERS[0]} .. {vgg_face.LAYERS[-1]}; small: {', '.join(small.LAYERS)}.")
  normalize_features: bool = hparam(
      False, "Features that another model compares have length 1; matching and training always "
      "bring them to it.")
  input_size: int = hparam(
      224, "Width and height that pictures are resized to. Published weights need 224.",
      at_least=32, multiple_of=32)
  width: int = hparam(
      64, "Channels of the first convolution, of which later layers have multiples. Published "
      "weights need 64.", at_least=1)
  embedding_size: int = hparam(128, "Features of small's last layer.", at_least=1)

  # === Training ===
  persons_per_batch: int = hparam(
      16, "Persons in a batch, over all devices together.", at_least=2)
  images_per_person: int = hparam(
      2, "Pictures of each of them; with generated ones the sets have two.", at_least=2)
  margin: float = hparam(
      0.2, "How much farther, in squared distance, another person's picture must be than one of "
      "the same person.", above=0, at_most=4)
  learning_rate: float = hparam(0.00001, "Of Adam; constant.", above=0, below=float("inf"))
  num_steps: int = hparam(2000, "Training steps.", at_least=1)
  evaluate_every: int = hparam(
      100, "Steps between two evaluations (and checkpoints, if better).", at_least=1)

  @property
  def batch_size(self) -> int:
    """Pictures in a global batch."""
    return self.persons_per_batch * self.images_per_person

  def validate(self) -> "VggFaceConfig":
    """Refuses what no model can have; returns the config itself.

    Raises:
      UserError: naming the field, its value and what is allowed.
    """
    hparams.check(self)
    layers = NETWORKS[self.network].LAYERS
    if self.feature_layer not in layers:
      raise UserError(f"feature_layer is {self.feature_layer!r}, but network={self.network} has "
                      f"{', '.join(layers)}.")
    self.check_sizes()
    return self
