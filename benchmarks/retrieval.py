"""How fast the drawings nearest to each sketch are found, against comparing all with all.

  python benchmarks/retrieval.py
  python benchmarks/retrieval.py --codes=3000 --plain_codes=500

Ranks the same random codes with `evaluate.metrics.retrieval.rank` and with the plain algorithm of
RPCL-pix2seq's program: for each sketch the mean squared differences to all real codes, sorted. The
real codes hold copies, so that there are ties. The ranks must be equal. Each side runs in a process
of its own; the memory is the growth of that process's peak, its codes not counted, and includes
what the matrix library keeps. Prints a table to stderr and one JSON line to stdout.
"""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from absl import flags

from data_tools import cli
from data_tools.errors import UserError
from evaluate.metrics.retrieval import mean_squared_distances, rank

_CODES = flags.DEFINE_integer("codes", 12500, "Sketches, and drawings to find.", lower_bound=2)
_PLAIN = flags.DEFINE_integer("plain_codes", 0, "Sketches that the plain algorithm ranks; the "
                              "ratio is then by the time per sketch. 0: all.", lower_bound=0)
_Z_SIZE = flags.DEFINE_integer("z_size", 128, "Size of the codes.", lower_bound=1)
_K = flags.DEFINE_integer("k", 50, "Nearest drawings to find.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Of the codes.", lower_bound=0)

Ranker = Callable[[np.ndarray, np.ndarray, int], np.ndarray]


def random_codes(count: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
  """Codes of drawings, and of sketches that lie near them or on them.

  A hundredth of the drawings are copies of others, and as many are all copies of one, which at the
  default size are more than the fast search looks at beside the k nearest.

  Returns:
    generated and real, float32 [count, size].
  """
  random = np.random.default_rng(seed)
  real = random.standard_normal([count, size], np.float32)
  copies = count // 100
  pairs, same = np.split(random.permutation(count)[:3 * copies], [2 * copies])
  real[pairs[:copies]] = real[pairs[copies:]]
  real[same] = real[same[:1]]
  generated = real + 0.5 * random.standard_normal([count, size], np.float32)
  generated[::2] = real[::2]  # ties at distance 0 too
  return generated, real


def plain_rank(generated: np.ndarray, real: np.ndarray, k: int) -> np.ndarray:
  """Compares each code with all: int64 [n, k]. Arguments as of `rank`."""
  ranks = np.empty([len(generated), k], np.int64)
  for row, code in enumerate(generated):
    ranks[row] = np.argsort(mean_squared_distances(code, real), kind="stable")[:k]
  return ranks


def measure(ranker: Ranker, count: int, size: int, k: int, seed: int, first: int
            ) -> tuple[np.ndarray, dict[str, Any]]:
  """Ranks the first codes and says what it took; to be called in a fresh process.

  Args:
    ranker: `rank` or `plain_rank`.
    count: of the drawings.
    size: of the codes.
    k: of the ranks.
    seed: of the codes.
    first: sketches to rank.

  Returns:
    The ranks int64 [first, k]; seconds, CPU seconds and growth of the peak memory in MiB.
  """
  generated, real = random_codes(count, size, seed)
  before = _peak_mib()
  wall, cpu = time.perf_counter(), time.process_time()
  ranks = ranker(generated[:first], real, k)
  return ranks, {"seconds": round(time.perf_counter() - wall, 3),
                 "cpu_seconds": round(time.process_time() - cpu, 3),
                 "peak_growth_mib": round(_peak_mib() - before, 1)}


def _peak_mib() -> float:
  peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
  return peak / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
  """Measures both sides, compares the ranks and reports."""
  count, k = _CODES.value, min(_K.value, _CODES.value)
  few = min(_PLAIN.value or count, count)
  setting = count, _Z_SIZE.value, k, _SEED.value
  with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
    cli.say(f"Ranking {count} codes of {_Z_SIZE.value} against {count} ...")
    ranks, ours = pool.apply(measure, (rank, *setting, count))
    cli.say(f"Comparing {few} of them with all ...")
    plain_ranks, plain = pool.apply(measure, (plain_rank, *setting, few))
  if not np.array_equal(ranks[:few], plain_ranks):
    different = int((ranks[:few] != plain_ranks).any(axis=1).sum())
    raise UserError(f"The ranks of {different} of {few} codes differ from the plain algorithm's, "
                    "so this ratio means nothing; please report the version of NumPy.")
  ratio = (plain["seconds"] / few) / (ours["seconds"] / count)
  for name, side, done in (("evaluate.metrics", ours, count), ("all with all", plain, few)):
    cli.say(f"{name:17s} {done:6d} sketches  {side['seconds']:8.2f} s  {side['cpu_seconds']:8.2f} "
            f"CPU s  {1e3 * side['seconds'] / done:7.3f} ms each  "
            f"{side['peak_growth_mib']:7.1f} MiB")
  cli.say(f"equal ranks, ties included; {ratio:.1f} times as fast by the time per sketch")
  _, real = random_codes(*setting[:2], _SEED.value)
  cli.emit({"benchmark": "retrieval", "codes": count, "z_size": _Z_SIZE.value, "k": k,
            "distinct_drawings": len(np.unique(real, axis=0)), "seed": _SEED.value, **ours,
            "plain_codes": few, "plain": plain, "ratio_per_code": round(ratio, 2),
            "ranks_equal": True})


if __name__ == "__main__":
  cli.run(main)
