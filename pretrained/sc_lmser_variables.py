"""The original SC-Lmser's variable names, and how large its networks were."""

import tensorflow as tf

from data_tools.errors import UserError
from models.sc_lmser.generator import ENCODER_WIDTHS
from models.sc_lmser.model import NETWORK_OF, ScLmser
from pretrained.original_checkpoint import OriginalCheckpoint

ROOT = "fss"
NETWORKS = ("G", "F", "Dy", "Dx")
STEP = f"{ROOT}/global_step"
# In the order in which the original makes the optimisers, which numbers the powers of their betas.
LOSSES = ("loss_Dy1", "loss_Dy2", "loss_G1", "loss_G2", "loss_Dx", "loss_F")
BETAS = ("beta1", "beta2")
# The largest kernel of a generator and of a discriminator -> how often its last axis holds the
# width. A width read off the largest one can't exceed what the files hold.
_LARGEST = {"G": ("encoder_5/res2/conv_0/conv2d/kernel", ENCODER_WIDTHS[-1]),
            "Dy": ("layer_4/conv_0/conv2d/kernel", 8)}


def widths(checkpoint: OriginalCheckpoint) -> tuple[int, int]:
  """The widths of the generators and of the discriminators.

  Raises:
    UserError: a network is missing, or its largest kernel has no fitting shape.
  """
  found = [name for name in NETWORKS
           if any(key.startswith(f"{ROOT}/{name}/") for key in checkpoint.shapes)]
  if len(found) < len(NETWORKS):
    raise UserError(f"{checkpoint.prefix} holds {_listed(found)} of SC-Lmser's four networks "
                    f"{', '.join(NETWORKS)}; give a checkpoint that its training wrote "
                    "(DATA_TYPE-STEP or best_model/fss_model), whole.")
  return _width(checkpoint, "G", side=3), _width(checkpoint, "Dy", side=4)


def network_variables(model: ScLmser) -> dict[str, tf.Variable]:
  """The variables of all four networks by their original names, moving statistics included."""
  return {f"{ROOT}/{network}/{name}": variable for network in NETWORKS
          for name, variable in getattr(model, network).named_variables().items()}


def moments(model: ScLmser) -> dict[str, tf.Variable]:
  """Both moments of every Adam of a compiled model by their original names.

  The prefix stands there twice; the optimisers of a network's second loss count on: Adam_Dy_2.
  """
  named = {}
  for loss, network in NETWORK_OF.items():
    first = 2 * _place(loss)
    for kind, number in (("m", first), ("v", first + 1)):
      for name, variable in getattr(model, network).named_variables().items():
        if variable.trainable:
          key = f"{ROOT}/{ROOT}/{network}/{name}/Adam_{network}{_suffix(number)}"
          named[key] = model.adams[loss].get_slot(variable, kind)
  return named


def step_counter(loss: str) -> str:
  """The name of the variable that counts the steps of a loss's Adam."""
  return f"{ROOT}/Adam_{NETWORK_OF[loss]}_step{_suffix(_place(loss))}"


def power(beta: str, loss: str) -> str:
  """The name of beta^(t + 1) of a loss's Adam after t steps; `beta` is one of BETAS."""
  return f"{ROOT}/{beta}_power{_suffix(LOSSES.index(loss))}"


def _width(checkpoint, network, side):
  """The width by a network's largest kernel: [side, side, C_in, factor width]."""
  kernel, factor = _LARGEST[network]
  name = f"{ROOT}/{network}/{kernel}"
  shape = checkpoint.shapes.get(name, ())
  if len(shape) != 4 or shape[:2] != (side, side) or not shape[-1] or shape[-1] % factor:
    found = f"has the shape {list(shape)}" if name in checkpoint.shapes else "is missing"
    raise UserError(f"Variable {name} of {checkpoint.prefix} {found}; expected [{side}, {side}, C, "
                    f"{factor} times the width]: give a checkpoint that SC-Lmser's training wrote, "
                    "whole.")
  return shape[-1] // factor


def _place(loss):
  """0 or 1: which of its network's optimisers a loss's is."""
  return [name for name in LOSSES if NETWORK_OF[name] == NETWORK_OF[loss]].index(loss)


def _suffix(number):
  return f"_{number}" if number else ""


def _listed(names):
  return f"only {', '.join(names)}" if names else "none"
