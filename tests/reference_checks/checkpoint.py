"""tf1_checkpoint/: a checkpoint that the original wrote, converted by pretrained/convert.py."""

import json
import lzma
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

import numpy as np

from data_tools import strokes
from models.rpcl_pix2seq.model import EVALUATION_STEP, RpclPix2Seq
from pretrained import rpcl_pix2seq_conversion
from pretrained.original_checkpoint import OriginalCheckpoint
from tests.original_rounding import original_rounding
from tests.reference_checks.finding import FORWARD, Finding, different, relative
from tests.reference_checks.forward import check_evaluation, check_losses, check_outputs
from tests.reference_checks.original_model import batch_of
from tests.reference_checks.ragged import ragged

OUTPUTS = "forward_outputs.npz"


def check(path: pathlib.Path) -> Iterator[Finding]:
  """What is read from the files, and what the converted model gives."""
  with tempfile.TemporaryDirectory() as folder:
    unpack(path, pathlib.Path(folder))
    yield from check_reading(path, OriginalCheckpoint(folder))
    model, _ = rpcl_pix2seq_conversion.convert(folder)
  yield from check_model(path, model)


def unpack(source: pathlib.Path, target: pathlib.Path) -> None:
  """Copies a checkpoint folder; the reference sets keep its data shard xz-compressed."""
  for file in source.iterdir():
    if file.suffix == ".xz":
      with lzma.open(file) as packed, open(target / file.stem, "wb") as plain:
        shutil.copyfileobj(packed, plain)
    elif file.name != OUTPUTS:
      shutil.copyfile(file, target / file.name)


def check_reading(path: pathlib.Path, checkpoint: OriginalCheckpoint) -> Iterator[Finding]:
  """Names, shapes and stored statistics of every variable."""
  arrays = np.load(path / OUTPUTS)
  names = arrays["out/checkpoint/names"].tolist()
  shapes = {name: tuple(json.loads(shape))
            for name, shape in zip(names, arrays["out/checkpoint/shapes"].tolist())}
  yield Finding("names and shapes", float(checkpoint.shapes != shapes), 0)
  ours = np.array([_statistics(checkpoint.read(name)) for name in names])
  reference = arrays["out/checkpoint/sum_abs_sq_min_max_first_mid_last"]
  worst = np.max(np.abs(ours - reference) / (1e-6 + np.abs(reference)))
  yield Finding("statistics of every variable", worst, FORWARD)


def _statistics(values):
  """Sums of x, |x| and x squared, least, largest, first, middle and last element."""
  flat = values.astype(np.float64).ravel()
  return (flat.sum(), np.abs(flat).sum(), np.square(flat).sum(), flat.min(), flat.max(), flat[0],
          flat[len(flat) // 2], flat[-1])


def check_model(path: pathlib.Path, model: RpclPix2Seq) -> Iterator[Finding]:
  """Outputs, losses and greedy sketches of the converted model."""
  arrays = dict(np.load(path / OUTPUTS))
  batch = batch_of(arrays)
  reference = {name.removeprefix("out/"): value for name, value in arrays.items()
               if name.count("/") == 1}
  with original_rounding():
    outputs = model(batch)
    yield from check_outputs(arrays, outputs)
    yield from check_losses("", reference, model, batch, outputs, EVALUATION_STEP)
    yield from check_evaluation(arrays, model, batch)
  yield from check_greedy(arrays, "greedy", model, arrays["out/p_mu"][:3],
                          model.config.max_seq_len)


def check_greedy(arrays: dict, name: str, model: RpclPix2Seq, codes: np.ndarray, steps: int
                 ) -> Iterator[Finding]:
  """Greedy sketches of codes [n, Z] against `out/<name>/strokes3`."""
  rows = np.arange(len(codes))
  drawn, lengths = model.sample(codes, np.ones(len(codes), np.float32), rows.astype(np.int32),
                                max_length=steps, greedy=True)
  yield Finding(f"{name}: lengths", different(lengths, arrays[f"out/{name}/lengths"]), 0)
  ours = [strokes.to_stroke3(sketch) for sketch in drawn.numpy()]
  reference = ragged(arrays, f"out/{name}/strokes3", f"out/{name}/lengths")
  fits = all(a.shape == b.shape for a, b in zip(ours, reference))
  pens = sum(different(a[:, 2], b[:, 2]) for a, b in zip(ours, reference))
  yield Finding(f"{name}: pen", pens, 0)
  worst = (relative(np.concatenate(ours), np.concatenate(reference)) if fits else float("inf"))
  yield Finding(f"{name}: strokes", worst, FORWARD)
