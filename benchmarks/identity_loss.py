"""What IACycleGAN's identity loss brings: the demo preset's turns with several seeds, matched on
other persons.

  python benchmarks/identity_loss.py --output_dir=runs/identity_loss
  python benchmarks/identity_loss.py --output_dir=runs/identity_loss --seeds=0,1,2 --weights=0.1,0.5
  python benchmarks/identity_loss.py --output_dir=runs/identity_loss --hparams="select_by=fsim" \\
      --state=last

For each seed all turns of one round are trained, and a GAN more for each of --weights, by the same
recognisers; what is finished in --output_dir stays. Then sketches of other invented persons are
matched with their photos, by the recognisers that the second GAN was trained with and, as these
know the first GAN's pictures, by those of real pictures alone, too. --state=last takes the GANs as
they were after their last epoch, where select_by chose an earlier checkpoint. Prints a table to
stderr: mean rank 1 over the seeds, its standard error, and the same of the gain over CycleGAN of
the same seed and recognisers; and one JSON line to stdout.
"""

import dataclasses
import functools
import gc
import pathlib
from collections.abc import Iterator
from typing import Any

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

import numpy as np
import tensorflow as tf
from absl import flags

from data_tools import builtin_faces
from data_tools.errors import UserError
from evaluate import face_data, face_embedding, face_matching_run, face_matching_scores, face_models
from models import checkpoint_files, saving
from models.vggface.config import DOMAINS
from train import ia_cyclegan_gan_run, ia_cyclegan_turns, progress, training_run
from train.ia_cyclegan_options import IaCycleGanOptions
from train.turn_options import TurnOptions

_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Folder of all runs.", required=True)
_SEEDS = flags.DEFINE_list("seeds", ["0", "1", "2"], "Of the runs.")
_WEIGHTS = flags.DEFINE_list("weights", [], "Further weights of the identity loss.")
_HPARAMS = flags.DEFINE_string("hparams", "", "Hyperparameters of the GANs to change.")
_STATE = flags.DEFINE_enum("state", "best", ["best", "last"], "Which checkpoint of the GANs.")
_PERSONS = flags.DEFINE_integer("persons", 140, "Other persons.", lower_bound=2)
_OTHERS_SEED = 7
_TEST_SHARE = 5  # of so many persons made, one is of the test split
_BATCH = 8
_BASE = "CycleGAN"


@dataclasses.dataclass(frozen=True)
class _Judged:
  """A GAN and what its pictures are recognised by: folders."""

  words: str
  gan: pathlib.Path
  recognisers: str  # the number of their turn


def main() -> None:
  """Trains what isn't there, and matches."""
  root, seeds = pathlib.Path(_OUTPUT_DIR.value), _numbers(int, "seeds", _SEEDS.value)
  weights = _numbers(float, "weights", _WEIGHTS.value)
  for seed in seeds:
    _train(root / f"seed{seed}", seed, weights)
  folder = root / "other_persons"
  builtin_faces.ensure(_TEST_SHARE * _PERSONS.value, 1, _OTHERS_SEED, folder)
  found = [_matched(root / f"seed{seed}", weights, folder) for seed in seeds]
  rows = {key: _row([one[key] for one in found], [one[(_BASE, key[1])] for one in found])
          for key in found[0]}
  _show(rows, seeds)
  cli.emit({"benchmark": "identity_loss", "state": _STATE.value, "seeds": seeds,
            "persons": _PERSONS.value,
            "rows": [{"gan": gan, "recognisers": recognisers, **row}
                     for (gan, recognisers), row in rows.items()]})


def _numbers(kind: type, flag: str, texts: list[str]) -> list:
  try:
    return [kind(text) for text in texts]
  except ValueError as error:
    raise UserError(f"--{flag}={','.join(texts)} is given, but numbers with commas between are "
                    "expected, such as 1,2.") from error


