"""seq2png from its command line."""

import json
import os
import pathlib
import signal
import subprocess
import sys

import numpy as np
import pytest

from data_tools import png_dataset, stroke_files
from data_tools.errors import UserError
from data_tools.raster import rasterize

_ROOT = pathlib.Path(__file__).parents[2]
_SPLITS = ("train", "valid", "test")


def _drawings(counts=(5, 2, 3), seed=0):
  rng = np.random.default_rng(seed)
  return {split: [np.column_stack([rng.integers(-20, 20, [n, 2]), rng.random(n) < 0.2])
                  .astype(np.int16) for n in rng.integers(2, 30, count)]
          for split, count in zip(_SPLITS, counts)}


@pytest.fixture
def source(tmp_path):
  folder = tmp_path / "in"
  stroke_files.write_drawings(folder / "bee.npz", _drawings(seed=1))
  stroke_files.write_drawings(folder / "bus.npz", _drawings(seed=2))
  stroke_files.write_drawings(folder / "sketchrnn_The Mona Lisa.npz", _drawings(seed=3))
  return folder


def _run(source, output, *more):
  command = [sys.executable, "data_tools/seq2png.py", f"--input_dir={source}",
             f"--output_dir={output}", *more]
  done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False,
                        timeout=120)
  return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_all_files_of_a_folder_then_nothing_more_to_do(source, tmp_path):
  output = tmp_path / "new" / "out"
  code, reports, messages = _run(source, output)
  assert code == 0, messages
  assert [report["category"] for report in reports] == ["The Mona Lisa", "bee", "bus"]
  assert reports[1] | {"seconds": 0} == {
      "category": "bee", "output": str(output / "bee_png.npz"), "skipped": False, "train": 5,
      "valid": 2, "test": 3, "png_width": 48, "renderer": reports[1]["renderer"], "seconds": 0}
  assert sorted(path.name for path in output.iterdir()) == [
      "The Mona Lisa_png.npz", "bee_png.npz", "bus_png.npz"]
  for category, seed in (("The Mona Lisa", 3), ("bee", 1), ("bus", 2)):
    images = np.load(output / f"{category}_png.npz")
    assert sorted(images.files) == sorted(_SPLITS)
    for split, drawings in _drawings(seed=seed).items():
      assert images[split].dtype == np.uint8
      assert np.array_equal(images[split], rasterize(drawings))

  stamp = (output / "bee_png.npz").stat().st_mtime_ns
  code, reports, messages = _run(source, output)
  assert code == 0 and all(report["skipped"] for report in reports)
  assert messages.count("is complete: skipped (--overwrite makes it anew)") == 3
  assert (output / "bee_png.npz").stat().st_mtime_ns == stamp
  code, reports, _ = _run(source, output, "--overwrite", "--categories=bee", "--workers=2")
  assert code == 0 and not reports[0]["skipped"]
  assert (output / "bee_png.npz").stat().st_mtime_ns != stamp
  assert np.array_equal(np.load(output / "bee_png.npz")["train"],
                        rasterize(_drawings(seed=1)["train"]))


@pytest.mark.parametrize("flags, expected", [
    (["--categories=bus", "--categories=bee"], ["bus", "bee"]),
    (["--categories=[bee,bus]"], ["bee", "bus"]),
    (["--categories={'The Mona Lisa','bee'}"], ["The Mona Lisa", "bee"]),
    (["--categories=The Mona Lisa"], ["The Mona Lisa"])])
def test_categories_and_width(source, tmp_path, flags, expected):
  code, reports, messages = _run(source, tmp_path / "out", "--png_width=32", *flags)
  assert code == 0, messages
  assert [report["category"] for report in reports] == expected
  assert np.load(reports[0]["output"])["train"].shape == (5, 32, 32)


@pytest.mark.parametrize("flags, code, message", [
    (["--categories=bea"], 1, "did you mean 'bee'"),
    (["--categories=[bee"], 1, "opens a bracket"),
    (["--png_width=0"], 1, "can't be 0 pixels wide"),
    (["--png_width=-48"], 1, "can't be -48 pixels wide"),
    (["--png_width=2"], 1, "leaves no room"),
    (["--png_width=big"], 2, "png_width"),
    (["--renderer=skia"], 2, "auto|cairo|pyvips"),
    (["--workers=0"], 2, "workers"),
    (["--input_dir=nowhere"], 1, "no folder nowhere")])
def test_wrong_flags_end_in_one_sentence(source, tmp_path, flags, code, message):
  found, reports, messages = _run(source, tmp_path / "out", *flags)
  assert (found, reports) == (code, [])
  assert messages.startswith("Error: ") and message in messages and "Traceback" not in messages
  assert not (tmp_path / "out").exists()


