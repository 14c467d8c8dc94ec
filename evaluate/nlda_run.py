"""The NLDA recognition protocol on two sets of image files."""

import csv
import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from data_tools import cli, files
from data_tools.errors import UserError
from data_tools.image_files import Pair, pair_images, read_as_stored
from evaluate import metric_report
from evaluate.metrics import nlda
from evaluate.paired_scores import size_of
from evaluate.pictures.line_chart import Line, save_line_chart

PROTOCOLS = {"CUFS": (150, 338), "CUFSF": (300, 944)}  # persons to train on, published pairs
FEWEST = 2  # to train on: fewer have no direction in which all classes coincide
_RANKS = (1, 5, 10, 20)


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/nlda.py; see its flags."""

  reference_dir: str
  generated_dir: str
  protocol: str = "CUFS"
  train_identities: int | None = None
  repetitions: int = 20
  seed: int = 0
  method_name: str | None = None
  curve: str | None = None
  plot: str | None = None


def run(options: Options) -> dict[str, Any]:
  """Runs the protocol, prints a table, writes the curve and returns the report.

  Raises:
    UserError: too few pairs, images that can't be read or differ in size, copies among them.
  """
  metric_report.check_output(options.curve, ".csv")
  metric_report.check_output(options.plot, ".png")
  train = _persons_to_train(options)
  pairs = pair_images(options.reference_dir, options.generated_dir)
  _check_count(len(pairs), train, options.protocol)
  result = recognise(pairs, train, options.repetitions, options.seed,
                     f"{options.reference_dir} and {options.generated_dir}")
  name = options.method_name or pathlib.Path(options.generated_dir).resolve().stem
  _show(name, result)
  _write(name, result, options)
  return {"nlda": float(result.accuracy.mean()), "nlda_full_dimension": float(result.full.mean()),
          "std": float(result.accuracy.std()), "count": len(pairs), "train": train,
          "test": len(pairs) - train, "repetitions": options.repetitions, "seed": options.seed,
          "dimensions": result.rates.shape[1], "protocol": options.protocol, "method": name,
          "reference_dir": str(options.reference_dir),
          "generated_dir": str(options.generated_dir)}


def recognise(pairs: Sequence[Pair], train: int, repetitions: int, seed: int, where: str
              ) -> nlda.Nlda:
  """The protocol on image files, without a word on stdout.

  Args:
    pairs: P persons, each with one true and one synthesised image.
    train: persons to train on, 2 to P - 1.
    repetitions: random splits.
    seed: of the splits.
    where: the images are, for error sentences.

  Raises:
    UserError: images that can't be read, differ in size or are copies.
  """
  paths = [pair.reference for pair in pairs] + [pair.generated for pair in pairs]
  images = _read(paths)
  with cli.progress(total=images.shape[1], desc="Inner products", unit="pixel") as bar:
    products = nlda.inner_products(images, bar.update)
  try:
    with cli.progress(total=repetitions, desc="NLDA", unit="split") as bar:
      return nlda.nlda(products, train, repetitions, seed, bar.update)
  except (ValueError, np.linalg.LinAlgError) as error:
    raise UserError(f"NLDA can't be trained on {where}: {error}; "
                    f"{_copies(images, paths)}.") from error


def _persons_to_train(options: Options) -> int:
  if options.protocol == "custom":
    if options.train_identities is None or options.train_identities < FEWEST:
      raise UserError(f"--protocol=custom needs --train_identities, {FEWEST} or more; say how "
                      "many persons to train on.")
    return options.train_identities
  train = PROTOCOLS[options.protocol][0]
  if options.train_identities not in (None, train):
    raise UserError(f"--protocol={options.protocol} trains on {train} persons; for "
                    f"--train_identities={options.train_identities} pass --protocol=custom.")
  return train


def _check_count(pairs: int, train: int, protocol: str) -> None:
  if pairs <= train:
    raise UserError(f"There are {pairs} pairs of images, but training on {train} persons needs "
                    f"at least {train + 1}, one of them to test; give more pairs, or "
                    "--protocol=custom with a smaller --train_identities.")
  published = PROTOCOLS.get(protocol, (train, pairs))[1]
  if pairs != published:
    cli.say(f"Note: published {protocol} figures are of {published} pairs; these are {pairs}, so "
            "they don't compare.")


def _read(paths: Sequence[pathlib.Path]) -> np.ndarray:
  """Gray images as rows: uint8 [N, D]."""
  first = nlda.gray_of(read_as_stored(paths[0]))
  rows = np.empty([len(paths), first.size], np.uint8)
  for path, row in zip(cli.progress(paths, desc="Reading", unit="image"), rows):
    image = nlda.gray_of(read_as_stored(path))
    if image.shape != first.shape:
      raise UserError(f"{path} has {size_of(image)} pixels, but {paths[0]} has {size_of(first)}; "
                      "NLDA needs one size for all images.")
    row[:] = image.ravel()
  return rows


def _copies(images: np.ndarray, paths: Sequence[pathlib.Path]) -> str:
  """Two images with the same pixels, in words."""
  seen: dict[bytes, pathlib.Path] = {}
  for image, path in zip(images, paths):
    first = seen.setdefault(image.tobytes(), path)
    if first is not path:
      return f"{first} and {path} have the same pixels: leave one of these persons out"
  return "some images are almost sums of others: leave those persons out"


def _show(name: str, result: nlda.Nlda) -> None:
  dimensions = result.rates.shape[1]
  ranks = [rank for rank in _RANKS if rank <= len(result.cmc_full)]
  metric_report.show_table(
      [name, *(f"rank {rank}" for rank in ranks), "std of rank 1"],
      [["best number of directions", *(result.cmc_best[rank - 1] for rank in ranks),
        result.accuracy.std()],
       [f"all {dimensions} directions", *(result.cmc_full[rank - 1] for rank in ranks),
        result.full.std()]])


def _write(name: str, result: nlda.Nlda, options: Options) -> None:
  mean, std = result.rates.mean(axis=0), result.rates.std(axis=0)
  dimensions = np.arange(1, len(mean) + 1)
  if options.curve:
    with files.atomic_path(options.curve) as scratch, open(scratch, "w", newline="") as file:
      writer = csv.writer(file)
      writer.writerow(["directions", "rate", "std"])
      writer.writerows((int(size), float(rate), float(spread))
                       for size, rate, spread in zip(dimensions, mean, std))
  if options.plot:
    save_line_chart(options.plot, [Line(name, dimensions, 100 * mean)],
                    f"NLDA, mean of {options.repetitions} splits", "directions used",
                    "recognised at rank 1, %", (0.0, 100.0))
