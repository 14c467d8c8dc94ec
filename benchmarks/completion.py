"""Completion by Contextual GAN: the batched graph against one image after the other, eagerly.

  python benchmarks/completion.py
  python benchmarks/completion.py --widths=16 --iterations=50 --batch_sizes=1,32

Both forms have the same weights and first draws and get the same noise as joint images, of which
the left half is known; the losses of all steps must agree. As every step costs the same, a few are
run, and completions in a minute of the whole search of 500 steps are reckoned from what a step and
what comes before the first one cost: the best of some runs each. Prints a table to stderr and one
JSON line to stdout.
"""

import dataclasses
from typing import Any, NamedTuple

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks.plain_completion import PlainCompletion, PlainResult
from benchmarks.timing import Timed, timed
from data_tools.errors import UserError
from models.contextual_gan.completion import DIRECTIONS, Completion, SearchOptions, half_mask
from models.contextual_gan.config import SIZE_MULTIPLE, ContextualGanConfig
from models.contextual_gan.model import ContextualGan
from models.layers.noise import RowNoise

_WIDTHS = flags.DEFINE_list("widths", ["64", "16"], "Of the networks: the paper's, the demo's.")
_BATCH_SIZES = flags.DEFINE_list("batch_sizes", ["1", "8", "32"], "Images at a time of ours.")
_ITERATIONS = flags.DEFINE_integer("iterations", 10, "Timed steps of the search.", lower_bound=1)
_SIZE = flags.DEFINE_integer("size", 64, "Height of the joint images, a multiple of "
                             f"{SIZE_MULTIPLE}.", lower_bound=SIZE_MULTIPLE)
_REPEATS = flags.DEFINE_integer("repeats", 1, "Runs of each form; the best counts.", lower_bound=1)
_JIT = flags.DEFINE_boolean("jit_compile", False, "Compile ours with XLA.")
# Largest difference of a loss, relative to it or to 0.1.
_TOLERANCE = 1e-3
_SETTLING = 30
_CLOCKS = {"cpu_seconds": "per_cpu_minute", "seconds": "per_minute"}


class _Work(NamedTuple):
  """What is completed: joint uint8 [B, S, 2 S, 3], mask float32 [S, 2 S, 1], seeds int32 [B]."""

  joint: np.ndarray
  mask: np.ndarray
  seeds: np.ndarray


def main() -> None:
  """Measures all widths."""
  batches = sorted(map(_positive, _BATCH_SIZES.value))
  widths = [_measured(_positive(width), batches) for width in _WIDTHS.value]
  cli.emit({"benchmark": "completion", "size": _SIZE.value, "timed_iterations": _ITERATIONS.value,
            "jit_compile": _JIT.value, "widths": widths})


def _positive(text: str) -> int:
  if not text.strip().isdecimal() or not int(text):
    raise UserError(f"{text!r} is given among --widths or --batch_sizes, but whole numbers from 1 "
                    "on are expected, with commas between.")
  return int(text)


def _measured(width: int, batches: list[int]) -> dict[str, Any]:
  """Both forms of one width."""
  cli.say(f"measuring width {width}")
  config = ContextualGanConfig(image_size=_SIZE.value, width=width).validate()
  model = ContextualGan(config, jit_compile_search=_JIT.value)
  _settle(model)
  work = _noise(config, batches[-1])
  steps = config.iterations
  plain, result = _plain(model, work, steps)
  ours, losses = _ours(model, work, batches, steps)
  apart = max(_apart(getattr(result, name), getattr(losses, name)[0].numpy())
              for name in ("contextual", "perceptual"))
  if not apart <= _TOLERANCE:
    raise UserError(f"The losses of the two forms differ by {apart:.1e}, so these times mean "
                    "nothing; please report the versions of TensorFlow and of this repository.")
  rows = [{"batch": batch, **figures,
           "ratio_by_cpu_seconds": round(figures["per_cpu_minute"] / plain["per_cpu_minute"], 2),
           "ratio": round(figures["per_minute"] / plain["per_minute"], 2)}
          for batch, figures in ours.items()]
  _show(width, plain, rows, apart)
  return {"width": width, "iterations": steps, "relative_difference": apart, "plain": plain,
          "ours": rows}


