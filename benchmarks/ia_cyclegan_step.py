"""Training step of IACycleGAN: ours against a plain eager one with two tapes.

  python benchmarks/ia_cyclegan_step.py
  python benchmarks/ia_cyclegan_step.py --steps=1 --size=32 --width=2 --blocks=1
  python benchmarks/ia_cyclegan_step.py --recogniser=vgg_face

Both forms start from the same weights and get the same random pictures, each in a process of its
own for the sake of its peak memory; the figures of their first steps must agree. CPU seconds are
those of the best of the steps after it. Prints a table to stderr and one JSON line to stdout.
"""

import json
import resource
import subprocess
import sys

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks.plain_ia_cyclegan_step import PlainStep
from benchmarks.timing import timed
from data_tools.errors import UserError
from models.ia_cyclegan.config import NO_RECOGNISER, IaCycleGanConfig
from models.ia_cyclegan.model import FIGURES, IaCycleGan

FORMS = ("ours", "plain")
_STEPS = flags.DEFINE_integer("steps", 2, "Timed steps of each form; the best counts.",
                              lower_bound=1)
_SIZE = flags.DEFINE_integer("size", 256, "Height and width of the pictures.", lower_bound=24)
_WIDTH = flags.DEFINE_integer("width", 64, "Of generators and discriminators.", lower_bound=1)
_BLOCKS = flags.DEFINE_integer("blocks", 9, "Residual blocks of a generator.", lower_bound=1)
_RECOGNISER = flags.DEFINE_enum(
    "recogniser", NO_RECOGNISER, [NO_RECOGNISER, "vgg_face"], "Compare features, too; of random "
    "weights, which take as long.")
_FORM = flags.DEFINE_enum("form", None, FORMS, "Measure this one only, in this process.")
# Largest relative difference of a figure.
_TOLERANCE = 1e-4


def main() -> None:
  """Measures one form or both."""
  if _FORM.value:
    cli.emit(measure(_FORM.value))
    return
  figures = {form: _in_a_process(form) for form in FORMS}
  ours, plain = (figures[form] for form in FORMS)
  apart = max(abs(ours["losses"][name] - plain["losses"][name]) / max(plain["losses"][name], 1e-6)
              for name in FIGURES)
  if not apart <= _TOLERANCE:
    raise UserError(f"The losses of the two forms differ by {apart:.1e}, so these times mean "
                    "nothing; please report the versions of TensorFlow and of this repository.")
  ratios = {"ratio_by_cpu_seconds": round(plain["cpu_seconds"] / ours["cpu_seconds"], 2),
            "ratio": round(plain["seconds"] / ours["seconds"], 2)}
  for form, values in figures.items():
    cli.say(f"{form:6s} {values['cpu_seconds']:7.2f} CPU s  {values['seconds']:7.2f} s  "
            f"{values['gigabytes']:.1f} GB")
  cli.say(f"{ratios['ratio_by_cpu_seconds']} times fewer CPU seconds; losses equal to {apart:.0e}")
  cli.emit({"benchmark": "ia_cyclegan_step", "size": _SIZE.value, "width": _WIDTH.value,
            "blocks": _BLOCKS.value, "recogniser": _RECOGNISER.value, **ratios,
            "relative_difference": apart, **figures})


def _in_a_process(form: str) -> dict:
  cli.say(f"measuring {form}")
  own = [f"--{flag.name}={flag.value}" for flag in (_STEPS, _SIZE, _WIDTH, _BLOCKS, _RECOGNISER)]
  done = subprocess.run([sys.executable, __file__, f"--form={form}", *own], check=False,
                        stdout=subprocess.PIPE, text=True)
  if done.returncode:
    raise UserError(f"The process that measured {form} failed; its messages are above.")
  return json.loads(done.stdout)


def measure(form: str) -> dict:
  """One form's first losses, its best times and its peak memory.

  Args:
    form: one of `FORMS`.
  """
  model = IaCycleGan(_config())
  model.compile()
  step = (tf.function(model.train_step, autograph=False) if form == "ours" else PlainStep(model))
  data = random_pictures()
  run = lambda: {name: float(value) for name, value in step(data).items()}
  losses = run()
  best = timed(run, _STEPS.value)
  memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
  return {"losses": losses, "cpu_seconds": round(best.cpu_seconds, 3),
          "seconds": round(best.seconds, 3), "gigabytes": round(memory / 1e9, 2)}


def _config() -> IaCycleGanConfig:
  size = (_SIZE.value, _SIZE.value)
  weight = 0.0 if _RECOGNISER.value == NO_RECOGNISER else 1e-6
  return IaCycleGanConfig(
      in_size=size, pad_size=size, out_size=size, generator_width=_WIDTH.value,
      residual_blocks=_BLOCKS.value, discriminator_width=_WIDTH.value,
      recogniser=_RECOGNISER.value, identity_perception_weight=weight)


def random_pictures(batch: int = 1) -> dict[str, tf.Tensor]:
  """Pairs of noise, uint8, of the size of --size."""
  random = np.random.default_rng(0)
  return {name: tf.constant(random.integers(0, 256, [batch, _SIZE.value, _SIZE.value, channels],
                                            np.uint8))
          for name, channels in (("photo", 3), ("sketch", 1))}


if __name__ == "__main__":
  cli.run(main)
