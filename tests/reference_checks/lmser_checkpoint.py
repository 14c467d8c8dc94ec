"""tf1_checkpoint/: a checkpoint that the original SC-Lmser wrote, by pretrained/convert.py.

And train.npz beside it, if it holds the state after one step, as the repository's does not: that
state is written as such a checkpoint, and training goes on from it.
"""

import json
import pathlib
import tempfile
import zlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from models.sc_lmser.model import ScLmser
from pretrained import sc_lmser_conversion
from pretrained.original_checkpoint import OriginalCheckpoint
from pretrained.face_serving import pixels
from tests.reference_checks.finding import Finding, different, relative

# Relative to the largest value. In the set of the repository fake_x is 1.3e-5 away, the others at
# most 3e-6. At 64x64 the innermost norms see 2x2 pixels and enlarge rounding: from float64, fake_x
# is 1.3e-5 away in the original and 1.6e-6 here, fake_y 2.4e-5 in both.
PICTURES = 3e-5
# In pixels: how near to a half a value has to be for rounding to decide.
TIE = 0.02
ARRAYS, TRAINING = "forward.npz", "train.npz"
_AFTER_ONE_STEP = "out/step1/"
# Optimiser's suffixes of m and v, loss -> network, m, v. As the reference's README has it.
_SLOTS = {"loss_Dy1": ("Dy", "Adam_Dy", "Adam_Dy_1"), "loss_Dy2": ("Dy", "Adam_Dy_2", "Adam_Dy_3"),
          "loss_G1": ("G", "Adam_G", "Adam_G_1"), "loss_G2": ("G", "Adam_G_2", "Adam_G_3"),
          "loss_Dx": ("Dx", "Adam_Dx", "Adam_Dx_1"), "loss_F": ("F", "Adam_F", "Adam_F_1")}
# F and Dx are free of the original's race (see lmser_training.py). Weights: mean difference in
# learning rates after the fourth step. With the moments of step 1 but a count of 0 it is 0.4, with
# Adams that start anew 0.8 to 1; the losses (relative) are then 1e-3 off at once.
GOING_ON = 0.05
GOING_ON_LOSSES = 1e-4


def check(path: pathlib.Path) -> Iterator[Finding]:
  """What is read from the files, and what the converted model holds and gives."""
  arrays = dict(np.load(path / ARRAYS))
  checkpoint = OriginalCheckpoint(path)
  yield from check_reading(arrays, checkpoint)
  model, _ = sc_lmser_conversion.convert(path)
  yield from check_training_state(model, checkpoint)
  yield from check_pictures(arrays, model)
  if path.with_name(TRAINING).exists():
    yield from check_going_on(dict(np.load(path.with_name(TRAINING))))


def check_reading(arrays: dict[str, np.ndarray], checkpoint: OriginalCheckpoint
                  ) -> Iterator[Finding]:
  """Every variable bit by bit; the set in the repository has checksums in place of the values."""
  sums = {name[len("weights/"):]: zlib.crc32(np.ascontiguousarray(value).tobytes())
          for name, value in arrays.items() if name.startswith("weights/")}
  if not sums:
    sums = dict(zip(arrays["out/checkpoint/names"].tolist(),
                    arrays["out/checkpoint/crc32"].tolist()))
  yield Finding("names", float(set(sums) != set(checkpoint.shapes)), 0)
  changed = sum(zlib.crc32(np.ascontiguousarray(checkpoint.read(name)).tobytes()) != total
                for name, total in sums.items())
  yield Finding(f"values of {len(sums)} variables", changed, 0)


