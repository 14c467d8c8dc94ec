"""Hyperparameters of the face recogniser: VGG-16 as Parkhi et al. trained it, or a small network.

Sources: Parkhi, Vedaldi & Zisserman, "Deep Face Recognition", BMVC 2015 (the network, the triplet
loss); Schroff, Kalenichenko & Philbin, "FaceNet", CVPR 2015 (semi-hard triplets, margin 0.2).
"""

import dataclasses

from data_tools.errors import UserError
from data_tools.faces.geometry import Geometry
from data_tools.faces.layout import DATA_TYPES
from models import hparams
from models.hparams import hparam
from models.vggface import small, vgg_face

DOMAINS = ("photo", "sketch")
NETWORKS = {"vgg_face": vgg_face.VggFace, "small": small.SmallFace}


@dataclasses.dataclass(frozen=True)
class VggFaceConfig:
  """Everything that decides what is trained and how; see each field's help."""

  # === Data ===
  domain: str = hparam("photo", "Which pictures are recognised.", choices=DOMAINS)
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
      (256, 256), "Height and width of the crop that is recognised.")
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

  def __post_init__(self):
    hparams.lists_to_tuples(self)
    if isinstance(self.data_type, str):
      object.__setattr__(self, "data_type", self.data_type.lower())

  @property
  def geometry(self) -> Geometry:
    """The sizes of faces, canvas and crop, (height, width) each."""
    return Geometry(self.in_size[::-1], self.pad_size, self.out_size)

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
    for name in ("in_size", "pad_size", "out_size"):
      size = getattr(self, name)
      if len(size) != 2 or min(size) < 1:
        raise UserError(f"{name} is {list(size)}, but it must be two whole numbers of at least 1, "
                        f"such as {name}=[256,256].")
    self.geometry  # pylint: disable=pointless-statement  (refuses sizes that don't nest)
    return self
