"""The commands that draw the latent space and ways through it."""

import json

import numpy as np
import pytest
from PIL import Image

from data_tools.errors import UserError
from evaluate import interpolation_run, latent_run
from evaluate.sketching import Sketching
from tests import commands

HOW = Sketching(temperature=0.5, max_length=20, batch_size=16)


def interpolate(trained, folder, **changes):
  options = {"model": trained.model, "output_dir": str(folder), "data_dir": trained.data,
             "how": HOW, "steps": 3, **changes}
  return interpolation_run.run(interpolation_run.Options(**options))


def test_strip_between_two_named_drawings(trained, tmp_path):
  report = interpolate(trained, tmp_path, drawings=("bee:3", " bus : 0"), path="linear")
  assert report["drawings"] == ["bee 3", "bus 0"] and report["svg_files"] == 3
  assert len(list(tmp_path.glob("step_*.svg"))) == 3
  assert Image.open(tmp_path / "interpolation.png").size[0] > 5 * 100


def test_grid_among_random_drawings_of_all_styles(trained, tmp_path):
  report = interpolate(trained, tmp_path, grid=True)
  assert [name.split()[0] for name in report["drawings"]] == ["bee", "bus", "bee", "bus"]
  assert len(set(report["drawings"])) == 4
  assert len(list(tmp_path.glob("grid_*_*.svg"))) == report["svg_files"] == 9


@pytest.mark.parametrize("changes,sentence", [
    ({"drawings": ("bee:3",)}, "names 1 drawings"),
    ({"drawings": ("bee:3", "bus")}, "write CATEGORY:INDEX"),
    ({"drawings": ("bee:3", "bus:13")}, "has 13 of bus, counted from 0"),
    ({"drawings": ("bee:3", "buss:1")}, "bus"),
    ({"steps": 1}, "at least 2"),
    ({"seed": -1}, "seed")])
def test_wrong_wishes(trained, tmp_path, changes, sentence):
  with pytest.raises(UserError, match=sentence):
    interpolate(trained, tmp_path, **changes)


@pytest.mark.parametrize("projection", latent_run.PROJECTIONS)
def test_latent_space(trained, tmp_path, projection):
  report = latent_run.run(latent_run.Options(
      trained.model, str(tmp_path), trained.data, projection=projection, sketches=2, how=HOW))
  table = report["table"]
  assert len(table) == report["components"] == 4 and report["drawings"] == 26
  assert sum(row["drawings"] for row in table) == 26
  assert sum(row["live"] for row in table) == report["live_components"] >= 1
  assert not table[3]["live"]  # its weight is 0.01, below 0.1 / 4
  assert -1 <= report["adjusted_rand_index_style"] <= 1
  for name in (latent_run.MAP, latent_run.SHEET):
    with Image.open(tmp_path / name) as image:
      assert np.asarray(image).std() > 5


def test_commands(trained, tmp_path):
  for script in ("interpolate", "latent_space"):
    done = commands.command(f"evaluate/{script}.py", f"--model={trained.model}",
                            f"--data_dir={trained.data}", f"--output_dir={tmp_path}",
                            "--max_length=20")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"] == trained.model
  assert "dominant category" in done.stderr and "components are live" in done.stderr
