"""Training iterations of Sketch-to-Image: ours against the plain eager form; pictures per second.

  python benchmarks/sketch2image_step.py
  python benchmarks/sketch2image_step.py --data_name=shoe --size=128 --width=16

Both forms of an iteration start from the same weights and get the same random pictures and draws,
each in a process of its own for the sake of its peak memory; the figures of their first iterations
must agree. CPU seconds are those of the best of the iterations after it. All but shoes are compared
by LPIPS, here of random weights, which takes both forms alike the most of an iteration at small
widths. Painting is the second stage in use, with the moving statistics: at full width and 512
pixels, if not told otherwise. Prints a table to stderr and one JSON line to stdout.
"""

import json
import resource
import subprocess
import sys

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks.plain_sketch2image_step import PlainAutoEncoderStep, PlainGanStep
from benchmarks.timing import timed
from data_tools.errors import UserError
from evaluate.painting import Painter
from models.layers.pixels import normalized
from models.sketch2image.autoencoder_model import VERSIONS, SketchAutoEncoder
from models.sketch2image.config import DATA_NAMES, SHOE, Sketch2ImageConfig
from models.sketch2image.gan_model import SketchGan
from pretrained import perceptual_weights

FORMS = ("ours", "plain")
STAGES = {"autoencoder": (SketchAutoEncoder, PlainAutoEncoderStep),
          "gan": (SketchGan, PlainGanStep)}
_PAINTING = "painting"
_STEPS = flags.DEFINE_integer("steps", 3, "Timed iterations of each form; the best counts.",
                              lower_bound=1)
_DATA = flags.DEFINE_enum("data_name", "art", DATA_NAMES, "Which networks and losses.")
_SIZE = flags.DEFINE_integer("size", 256, "Height and width of the pictures, a multiple of 128.",
                             lower_bound=128)
_WIDTH = flags.DEFINE_integer("width", 32, "nfc and ndf.", lower_bound=8)
_BATCH = flags.DEFINE_integer("batch", 4, "Pictures in a batch.", lower_bound=2)
_PAINT_SIZE = flags.DEFINE_integer("paint_size", 512, "As --size, to paint.", lower_bound=128)
_PAINT_WIDTH = flags.DEFINE_integer("paint_width", 64, "As --width, to paint.", lower_bound=8)
_PAINT_BATCHES = flags.DEFINE_list("paint_batches", ["1", "4"], "Sketches at a time to paint.")
_SKETCHES = flags.DEFINE_integer("sketches", 4, "Painted in all, for each batch size.",
                                 lower_bound=1)
_PART = flags.DEFINE_string("part", None, "Measure this only, in this process; such as gan/plain.")
# Largest difference of a figure, relative to it or to 0.1; those of the second update come after a
# step of Adam, which turns the rounding of a gradient near zero into a whole step.
_TOLERANCE = 1e-3
# A fresh spectral norm divides by anything where nothing is trained.
_SETTLING = 3


def main() -> None:
  """Measures one part or all."""
  if _PART.value:
    cli.emit(paint() if _PART.value == _PAINTING else measure(*_PART.value.split("/")))
    return
  stages = {stage: _compared(stage) for stage in STAGES}
  painting = _in_a_process(_PAINTING)
  for batch, rates in painting.items():
    cli.say(f"painting, {_PAINT_SIZE.value} pixels, width {_PAINT_WIDTH.value}, batch {batch}: "
            f"{rates['per_second']} images/s, {rates['per_cpu_second']} per CPU s")
  cli.emit({"benchmark": "sketch2image_step", "data_name": _DATA.value, "size": _SIZE.value,
            "width": _WIDTH.value, "batch": _BATCH.value, "stages": stages,
            "paint_size": _PAINT_SIZE.value, "paint_width": _PAINT_WIDTH.value,
            _PAINTING: painting})


def _compared(stage: str) -> dict:
  """Both forms of one stage's iteration, and their ratios."""
  figures = {form: _in_a_process(f"{stage}/{form}") for form in FORMS}
  ours, plain = (figures[form] for form in FORMS)
  apart = max(abs(ours["losses"][name] - value) / max(abs(value), 0.1)
              for name, value in plain["losses"].items())
  if not apart <= _TOLERANCE:
    raise UserError(f"The losses of the two forms differ by {apart:.1e}, so these times mean "
                    "nothing; please report the versions of TensorFlow and of this repository.")
  for form, values in figures.items():
    cli.say(f"{stage:11s} {form:6s} {values['cpu_seconds']:7.2f} CPU s  {values['seconds']:7.2f} s"
            f"  {values['gigabytes']:.1f} GB")
  ratios = {"ratio_by_cpu_seconds": round(plain["cpu_seconds"] / ours["cpu_seconds"], 2),
            "ratio": round(plain["seconds"] / ours["seconds"], 2)}
  cli.say(f"{stage}: {ratios['ratio_by_cpu_seconds']} times fewer CPU seconds; losses equal to "
          f"{apart:.0e}")
  return {**ratios, "relative_difference": apart, **figures}


