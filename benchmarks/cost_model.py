"""What all of Quick, Draw! would cost: an ESTIMATE, from measured rates and stated assumptions.

  python benchmarks/cost_model.py
  python benchmarks/cost_model.py --device=H100 --utilisation=0.3 --devices=8 --drawings=5000000

Nothing of this size was run. Every rate is a flag whose default is what docs/costs.md says where it
comes from; the arithmetic is in this file. Prints a table to stderr and one JSON line to stdout.
"""

from typing import NamedTuple

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from benchmarks.step_flops import flops
from models.rpcl_pix2seq.config import RpclPix2SeqConfig

# Peaks of dense matrix products as the makers state them, in TFLOP/s, and in which format.
DEVICES = {"A100": (156.0, "TF32"), "H100": (494.0, "TF32"), "V100": (15.7, "float32"),
           "T4": (8.1, "float32")}
BYTES_OF_A_WEIGHT = 16  # float32: itself, its gradient, Adam's two moments


class Rates(NamedTuple):
  """What is measured or assumed.

  Attributes:
    drawings: of the whole data set.
    train_share: of them.
    bytes_per_drawing: of a record in a shard.
    built_per_second: drawings that one worker turns into records.
    workers: that build.
    step_flops: of one training step.
    batch_size: drawings in it.
    steps: of the whole training.
    peak: of one device, FLOP/s.
    utilisation: what share of it training gets, 0 to 1.
    devices: that train together, without loss.
    sampled_per_second: sketches of one server's cores.
    cores: of that server.
  """

  drawings: int
  train_share: float
  bytes_per_drawing: float
  built_per_second: float
  workers: int
  step_flops: float
  batch_size: int
  steps: int
  peak: float
  utilisation: float
  devices: int
  sampled_per_second: float
  cores: int


def costs(rates: Rates) -> dict[str, float]:
  """What it takes.

  Returns:
    storage_gb (10^9 bytes), build_hours, steps_of_a_pass, seconds_of_a_step, hours_of_a_pass,
    passes, hours (of all steps), device_hours, core_seconds_of_a_sketch.
  """
  per_pass = int(rates.drawings * rates.train_share) // rates.batch_size
  step = rates.step_flops / (rates.peak * rates.utilisation * rates.devices)
  return {"storage_gb": rates.drawings * rates.bytes_per_drawing / 1e9,
          "build_hours": rates.drawings / rates.built_per_second / rates.workers / 3600,
          "steps_of_a_pass": per_pass, "seconds_of_a_step": step,
          "hours_of_a_pass": per_pass * step / 3600, "passes": rates.steps / per_pass,
          "hours": rates.steps * step / 3600,
          "device_hours": rates.steps * step * rates.devices / 3600,
          "core_seconds_of_a_sketch": rates.cores / rates.sampled_per_second}


def memory_gb(parameters: int, batch_size: int, length: int, bytes_per_point: float) -> float:
  """10^9 bytes of a step: weights with gradients and moments, and what backward needs.

  Args:
    parameters: trained.
    batch_size: of one device.
    length: T.
    bytes_per_point: of each of the B * T points, that forward keeps.
  """
  return (parameters * BYTES_OF_A_WEIGHT + batch_size * length * bytes_per_point) / 1e9


_FLOAT, _INTEGER = flags.DEFINE_float, flags.DEFINE_integer
_DRAWINGS = _INTEGER("drawings", 50_000_000, "Of all categories.", lower_bound=1000)
_TRAIN_SHARE = _FLOAT("train_share", 28 / 30, "build_dataset's.", lower_bound=0.01, upper_bound=1)
_BYTES = _FLOAT("bytes_per_drawing", 770, "Of a shard's record.", lower_bound=1)
_BUILT = _FLOAT("built_per_second", 760, "Drawings, by one worker.", lower_bound=1e-3)
_WORKERS = _INTEGER("workers", 16, "That build.", lower_bound=1)
_LENGTH = _INTEGER("max_seq_len", 130, "T, points of the longest drawing.", lower_bound=1)
_BATCH = _INTEGER("batch_size", 128, "Of all devices together.", lower_bound=1)
_STEPS = _INTEGER("num_steps", 1_000_001, "Of the whole training.", lower_bound=1)
_DEVICE = flags.DEFINE_enum("device", "A100", sorted(DEVICES), "The GPU.")
_PEAK = _FLOAT("peak_tflops", None, "In place of the device's.", lower_bound=1e-6)
_UTILISATION = _FLOAT("utilisation", 0.2, "Share of the peak.", lower_bound=1e-6, upper_bound=1)
_DEVICES = _INTEGER("devices", 1, "That train together.", lower_bound=1)
_PARAMETERS = _INTEGER("parameters", 23_872_445, "Trained ones.", lower_bound=1)
_BYTES_PER_POINT = _FLOAT("bytes_per_point", 1.2e6, "That a step keeps.", lower_bound=1)
_SAMPLED = _FLOAT("sampled_per_second", 44.6, "Sketches, by one server.", lower_bound=1e-6)
_CORES = _INTEGER("cores", 2, "Of that server.", lower_bound=1)


def main() -> None:
  """Reckons and prints."""
  config = RpclPix2SeqConfig(batch_size=_BATCH.value, max_seq_len=_LENGTH.value)
  peak, form = DEVICES[_DEVICE.value]
  device = f"{_DEVICE.value} ({form})"
  if _PEAK.value:
    peak, device = _PEAK.value, "device"
  rates = Rates(_DRAWINGS.value, _TRAIN_SHARE.value, _BYTES.value, _BUILT.value, _WORKERS.value,
                flops(config), _BATCH.value, _STEPS.value, 1e12 * peak, _UTILISATION.value,
                _DEVICES.value, _SAMPLED.value, _CORES.value)
  found = costs(rates)
  found["memory_gb"] = memory_gb(_PARAMETERS.value, _BATCH.value / _DEVICES.value, _LENGTH.value,
                                 _BYTES_PER_POINT.value)
  cli.say(f"An estimate. Training on {_DEVICES.value} x {device} at {_UTILISATION.value:.0%} of "
          f"{peak:g} TFLOP/s, {rates.step_flops / 1e9:.0f} GFLOP a step:")
  for name, value in found.items():
    cli.say(f"  {name:26s} {value:14,.4g}" if value < 1e4 else f"  {name:26s} {value:14,.0f}")
  cli.emit({"benchmark": "cost_model", "estimate": True, "rates": rates._asdict(),
            **{name: float(f"{value:.6g}") for name, value in found.items()}})


if __name__ == "__main__":
  cli.run(main)
