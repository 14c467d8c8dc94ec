"""The original SC-Lmser's checkpoints as models of the zoo, training state and all."""

import dataclasses
import os

import numpy as np

from data_tools import cli
from data_tools.errors import UserError
from models.sc_lmser.model import ScLmser
from pretrained import sc_lmser_original_config
from pretrained.original_checkpoint import OriginalCheckpoint
from pretrained.sc_lmser_variables import (BETAS, LOSSES, STEP, moments, network_variables,
                                           power, step_counter, widths)

_BETA2 = 0.999
_BEST = "fss_model"  # chosen by the FID of the test split
# A power of beta is multiplied in float32 once a step; below this it has sunk to nothing.
_ROUNDING = 1e-7
_SMALLEST = 1e-37


def convert(source: str | os.PathLike) -> tuple[ScLmser, dict]:
  """Reads a checkpoint that the original's training wrote.

  Args:
    source: a folder with .index and .data files and, if there, model_config.json; or one
      checkpoint's path without the ending.

  Returns:
    The model, compiled, with the original's weights, Adam moments and step counts (a checkpoint
    without any of the optimisers' variables gives the weights alone, which is told); and what is
    known of its training.

  Raises:
    UserError: a file is missing or broken, or the variables are not those of one whole model.
  """
  checkpoint = OriginalCheckpoint(source)
  generator, discriminator = widths(checkpoint)
  config, data = sc_lmser_original_config.read(checkpoint.prefix)
  model = ScLmser(dataclasses.replace(config, generator_width=generator,
                                      discriminator_width=discriminator))
  data["converted_from"] = checkpoint.prefix.name
  if checkpoint.prefix.name == _BEST:
    data["selected_on"] = "test"
  trained = STEP in checkpoint.shapes
  if trained:
    model.compile()
  _check(checkpoint, model, trained)
  for name, variable in network_variables(model).items():
    variable.assign(checkpoint.read_finite(name))
  if trained:
    data["step"] = _restore_training(checkpoint, model)
  else:
    cli.say(f"{checkpoint.prefix} holds the networks without their optimisers: training can't go "
            "on from the converted model as the original would have.")
  return model, data


def _check(checkpoint, model, trained):
  """Every variable is there in its shape, and nothing else."""
  expected = network_variables(model)
  counters = {}
  if trained:
    expected.update(moments(model))
    counters = {STEP: (), **{step_counter(loss): () for loss in LOSSES},
                **{power(beta, loss): () for beta in BETAS for loss in LOSSES}}
  shapes = {name: tuple(variable.shape) for name, variable in expected.items()}
  config = model.config
  checkpoint.check(
      {**shapes, **counters}, lambda name: False,
      f"SC-Lmser with generators of width {config.generator_width} and discriminators of width "
      f"{config.discriminator_width}", "give a checkpoint that its training wrote, whole")


def _restore_training(checkpoint, model) -> int:
  """Moments, step counts and the step itself, which is returned."""
  for name, variable in moments(model).items():
    variable.assign(checkpoint.read_finite(name))
  step = _counter(checkpoint, STEP)
  model.step.assign(step)
  counts = {loss: _counter(checkpoint, step_counter(loss)) for loss in LOSSES}
  for loss, count in counts.items():
    model.adams[loss].iterations.assign(count)
    if count != step:
      cli.say(f"{step_counter(loss)} of {checkpoint.prefix} is {count}, but {STEP} is {step}; both "
              "are kept as they are.")
  for beta, value in zip(BETAS, (model.config.beta1, _BETA2)):
    _compare_powers(checkpoint, beta, value, counts)
  return step


def _compare_powers(checkpoint, beta, value, counts):
  """Tells if the powers of a beta are not those after so many steps; Keras keeps no powers."""
  odd = {}
  for loss, count in counts.items():
    found = float(checkpoint.read_finite(power(beta, loss)))
    if not _is_power(found, value, count + 1):
      odd[power(beta, loss)] = f"{max(found, 0.0) ** (1 / (count + 1)):.4g}"
  if odd:
    cli.say(f"{', '.join(odd)} of {checkpoint.prefix} are not {beta}, {value:g}, to the power of "
            f"their step counts plus 1, but speak of {', '.join(odd.values())}; going on with "
            f"{value:g}, which is what model_config.json or its absence says, and the counts.")


def _counter(checkpoint, name) -> int:
  value = checkpoint.read(name)
  if not np.issubdtype(value.dtype, np.integer) or value < 0:
    raise UserError(f"Variable {name} of {checkpoint.prefix} is {value!r}, but it counts steps and "
                    "must be a whole number of at least 0; give a checkpoint that the original's "
                    "training wrote.")
  return int(value)


def _is_power(found: float, beta: float, exponent: int) -> bool:
  """Whether `found` is what float32 makes of beta^exponent, one product after the other."""
  expected = float(np.float32(beta)) ** exponent
  return abs(found - expected) <= exponent * _ROUNDING * expected + _SMALLEST