def _in_a_process(part: str) -> dict:
  cli.say(f"measuring {part}")
  own = [f"--{flag.name}={','.join(flag.value) if flag is _PAINT_BATCHES else flag.value}"
         for flag in (_STEPS, _DATA, _SIZE, _WIDTH, _BATCH, _PAINT_SIZE, _PAINT_WIDTH,
                      _PAINT_BATCHES, _SKETCHES)]
  done = subprocess.run([sys.executable, __file__, f"--part={part}", *own], check=False,
                        stdout=subprocess.PIPE, text=True)
  if done.returncode:
    raise UserError(f"The process that measured {part} failed; its messages are above.")
  return json.loads(done.stdout)


def measure(stage: str, form: str) -> dict:
  """One form's first figures, its best times and its peak memory.

  Args:
    stage: one of `STAGES`.
    form: one of `FORMS`.
  """
  kind, plain = STAGES[stage]
  model = kind(_config(_SIZE.value, _WIDTH.value))
  model.compile(None if _DATA.value == SHOE else perceptual_weights.load("vgg", None))
  data = _batch()
  _settle(model, data["paired"])
  data = data if stage == "autoencoder" else data["paired"]
  step = tf.function(model.train_step, autograph=False) if form == "ours" else plain(model)
  run = lambda: {name: float(value) for name, value in step(data).items()}
  losses = run()
  best = timed(run, _STEPS.value)
  memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
  return {"losses": losses, "cpu_seconds": round(best.cpu_seconds, 3),
          "seconds": round(best.seconds, 3), "gigabytes": round(memory / 1e9, 2)}


def paint() -> dict[str, dict[str, float]]:
  """Sketches painted in a second and in a CPU second, by the batch size."""
  model = SketchGan(_config(_PAINT_SIZE.value, _PAINT_WIDTH.value))
  sketches, photos = (_pixels(channels, _SKETCHES.value, _PAINT_SIZE.value) for channels in (1, 3))
  rates = {}
  for batch in _PAINT_BATCHES.value:
    painter = Painter(model, int(batch), weights="live", statistics="moving")
    work = lambda painter=painter: painter(sketches, photos)
    work()
    best = timed(work, _STEPS.value)
    rates[batch] = {"per_second": round(_SKETCHES.value / best.seconds, 2),
                    "per_cpu_second": round(_SKETCHES.value / best.cpu_seconds, 2)}
  return rates


def _config(size: int, width: int) -> Sketch2ImageConfig:
  return Sketch2ImageConfig(data_name=_DATA.value, im_size_ae=size, im_size_gan=size, nfc=width,
                            ndf=width, batch_size_ae=_BATCH.value, batch_size_gan=_BATCH.value)


def _pixels(channels: int, rows: int, size: int) -> np.ndarray:
  """Noise, uint8 [rows, size, size, channels]."""
  return np.random.default_rng(channels).integers(0, 256, [rows, size, size, channels], np.uint8)


def _batch() -> dict[str, dict[str, tf.Tensor]]:
  """Of the first stage; "paired" is one of the second."""
  photo, sketch = (tf.constant(_pixels(channels, _BATCH.value, _SIZE.value)) for channels in (3, 1))
  return {"self_supervised": {"distorted": photo[:, ::-1], "photo": photo,
                              **{name: tf.roll(sketch, place, 1)
                                 for place, name in enumerate(VERSIONS)},
                              "label": tf.range(_BATCH.value)},
          "paired": {"photo": photo, "sketch": sketch}}


def _settle(model: tf.keras.Model, pair: dict[str, tf.Tensor]) -> None:
  """A few passes of the auto-encoder in training mode."""
  run = tf.function(lambda: model.networks(normalized(pair["sketch"]), normalized(pair["photo"]),
                                           training=True)[0], autograph=False)
  for _ in range(_SETTLING):
    run()


if __name__ == "__main__":
  cli.run(main)
