"""LPIPS v0.1 as a Keras model: a metric, and a loss that gradients flow through."""

import tensorflow as tf

from models.lpips import distance
from models.lpips.alexnet import AlexNet
from models.lpips.squeezenet import SqueezeNet
from models.lpips.vgg16 import Vgg16

BACKBONES = {"vgg": Vgg16, "alex": AlexNet, "squeeze": SqueezeNet}
VERSION = "0.1"


@tf.keras.utils.register_keras_serializable("sketch_zoo.lpips")
class Lpips(tf.keras.Model):
  """The perceptual distance of two images, 0 for equal ones.

    d(a, b) = sum over levels l of mean over pixels of sum_c w_l,c (n_a,l,c - n_b,l,c)^2

  with n the backbone's features at unit length along channels (CVPR 2018, eq. 1). Nothing in it is
  trained. A fresh one has random convolutions and calibration weights of 1, by which distances mean
  nothing; `pretrained.lpips_weights.load` fills them. The distance depends on the size of the
  images; figures compare at equal size only.

  All is done in float32, under a mixed precision policy too. As a loss: sum or average the result
  over the batch as the training needs it, and give a target through tf.stop_gradient; each image
  has a pass of its own, so nothing is kept for the gradient of a target without one.

  Args:
    net: "vgg", "alex" or "squeeze".

  Call: a, b, both float [B, H, W, 3], RGB in [-1, 1] -> float32 [B].

  Attributes:
    net: as given.
    backbone: of `BACKBONES`.
    heads: calibration weights w_l, float32 [C_l], for each of the L levels.
  """

  def __init__(self, net: str = "vgg", **kwargs):
    if net not in BACKBONES:
      raise ValueError(f"net is {net!r}, but must be one of {', '.join(BACKBONES)}.")
    super().__init__(**{**kwargs, "dtype": "float32"})
    self.net = net
    self.backbone = BACKBONES[net](name="backbone")
    self.heads = [self.add_weight(f"lin{level}", [channels], tf.float32, "ones", trainable=False)
                  for level, channels in enumerate(self.backbone.CHANNELS)]
    self.trainable = False
    self.built = True

  def call(self, a, b):
    return tf.reduce_sum(self.per_layer(a, b), axis=1)  # [B, L] -> [B]

  def per_layer(self, a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """The share of each level in the distance.

    Args:
      a: float [B, H, W, 3] in [-1, 1].
      b: the same shape.

    Returns:
      float32 [B, L]; its sum over L is the distance. (The original's own list has the total in
      place of the first level.)
    """
    return tf.stack([distance.level_distance(*level) for level in self._levels(a, b)], axis=1)

  def spatial(self, a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """The distance as a map: each level's, enlarged bilinearly, summed.

    Its mean is not the distance, as enlarging weighs the borders otherwise. The original enlarges
    both sides by H / h, which misses H by rounding for some sizes and fits square images only;
    here every level is enlarged to exactly H x W.

    Args:
      a: float [B, H, W, 3] in [-1, 1].
      b: the same shape.

    Returns:
      float32 [B, H, W, 1].
    """
    height, width = (tf.shape(a)[axis] if a.shape[axis] is None else a.shape[axis]
                     for axis in (1, 2))
    return tf.add_n([distance.enlarge(distance.distance_map(*level), height, width)
                     for level in self._levels(a, b)])

  def features(self, images: tf.Tensor) -> list[tf.Tensor]:
    """What is compared, before it is brought to unit length.

    Args:
      images: float [B, H, W, 3] in [-1, 1].

    Returns:
      float32 [B, h_l, w_l, C_l] for each level.
    """
    return self.backbone(distance.scale_images(tf.cast(images, tf.float32)))

  def get_config(self) -> dict:
    return {"name": self.name, "net": self.net}

  def _levels(self, a, b):
    a, b = tf.convert_to_tensor(a), tf.convert_to_tensor(b)
    self._check("a", a)
    self._check("b", b)
    if not a.shape.is_compatible_with(b.shape):
      raise ValueError(f"a has shape {a.shape}, but b {b.shape}; they must agree.")
    return zip(self.features(a), self.features(b), self.heads)

  def _check(self, name, images):
    smallest = self.backbone.SMALLEST_SIDE
    if (images.shape.rank != 4 or images.shape[3] not in (3, None) or not images.dtype.is_floating
        or any(side is not None and side < smallest for side in images.shape[1:3])):
      raise ValueError(f"{name} is {images.dtype.name} {images.shape}, but must be floating "
                       f"[B, H, W, 3] of at least {smallest} x {smallest} pixels.")
