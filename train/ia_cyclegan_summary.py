"""What every round of IACycleGAN's turns reached on the test faces."""

import json
import pathlib
import shutil
from collections.abc import Mapping
from typing import Any

from data_tools import files
from data_tools.faces import face_source
from evaluate import face_matching_run, face_report_run, ia_cyclegan_table
from evaluate.face_matching_scores import MATCHINGS, WITHOUT_SYNTHESIS
from evaluate.face_scores import How
from evaluate.ia_cyclegan_table import COLUMNS, Round
from evaluate.translating import DIRECTIONS
from train.turn_options import TurnOptions

_FILE = "summary.json"
_METRICS = ("fid", "fsim", "ssim")
_NO_SYNTHESIS = "no synthesis"


class Summary:
  """Figures of rounds, each computed once, also if training is interrupted and goes on.

  Args:
    options: of the command line.
    data_type: see `face_source.find`.
    root: the folder of all stages; gets `summary.json`, and for each round a folder of its report
      and one of its matching below `evaluation`.
  """

  def __init__(self, options: TurnOptions, data_type: str, root: pathlib.Path):
    self._options, self._data_type, self._root = options, data_type, root
    path = root / _FILE
    self._rounds: dict[str, Any] = json.loads(path.read_text())["rounds"] if path.exists() else {}

  def add(self, name: str, gan: str, recognisers: Mapping[str, str]) -> None:
    """Judges a GAN and recognisers, unless that is done.

    Args:
      name: of the round.
      gan: its folder.
      recognisers: domain -> folder.

    Raises:
      UserError: see the two reports.
    """
    if name in self._rounds:
      return
    folder = self._root / "evaluation" / name.replace(" ", "_").replace(",", "")
    faces = {"data_dir": self._options.data_dir, "lists_dir": self._options.lists_dir,
             "data_type": self._data_type}
    report = face_report_run.run(face_report_run.Options(
        model=gan, output_dir=str(folder / "report"), **faces,
        how=How(metrics=_METRICS, inception_weights=self._options.inception_weights)))
    shutil.rmtree(folder / "matching", ignore_errors=True)  # of an attempt that was interrupted
    found = face_matching_run.run(face_matching_run.Options(
        model=gan, output_dir=str(folder / "matching"), **faces,
        **{f"recogniser_{domain}": path for domain, path in recognisers.items()}))
    self._rounds[name] = {
        **{f"{kind}_{metric}": report[direction].get(metric)
           for direction, (_, kind) in DIRECTIONS.items() for metric in _metrics_of(kind)},
        **{way: found[way]["rank1"] for way in (*MATCHINGS, *WITHOUT_SYNTHESIS)}}
    self._save(found["persons"])

  def _tested_on(self) -> str:
    return face_source.find("test", self._options.data_dir, self._data_type,
                            self._options.lists_dir).data_type

  def report(self) -> dict[str, Any]:
    """Prints the table of all rounds; the same as JSON values."""
    saved = json.loads((self._root / _FILE).read_text())
    rounds, before = [], None
    for name, figures in saved["rounds"].items():
      raw = {way: figures[other] for way, other in zip(MATCHINGS, WITHOUT_SYNTHESIS)}
      if raw != before:  # other recognisers
        rounds.append(Round(f"{_NO_SYNTHESIS}: {name}", raw))
      rounds.append(Round(name, {key: value for key, value in figures.items() if key in COLUMNS}))
      before = raw
    content = ia_cyclegan_table.table(rounds, saved["data_type"], saved["persons"])
    ia_cyclegan_table.show(content)
    return content

  def _save(self, persons: int) -> None:
    with files.atomic_path(self._root / _FILE) as path:
      path.write_text(json.dumps({"data_type": self._tested_on(), "persons": persons,
                                  "rounds": self._rounds}, indent=2) + "\n")


def _metrics_of(kind: str) -> list[str]:
  return [name.removeprefix(f"{kind}_") for name in COLUMNS if name.startswith(f"{kind}_")
          and name not in MATCHINGS]