def _train(root: pathlib.Path, seed: int, weights: list[float]) -> None:
  options = TurnOptions(str(root), preset="demo", recogniser_preset="demo", seed=seed, resume=True,
                        hparams=_HPARAMS.value)
  ia_cyclegan_turns.Turns(options).run()
  config = ia_cyclegan_turns.configs(options)[0]
  for weight in weights:
    folder = _weighted(root, weight)
    cli.say(f"== {folder} ==")
    recipe = dataclasses.replace(ia_cyclegan_gan_run.RECIPE, presets={
        "demo": dataclasses.replace(config, identity_perception_weight=weight)})
    recognisers = {} if progress.is_begun(folder) else {
        f"recogniser_{domain}": str(root / f"1_recogniser_{domain}") for domain in DOMAINS}
    training_run.run(IaCycleGanOptions(str(folder), preset="demo", seed=seed,
                                       resume=progress.is_begun(folder), **recognisers), recipe)
    _forget()


def _weighted(root: pathlib.Path, weight: float) -> pathlib.Path:
  return root / f"weight_{weight:g}"


def _judged(root: pathlib.Path, weights: list[float]) -> Iterator[_Judged]:
  gans = {_BASE: root / "0_gan", "with the identity loss": root / "1_gan",
          **{f"with weight {weight:g}": _weighted(root, weight) for weight in weights}}
  for words, gan in gans.items():
    for recognisers in ("0", "1"):
      yield _Judged(words, gan, recognisers)
  for words in (_BASE, "with the identity loss"):
    yield _Judged(words, gans[words], "2")


def _matched(root: pathlib.Path, weights: list[float], folder: pathlib.Path
             ) -> dict[tuple[str, str], dict[str, float]]:
  """(GAN, recognisers) -> rank 1 in percent of each way of matching."""
  found = {}
  for one in _judged(root, weights):
    cli.say(f"== {root.name}: {one.words}, recognisers {one.recognisers} ==")
    model = face_models.load(str(one.gan))[0]
    if _STATE.value == "last":
      saving.restore_weights(model, checkpoint_files.newest(one.gan / progress.LAST))
    recognisers = {domain: face_embedding.load(root / f"{one.recognisers}_recogniser_{domain}")
                   for domain in DOMAINS}
    faces = _faces(model.config.geometry, folder)
    matching = face_matching_run.match(model, recognisers, faces, "pairs", _BATCH)
    found[(one.words, one.recognisers)] = {
        name: 100 * matching.found[name].rank1
        for name in (*face_matching_scores.MATCHINGS, *face_matching_scores.WITHOUT_SYNTHESIS)}
    _forget()
  return found


@functools.cache
def _faces(geometry, folder: pathlib.Path) -> face_data.JudgedFaces:
  return face_data.load(geometry, folder)


def _forget() -> None:
  """The next model's graphs are its own."""
  tf.keras.backend.clear_session()
  gc.collect()


def _row(found: list[dict[str, float]], base: list[dict[str, float]]) -> dict[str, Any]:
  """Of each way of matching: every seed's rank 1, mean and standard error; the same of gains."""
  gains = [{name: own[name] - other[name] for name in own} for own, other in zip(found, base)]
  return {"rank1": {name: _spread([one[name] for one in found]) for name in found[0]},
          "gain": {name: _spread([one[name] for one in gains]) for name in found[0]}}


def _spread(values: list[float]) -> dict[str, Any]:
  """Of one value there is no standard error: None."""
  error = (round(float(np.std(values, ddof=1) / np.sqrt(len(values))), 2) if len(values) > 1
           else None)
  return {"mean": round(float(np.mean(values)), 2), "error": error,
          "each": [round(value, 1) for value in values]}


def _show(rows: dict[tuple[str, str], dict[str, Any]], seeds: list[int]) -> None:
  cli.say(f"Rank 1 in percent, mean and standard error over {len(seeds)} seeds; gain over {_BASE}")
  cli.say(f"{'GAN':24} recognisers  " + "  ".join(
      f"{face_matching_scores.WORDS[name]:28}" for name in face_matching_scores.MATCHINGS))
  for (gan, recognisers), row in rows.items():
    cells = [f"{_text(row['rank1'][name], '5.1f')} ({_text(row['gain'][name], '+5.1f')})".ljust(28)
             for name in face_matching_scores.MATCHINGS]
    cli.say(f"{gan:24} {recognisers:11}  " + "  ".join(cells))


def _text(spread: dict[str, Any], form: str) -> str:
  error = "" if spread["error"] is None else f" +- {spread['error']:3.1f}"
  return f"{spread['mean']:{form}}{error}"


if __name__ == "__main__":
  cli.run(main)
