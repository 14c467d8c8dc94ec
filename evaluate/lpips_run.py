"""LPIPS of two sets of image files."""

import concurrent.futures
import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from data_tools import cli
from data_tools.errors import UserError
from data_tools.image_files import Pair, pair_images, read_image
from evaluate import metric_report
from evaluate.paired_scores import read_pair, score_pairs
from models.lpips.model import BACKBONES, VERSION, Lpips
from pretrained import lpips_weights, public_weights

_PIXELS_AT_A_TIME = 2**20  # 16 images of 256 x 256 on either side, for which VGG-16 takes 1.5 GB
Images = tuple[np.ndarray, np.ndarray]  # reference and generated, float32 [H, W, 3] in [-1, 1]


@dataclasses.dataclass(frozen=True)
class Options:
  """The command line of evaluate/lpips.py; see its flags."""

  reference_dir: str
  generated_dir: str
  net: str = "alex"
  size: int | None = None
  backbone_weights: str | None = None
  heads_weights: str | None = None
  allow_other_weights: bool = False
  batch_size: int = 16
  per_image: bool = False
  output: str | None = None


def run(options: Options) -> dict[str, Any]:
  """Scores the pairs, prints a table and returns the report.

  Raises:
    UserError: images that don't pair, can't be read, differ in size or are too small; weights that
      can't be had.
  """
  metric_report.check_output(options.output, ".csv")
  scores, weights = measure(options)
  metric_report.show_scores(scores, options.per_image)
  if options.output:
    metric_report.save_csv(options.output, scores)
  return {**scores.means(), "count": len(scores.names), "net": options.net, "version": VERSION,
          "size": options.size, "weights": weights,
          "reference_dir": str(options.reference_dir),
          "generated_dir": str(options.generated_dir)}


def measure(options: Options) -> tuple[metric_report.Scores, dict[str, dict[str, str]]]:
  """The distance of each pair, and which weights it was measured with; no word on stdout.

  Raises:
    UserError: see `run`.
  """
  smallest = BACKBONES[options.net].SMALLEST_SIDE
  if options.size is not None and options.size < smallest:
    raise UserError(f"--size is {options.size}, but --net={options.net} needs images of "
                    f"{smallest} x {smallest} pixels at least; give a larger size.")
  pairs = pair_images(options.reference_dir, options.generated_dir)
  batches = plan_batches(_sizes(pairs, options, smallest), options.batch_size)
  weights = lpips_weights.locate(options.net, options.backbone_weights, options.heads_weights,
                                 options.allow_other_weights)
  model = lpips_weights.load_files(options.net, weights)
  distances = _score(model, pairs, batches, lambda pair: _read(pair, options.size))
  scores = metric_report.Scores([pair.name for pair in pairs], {"lpips": distances},
                                higher_is_better=False)
  metric_report.check_finite(scores, "The distance of {name} is not a finite number: the weights "
                             "are not of a trained network; leave the weight flags away.")
  return scores, _described(weights)


def _sizes(pairs: Sequence[Pair], options: Options, smallest: int) -> np.ndarray:
  """Height and width of each pair as it is scored, int [N, 2]; reads all unless --size is given."""
  if options.size is not None:
    return np.full([len(pairs), 2], options.size)
  size = lambda pair: read_pair(pair, "photo", smallest)[0].shape[:2]
  return score_pairs(pairs, size, "Looking at the images").astype(np.int64)


def plan_batches(sizes: np.ndarray, batch_size: int) -> list[list[int]]:
  """Which pairs are scored together: of one size, not too many pixels at a time.

  Args:
    sizes: int [N, 2], height and width of each pair.
    batch_size: pairs in a batch at most.

  Returns:
    Places of the pairs, each in exactly one batch.
  """
  groups: dict[tuple[int, int], list[int]] = {}
  for place, size in enumerate(sizes.tolist()):
    groups.setdefault(tuple(size), []).append(place)
  batches = []
  for (height, width), places in groups.items():
    step = max(1, min(batch_size, _PIXELS_AT_A_TIME // (height * width)))
    batches += [places[start:start + step] for start in range(0, len(places), step)]
  return batches


def _score(model: Lpips, pairs: Sequence[Pair], batches: list[list[int]],
           read: Callable[[Pair], Images]) -> np.ndarray:
  """Distances, float64 [N], in the order of the pairs."""
  # One graph for all sizes: a trace for each would cost more than knowing the size gains.
  images = tf.TensorSpec([None, None, None, 3])
  distance = tf.function(lambda a, b: model(a, b), [images, images], autograph=False)
  distances = np.empty(len(pairs))
  with cli.progress(total=len(pairs), desc="LPIPS", unit="pair") as bar, _full_float32():
    for places, batch in zip(batches, _read_ahead(pairs, batches, read)):
      reference, generated = (np.stack(side) for side in zip(*batch))  # [B, H, W, 3]
      distances[places] = distance(reference, generated)
      bar.update(len(places))
  return distances


@contextlib.contextmanager
def _full_float32() -> Iterator[None]:
  """Keeps GPUs from rounding the factors of convolutions to 10 bits, which moves distances."""
  before = tf.config.experimental.tensor_float_32_execution_enabled()
  tf.config.experimental.enable_tensor_float_32_execution(False)
  try:
    yield
  finally:
    tf.config.experimental.enable_tensor_float_32_execution(before)


def _read_ahead(pairs: Sequence[Pair], batches: list[list[int]], read: Callable[[Pair], Images]
                ) -> Iterator[list[Images]]:
  """The images of every batch; threads read the next one while this one is scored."""
  with concurrent.futures.ThreadPoolExecutor() as pool:
    submit = lambda places: [pool.submit(read, pairs[place]) for place in places]
    ahead = submit(batches[0])
    for following in [*batches[1:], []]:
      batch = [future.result() for future in ahead]
      ahead = submit(following)
      yield batch


def _read(pair: Pair, size: int | None) -> Images:
  if size is None:
    return tuple(scaled(image) for image in read_pair(pair, "photo"))
  return tuple(resize(scaled(read_image(path)), size) for path in (pair.reference, pair.generated))


def scaled(image: np.ndarray) -> np.ndarray:
  """uint8 [H, W, 3] -> float32 in [-1, 1]."""
  return image.astype(np.float32) / np.float32(127.5) - np.float32(1)


def resize(image: np.ndarray, size: int) -> np.ndarray:
  """Brings an image to size x size pixels, the proportions not kept.

  Args:
    image: float32 [H, W, 3].
    size: pixels.

  Returns:
    float32 [size, size, 3]: the mean over the area of each new pixel (for a whole factor the mean
    of blocks, as the sketch-to-image trainers do it); bilinear if a side grows.
  """
  method = "area" if size <= min(image.shape[:2]) else "bilinear"
  return tf.image.resize(image, [size, size], method, antialias=True).numpy()


def _described(weights: lpips_weights.Files) -> dict[str, dict[str, str]]:
  return {part: {"file": path.name, "sha256": public_weights.sha256_of(path)}
          for part, path in weights._asdict().items()}