def test_missing_flags():
  done = subprocess.run([sys.executable, "data_tools/seq2png.py"], cwd=_ROOT, text=True,
                        capture_output=True, check=False, timeout=60)
  assert done.returncode == 2 and "--input_dir" in done.stderr


@pytest.mark.parametrize("split, drawing, message", [
    ("train", np.array([[1, np.nan, 0]]), "train: drawing 2 holds NaN"),
    ("test", np.ones([2, 5]), "test: drawing 2 has shape [2, 5]")])
def test_bad_drawings_are_named_and_nothing_is_written(source, tmp_path, split, drawing, message):
  drawings = _drawings()
  drawings[split].insert(2, drawing)
  stroke_files.write_drawings(source / "bee.npz", drawings)
  code, reports, messages = _run(source, tmp_path / "out", "--categories=bee")
  assert code == 1 and not reports
  assert "bee.npz" in messages and message in messages and "Traceback" not in messages
  assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def test_an_empty_category(source, tmp_path):
  stroke_files.write_drawings(source / "bee.npz", _drawings((0, 2, 2)))
  code, _, messages = _run(source, tmp_path, "--categories=bee")
  assert code == 1 and "bee.npz has no drawings in train" in messages


@pytest.mark.parametrize("change", ["count", "width", "keys", "dtype", "cut"])
def test_incomplete_files_are_made_anew(source, tmp_path, change, capfd):
  target = tmp_path / "bee_png.npz"
  good = {split: rasterize(drawings) for split, drawings in _drawings(seed=1).items()}
  images = dict(good)
  if change == "count":
    images["valid"] = images["valid"][:-1]
  elif change == "width":
    images = {split: array[:, :40, :40] for split, array in images.items()}
  elif change == "keys":
    del images["test"]
  elif change == "dtype":
    images["train"] = images["train"].astype(float)
  np.savez(target, **images)
  if change == "cut":
    target.write_bytes(target.read_bytes()[:-200])
  png_dataset.make_png_files(source, tmp_path, ["bee"])
  assert "made anew" in capfd.readouterr().err
  assert all(np.array_equal(np.load(target)[split], good[split]) for split in _SPLITS)


def test_a_full_disk_leaves_the_old_pictures(source, tmp_path, monkeypatch):
  png_dataset.make_png_files(source, tmp_path, ["bee"])
  before = (tmp_path / "bee_png.npz").read_bytes()

  def full(path, **arrays):
    pathlib.Path(path).write_bytes(b"half")
    raise OSError(28, "No space left on device")

  monkeypatch.setattr(np, "savez", full)
  with pytest.raises(UserError, match="disk is full"):
    png_dataset.make_png_files(source, tmp_path, ["bee"], width=32)
  assert (tmp_path / "bee_png.npz").read_bytes() == before


def test_killed_while_it_writes(source, tmp_path):
  png_dataset.make_png_files(source, tmp_path, ["bee"])
  before = (tmp_path / "bee_png.npz").read_bytes()
  program = ("import os, pathlib, signal, sys\nimport numpy as np\n"
             "from data_tools import png_dataset\n"
             "def dies(path, **arrays):\n"
             "  pathlib.Path(path).write_bytes(b'half')\n  os.kill(os.getpid(), signal.SIGKILL)\n"
             "np.savez = dies\n"
             "png_dataset.make_png_files(sys.argv[1], sys.argv[2], ['bee', 'bus'], width=32)\n")
  done = subprocess.run([sys.executable, "-c", program, source, tmp_path], check=False,
                        capture_output=True, timeout=60)
  assert done.returncode == -signal.SIGKILL
  assert (tmp_path / "bee_png.npz").read_bytes() == before
  assert [path.name for path in tmp_path.glob("*_png.npz")] == ["bee_png.npz"]
  code, reports, _ = _run(source, tmp_path, "--png_width=32", "--categories=bee,bus")
  assert code == 0 and len(reports) == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_while_it_draws(source, tmp_path, workers):
  many = _drawings((8, 1, 1))
  many["train"] = many["train"] * 4000
  stroke_files.write_drawings(source / "bee.npz", many)
  command = [sys.executable, "data_tools/seq2png.py", f"--input_dir={source}",
             f"--output_dir={tmp_path}", "--categories=bee", f"--workers={workers}"]
  with subprocess.Popen(command, cwd=_ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                        start_new_session=True) as process:
    process.stderr.read(20)  # the progress bar has begun
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    process.stderr.read()  # ends only when the workers, who share it, have ended too
  assert not list(tmp_path.glob("*_png.npz"))