def check_training_state(model: ScLmser, checkpoint: OriginalCheckpoint) -> Iterator[Finding]:
  """Every network variable, moment and counter of the model is the original's, bit by bit."""
  wrong = {"network variables": 0, "moments": 0, "counters": 0}
  for network in ("G", "F", "Dy", "Dx"):
    for name, variable in getattr(model, network).named_variables().items():
      wrong["network variables"] += different(variable, checkpoint.read(f"fss/{network}/{name}"))
  for loss, (network, *slots) in _SLOTS.items():
    for name, variable in getattr(model, network).named_variables().items():
      for kind, slot in zip("mv", slots if variable.trainable else ()):
        stored = checkpoint.read(f"fss/fss/{network}/{name}/{slot}")
        wrong["moments"] += different(model.adams[loss].get_slot(variable, kind), stored)
  step = checkpoint.read("fss/global_step")
  for counter in (model.step, *(adam.iterations for adam in model.adams.values())):
    wrong["counters"] += different(counter, step)
  yield from (Finding(f"{name} that differ", count, 0) for name, count in wrong.items())


def check_pictures(arrays: dict[str, np.ndarray], model: ScLmser) -> Iterator[Finding]:
  """The four pictures and the evaluation's sketch in pixels."""
  made = model({"photo": arrays["in/photo"], "sketch": arrays["in/sketch"]})
  for name, picture in made._asdict().items():
    yield Finding(name, relative(picture, arrays[f"out/{name}"]), PICTURES)
  reference = arrays["out/fake_y_eval_model"]
  yield Finding("fake_y of the evaluation", relative(made.fake_y, reference), PICTURES)
  ours, stored = pixels(made.fake_y).numpy()[0, ..., 0], arrays["out/fake_y_uint8_uncropped_whole"]
  scaled = (np.clip(reference[0, ..., 0], -1, 1) + 1) * 127.5
  clear = np.abs(scaled % 1 - 0.5) > TIE
  yield Finding("pixels that differ, but for ties", different(ours[clear], stored[clear]), 0)


def check_going_on(arrays: dict[str, np.ndarray]) -> Iterator[Finding]:
  """The original's state after one step as a checkpoint; then its steps two to four."""
  if f"{_AFTER_ONE_STEP}fss/global_step" not in arrays:
    return
  with tempfile.TemporaryDirectory() as folder:
    _write(pathlib.Path(folder), arrays)
    model, _ = sc_lmser_conversion.convert(folder)
  run = tf.function(model.train_step)
  for step in (2, 3, 4):
    model.reset_metrics()
    found = run({name: arrays[f"in/{name}_step{step}"] for name in ("photo", "sketch")})
    worst = max(abs(float(found[name]) / arrays[f"out/losses/{name}"][step - 1] - 1)
                for name in ("loss_Dx", "loss_F"))
    yield Finding(f"going on, step {step}: losses of Dx and F", worst,
                  GOING_ON_LOSSES)
  rates = {"F": model.config.generator_learning_rate, "Dx":
           model.config.discriminator_learning_rate}
  for network, rate in rates.items():
    differences = [np.abs(variable - arrays[f"out/step4/fss/{network}/{name}"]).ravel() / rate
                   for name, variable in getattr(model, network).named_variables().items()
                   if variable.trainable]
    worst = np.concatenate(differences).mean()
    yield Finding(f"going on, step 4: mean of {network}, learning rates", worst, GOING_ON)


def _write(folder, arrays):
  """The variables after step 1 as TensorFlow 1's Saver writes them, and the flags beside."""
  stored = {name[len(_AFTER_ONE_STEP):]: value for name, value in arrays.items()
            if name.startswith(f"{_AFTER_ONE_STEP}fss/")}
  names = sorted(stored)
  tf.raw_ops.SaveV2(prefix=str(folder / "cufs-1"), tensor_names=names,
                    shape_and_slices=[""] * len(names),
                    tensors=[tf.constant(stored[name]) for name in names])
  given = json.loads(str(arrays["in/config"]))
  flags = {"gan_type": given["gan"], "l1_lambda": given["l1"], "beta1": given["beta1"]}
  (folder / "model_config.json").write_text(json.dumps(flags))
