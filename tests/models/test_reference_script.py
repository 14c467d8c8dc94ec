"""tests/check_reference.py, by which any reference set is checked, and its remaining groups."""

import json
import pathlib
import re

import pytest

from tests import commands
from tests.reference_checks import hparams_text, raster_images, retrieval_scores, stroke_arrays
from tests.reference_checks.finding import Finding, closest, different, relative, require

TESTS = pathlib.Path(__file__).parents[1]
REFERENCE = TESTS / "reference" / "rpcl"


@pytest.mark.parametrize("check, file", [
    (raster_images.check, "synthetic/raster.npz"), (stroke_arrays.check, "synthetic/strokes.npz"),
    (hparams_text.check, "hparams_a.json"), (hparams_text.check, "hparams_b.json"),
    (retrieval_scores.check, "retrieval_a.npz"), (retrieval_scores.check, "retrieval_b.npz")],
                         ids=lambda value: value if isinstance(value, str) else "")
def test_data_tools_and_scores(check, file):
  require(check(REFERENCE / file))


def _run(folder):
  return commands.command("tests/check_reference.py", f"--reference_dir={folder}")


def test_a_table_what_is_missing_and_the_exit_code(tmp_path):
  content = json.loads((REFERENCE / "hparams_a.json").read_text())
  content["cases"].append({"input": "batch_size=3", "ok": False})  # in truth it is read
  (tmp_path / "hparams.json").write_text(json.dumps(content))
  done = _run(tmp_path)
  assert done.returncode == 1 and "Error: 1 of 3 comparisons" in done.stderr, done.stderr
  assert "raster.npz               skipped: not in" in done.stdout
  assert re.search(r"^hparams.json +texts +0.0e\+00 +1.0e\+00 FAILED$", done.stdout, re.MULTILINE)
  assert re.search(r"^hparams.json +JSON +0.0e\+00 +0.0e\+00 ok$", done.stdout, re.MULTILINE)


def test_an_empty_folder_proves_nothing(tmp_path):
  assert _run(tmp_path).returncode == 1


def test_findings():
  assert Finding("", 1e-6, 1e-5).ok and not Finding("", float("nan"), 1e-5).ok
  assert relative([1.0, 2.0], [1.0, 4.0]) == pytest.approx(0.5)
  assert relative([1.0], [1.0, 1.0]) == float("inf") and different([1, 2], [1, 3]) == 1
  with pytest.raises(AssertionError, match="far: 2.00e"):
    require([Finding("near", 0, 0), Finding("far", 2, 1)])
  attempts = {None: [Finding("a", 3, 1)], 0: [Finding("a", 2, 1)], 1: [Finding("a", 1, 1)]}
  assert closest(attempts.get)[0] == Finding("a (moved 1e-7)", 1, 1)
  assert closest(attempts.get, tries=1) == attempts[None]
