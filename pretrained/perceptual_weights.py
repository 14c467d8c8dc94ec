"""The LPIPS that a training minimises: with published weights, files of one's own, or random."""

import tensorflow as tf

from data_tools import cli
from data_tools.download import sha256_of
from data_tools.errors import UserError
from models.layers.initializers import draw_he_normal
from models.lpips.model import Lpips
from pretrained import lpips_weights
from pretrained.lpips_weights import BACKBONE_FLAG, HEADS_FLAG, Files

RANDOM = "random"
_SEED, _BIAS_DEVIATION = 16, 0.5
HELP = {
    "backbone_weights": "Weights of the network that LPIPS sees with, torchvision's .pth file. Not "
                        "given: that of the cache folder, or it is fetched. \"random\": random "
                        "ones, and no --heads_weights, to try the program.",
    "heads_weights": "Weights that calibrate LPIPS, the .pth file of PerceptualSimilarity v0.1. "
                     "Not given: that of the cache folder, or it is fetched."}


def locate(net: str, backbone: str | None, heads: str | None) -> Files | None:
  """The files of the weights, or None for random ones, which a line on stderr tells.

  Args:
    net: "vgg", "alex" or "squeeze".
    backbone: what --backbone_weights gives: a path, "random", or None for the published ones.
    heads: what --heads_weights gives: a path, or None for the published ones.

  Raises:
    UserError: a file is missing, is another one, or can't be fetched.
  """
  if backbone == RANDOM:
    if heads is not None:
      raise UserError(f"{HEADS_FLAG} is given with {BACKBONE_FLAG}={RANDOM}, but weights that "
                      "calibrate belong to a trained network; leave one of the two away.")
    cli.say(f"{BACKBONE_FLAG}={RANDOM}: LPIPS sees with random weights. This shows that the "
            "program works, not what it learns with a network that knows pictures.")
    return None
  try:
    return lpips_weights.locate(net, backbone, heads, allow_other=True)
  except UserError as error:
    raise UserError(f"{str(error).removesuffix('.')}; {BACKBONE_FLAG}={RANDOM} tries the program "
                    "without.") from error


def load(net: str, files: Files | None) -> Lpips:
  """LPIPS with these weights.

  Without files: He normal convolutions, the same each time, with biases (without any, a picture
  would be as near to itself made darker), and every level calibrated by one number for all of its C
  channels, 1 / sqrt(C), so that no level rules.

  Raises:
    UserError: a file can't be read or does not fit.
  """
  if files is not None:
    return lpips_weights.load_files(net, files)
  model = Lpips(net)
  convolutions = model.backbone.convolutions.values()
  draw_he_normal(convolutions, _SEED)
  for number, conv in enumerate(convolutions):
    conv.bias.assign(tf.random.stateless_normal(conv.bias.shape, [_SEED, number],
                                                stddev=_BIAS_DEVIATION))
  for head in model.heads:
    head.assign(tf.fill(head.shape, head.shape[0] ** -0.5))
  return model


def label(net: str, files: Files | None) -> str:
  """Which weights these are, for config.json."""
  if files is None:
    return f"{net}, {RANDOM}"
  if lpips_weights.are_published(net, files):
    return f"{net}, published"
  return ", ".join([net, *(f"{path.name}, sha256 {sha256_of(path)}" for path in files)])