def _show(width: int, plain: dict[str, float], rows: list[dict[str, float]], apart: float) -> None:
  for name, row in [("plain", plain), *((f"ours, batch {row['batch']}", row) for row in rows)]:
    ratio = f"  {row['ratio_by_cpu_seconds']:5.1f} times" if row is not plain else ""
    cli.say(f"width {width:3d}  {name:15s} {row['per_cpu_minute']:8.3f} in a CPU minute  "
            f"{row['per_minute']:8.3f} in a minute{ratio}")
  cli.say(f"width {width:3d}  losses equal to {apart:.0e}")


def _settle(model: ContextualGan) -> None:
  """Batch norm's averages follow random images, so that those of use have contrast."""
  for number in range(_SETTLING):
    z = tf.random.stateless_uniform([8, model.config.z_size], [number, 1], -1.0, 1.0)
    model.D(model.G(z, training=True), training=True)


def _noise(config: ContextualGanConfig, rows: int) -> _Work:
  size = config.image_size
  joint = np.random.default_rng(0).integers(0, 256, [rows, size, 2 * size, 3], np.uint8)
  return _Work(joint, half_mask(size, DIRECTIONS[0]).numpy(), np.arange(rows, dtype=np.int32))


def _plain(model: ContextualGan, work: _Work, steps: int) -> tuple[dict[str, float], PlainResult]:
  """Figures, and what was found for the first image."""
  options = model.config.search
  draws = RowNoise(tf.constant(work.seeds[:1])).uniform(1, [options.num_init, model.config.z_size])
  draws = 2.0 * draws.numpy()[0] - 1.0
  runs = [PlainCompletion(model, how) for how in _few_and_none(options)]
  runs[1](work.joint[0], work.mask, draws)
  few, none = (timed(lambda run=run: run(work.joint[0], work.mask, draws), _REPEATS.value)
               for run in runs)
  return _figures(few, none, 1, steps), few.result


def _ours(model: ContextualGan, work: _Work, batches: list[int], steps: int
          ) -> tuple[dict[int, dict[str, float]], Completion]:
  """Figures by batch size, and what was found for the smallest batch."""
  shape = [None, *work.joint.shape[1:3]]
  specs = [tf.TensorSpec([*shape, 3], tf.uint8), tf.TensorSpec([*shape, 1]),
           tf.TensorSpec([None], tf.int32)]
  graphs = [model.searching(options).get_concrete_function(*specs)
            for options in _few_and_none(model.config.search)]
  figures, found = {}, []
  for batch in batches:
    mask = np.broadcast_to(work.mask, [batch, *work.mask.shape])
    inputs = [tf.constant(values) for values in (work.joint[:batch], mask, work.seeds[:batch])]
    if not found:
      for graph in graphs:
        graph(*inputs)
    few, none = (timed(lambda graph=graph: graph(*inputs), _REPEATS.value) for graph in graphs)
    figures[batch] = _figures(few, none, batch, steps)
    found.append(few.result)
  return figures, found[0]


def _few_and_none(options: SearchOptions) -> list[SearchOptions]:
  return [dataclasses.replace(options, iterations=count) for count in (_ITERATIONS.value, 0)]


def _figures(few: Timed, none: Timed, batch: int, steps: int) -> dict[str, float]:
  """Of one image: seconds of a step and of the first draws; completions of `steps` in a minute."""
  figures = {}
  for clock, rate in _CLOCKS.items():
    first = getattr(none, clock) / batch
    step = (getattr(few, clock) / batch - first) / _ITERATIONS.value
    figures |= {f"step_{clock}": round(step, 6), f"first_{clock}": round(first, 4),
                rate: round(60.0 / (first + steps * step), 4)}
  return figures


def _apart(expected: np.ndarray, found: np.ndarray) -> float:
  return float(np.max(np.abs(found - expected) / np.maximum(np.abs(expected), 0.1)))


if __name__ == "__main__":
  cli.run(main)
