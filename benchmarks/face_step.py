"""Training step of SC-Lmser: ours against the plain form, the machine's peak and the original.

  python benchmarks/face_step.py
  python benchmarks/face_step.py --steps=1 --size=64 --width=4

Both forms start from the same weights and get the same random pictures, each in a process of its
own for the sake of its peak memory; the losses of their first steps must agree. CPU seconds are
those of the best step. The share of the peak counts the multiply-adds that a form makes, against
the rate of a large matrix product by CPU seconds in the same process. The original program
(TensorFlow 1.15, two cores with a peak of 406 GFLOP/s, width 64, 256 pixels, batch 1) takes 41 to
46 CPU seconds a step, 25 s of wall time when both cores are idle, and 6.1 GB. Prints a table to
stderr and one JSON line to stdout.
"""

import json
import resource
import subprocess
import sys

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks.multiply_adds import multiply_adds
from benchmarks.plain_face_step import PlainStep
from benchmarks.timing import timed
from data_tools.errors import UserError
from models.sc_lmser.config import ScLmserConfig
from models.sc_lmser.model import LOSSES, ScLmser

FORMS = ("ours", "plain")
_STEPS = flags.DEFINE_integer("steps", 2, "Timed steps of each form; the best counts.",
                              lower_bound=1)
_SIZE = flags.DEFINE_integer("size", 256, "Height and width of the pictures.", lower_bound=32)
_WIDTH = flags.DEFINE_integer("width", 64, "Of generators and discriminators.", lower_bound=1)
_BATCHES = flags.DEFINE_list("batch_sizes", ["1", "4"], "Photos at a time to make sketches of.")
_FORM = flags.DEFINE_enum("form", None, FORMS, "Measure this one only, in this process.")
# Largest relative difference of a loss; those of F and G come after steps of Adam, which turn the
# rounding of a gradient near zero into a whole step.
_TOLERANCE = 5e-4


def main() -> None:
  """Measures one form or both."""
  if _FORM.value:
    cli.emit(measure(_FORM.value))
    return
  figures = {form: _in_a_process(form) for form in FORMS}
  ours, plain = (figures[form] for form in FORMS)
  apart = max(abs(ours["losses"][name] / plain["losses"][name] - 1) for name in LOSSES)
  if not apart <= _TOLERANCE:
    raise UserError(f"The losses of the two forms differ by {apart:.1e}, so these times mean "
                    "nothing; please report the versions of TensorFlow and of this repository.")
  ratios = {"ratio_by_cpu_seconds": round(plain["cpu_seconds"] / ours["cpu_seconds"], 2),
            "ratio": round(plain["seconds"] / ours["seconds"], 2)}
  for form, values in figures.items():
    peak = values["peak_gflops_per_cpu_second"]
    cli.say(f"{form:6s} {values['cpu_seconds']:7.2f} CPU s  {values['seconds']:7.2f} s  "
            f"{values['gigaproducts']:7.1f} G multiply-adds, {values['share_of_peak']:.0%} of "
            f"{peak:.0f} GFLOP per CPU s  {values['gigabytes']:.1f} GB")
  cli.say(f"{ratios['ratio_by_cpu_seconds']} times fewer CPU seconds; losses equal to {apart:.0e}")
  for batch, rates in ours["photo_to_sketch"].items():
    cli.say(f"photo to sketch, batch {batch}: {rates['per_second']} images/s, "
            f"{rates['per_cpu_second']} per CPU s")
  cli.emit({"benchmark": "face_step", "size": _SIZE.value, "width": _WIDTH.value, **ratios,
            "relative_difference": apart, **figures})


def _in_a_process(form: str) -> dict:
  cli.say(f"measuring {form}")
  own = [f"--{flag.name}={flag.value if flag is not _BATCHES else ','.join(flag.value)}"
         for flag in (_STEPS, _SIZE, _WIDTH, _BATCHES)]
  done = subprocess.run([sys.executable, __file__, f"--form={form}", *own], check=False,
                        stdout=subprocess.PIPE, text=True)
  if done.returncode:
    raise UserError(f"The process that measured {form} failed; its messages are above.")
  return json.loads(done.stdout)


def measure(form: str) -> dict:
  """One form's first losses, its best times, its multiply-adds and its peak memory.

  Args:
    form: one of `FORMS`.
  """
  model = ScLmser(_config())
  model.compile()
  data = random_pictures()
  if form == "ours":
    step = tf.function(model.train_step, autograph=False)
    parts = [step]
  else:
    step = PlainStep(model)
    parts = list(step.runs.values())
  run = lambda: {name: float(value) for name, value in step(data).items()}
  losses = run()
  best = timed(run, _STEPS.value)
  memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
  products = sum(multiply_adds(part.get_concrete_function(data)) for part in parts)
  peak = matrix_peak()
  return {"losses": losses, "cpu_seconds": round(best.cpu_seconds, 3),
          "seconds": round(best.seconds, 3), "gigaproducts": round(products / 1e9, 1),
          "peak_gflops_per_cpu_second": round(peak / 1e9, 1),
          "share_of_peak": round(2 * products / best.cpu_seconds / peak, 3),
          "gigabytes": round(memory / 1e9, 2),
          **({"photo_to_sketch": _rates(model)} if form == "ours" else {})}


def _config() -> ScLmserConfig:
  size = (_SIZE.value, _SIZE.value)
  return ScLmserConfig(in_size=size, pad_size=size, out_size=size, generator_width=_WIDTH.value,
                       discriminator_width=_WIDTH.value)


def random_pictures(batch: int = 1) -> dict[str, tf.Tensor]:
  """Pairs of noise, uint8, of the size of --size."""
  random = np.random.default_rng(0)
  return {name: tf.constant(random.integers(0, 256, [batch, _SIZE.value, _SIZE.value, channels],
                                            np.uint8))
          for name, channels in (("photo", 3), ("sketch", 1))}


def matrix_peak(size: int = 4096) -> float:
  """Floating-point operations in a CPU second of a size^3 product, the best of three."""
  matrix = tf.random.stateless_normal([size, size], [3, 4])
  product = tf.function(tf.matmul, autograph=False)
  product(matrix, matrix)
  return 2 * size ** 3 / timed(lambda: product(matrix, matrix).numpy(), 3).cpu_seconds


def _rates(model: ScLmser) -> dict[str, dict[str, float]]:
  """Photos turned into sketches in a second and in a CPU second, by the batch size."""
  rates = {}
  for batch in _BATCHES.value:
    photo = random_pictures(int(batch))["photo"]
    draw = tf.function(model.photo_to_sketch, autograph=False)
    draw(photo)
    best = timed(lambda draw=draw, photo=photo: draw(photo).numpy(), max(2, _STEPS.value))
    rates[batch] = {"per_second": round(int(batch) / best.seconds, 2),
                    "per_cpu_second": round(int(batch) / best.cpu_seconds, 2)}
  return rates


if __name__ == "__main__":
  cli.run(main)
