"""Publishing a model, finding it by name, and noticing that a file was changed."""

import hashlib
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import saving
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq
from pretrained import pretrained_registry, publishing
from tests.models import tiny_sc_lmser

ROOT = pathlib.Path(__file__).parents[2]
FACTS = {"licence": "Apache-2.0", "data": "built-in bees", "command": "python x.py", "score": "1",
         "description": "A test."}


@pytest.fixture
def registry(tmp_path, monkeypatch):
  path = tmp_path / "pretrained" / "registry.json"
  path.parent.mkdir()
  path.write_text("{}")
  monkeypatch.setattr(pretrained_registry, "REGISTRY", path)
  return path


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
  folder = tmp_path_factory.mktemp("run") / "run"
  config = RpclPix2SeqConfig(dec_model="lstm", dec_rnn_size=8, z_size=4, max_seq_len=5,
                             png_width=16)
  saving.save_model(RpclPix2Seq(config, seed=3), folder, {"categories": ["bee"],
                                                          "scale_factor": 2.0})
  return folder


def test_published_then_loaded_by_name(registry, run_dir):
  entry = publishing.publish(run_dir, "tiny", FACTS)
  assert pretrained_registry.names() == ["tiny"] and entry["folder"] == "weights/tiny"
  assert set(entry["files"]) == {"config.json", "weights.index", "weights.data-00000-of-00001"}
  folder = pretrained_registry.resolve("tiny")
  for name, stamp in entry["files"].items():
    content = (folder / name).read_bytes()
    assert stamp == {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
  model, content = pretrained_registry.load("tiny", jit_compile_decoder=False)
  source, _ = saving.load_model(run_dir)
  assert content["data"]["scale_factor"] == 2.0
  for ours, theirs in zip(model.weights, source.weights):
    np.testing.assert_array_equal(ours, theirs)
  card = (folder / "README.md").read_text()
  assert all(fact in card for fact in FACTS.values()) and "# tiny" in card


@pytest.mark.slow
def test_a_model_of_faces(registry, tmp_path):
  """Its optimisers stay behind; the card speaks of faces."""
  model = tiny_sc_lmser.model()
  data = {"data_type": "builtin", "pairs": {"train": 1240, "held_out": 30, "test": 31},
          "selected_on": "held_out"}
  saving.save_model(model, tmp_path / "run", data)
  publishing.publish(tmp_path / "run", "faces", FACTS)
  loaded, content = pretrained_registry.load("faces")
  assert content["data"] == data
  for ours, theirs in zip(loaded.weights, model.weights):
    np.testing.assert_array_equal(ours, theirs)
  folder = registry.parent / "weights" / "faces"
  stored = [name for name, _ in tf.train.list_variables(str(folder / "weights"))]
  assert stored and not any("OPTIMIZER_SLOT" in name or "adams" in name for name in stored)
  card = (folder / "README.md").read_text()
  assert "| faces | builtin; pairs: 1,240 train, 30 held out, 31 test |" in card
  assert "| checkpoint chosen on | the held out pairs |" in card
  assert "evaluate/translate.py --direction=photo_to_sketch" in card and "--model=faces`" in card
  assert "categor" not in card and "drawings" not in card.replace(FACTS["data"], "")


def test_a_card_of_what_is_not_known():
  told = publishing._what_it_saw("sc_lmser", {"converted_from": "fss_model"})
  assert told["rows"] == "| faces | unknown |"
  assert publishing._what_it_saw("rpcl_pix2seq", {})["rows"] == "| categories | unknown |"


def test_an_edited_card_is_kept(registry, run_dir):
  publishing.publish(run_dir, "tiny", FACTS)
  card = registry.parent / "weights" / "tiny" / "README.md"
  card.write_text("by hand")
  publishing.publish(run_dir, "tiny", {**FACTS, "score": "2"})
  assert card.read_text() == "by hand" and pretrained_registry.entries()["tiny"]["score"] == "2"
  pretrained_registry.resolve("tiny")


@pytest.mark.parametrize("damage", ["changed", "shorter", "gone"])
def test_a_damaged_file_is_refused(registry, run_dir, damage):
  publishing.publish(run_dir, "tiny", FACTS)
  path = registry.parent / "weights" / "tiny" / "weights.data-00000-of-00001"
  content = path.read_bytes()
  path.unlink()
  if damage != "gone":
    path.write_bytes(content[:-1] + (b"!" if damage == "changed" else b""))
  with pytest.raises(UserError, match="lacks|is not the file that was published"):
    pretrained_registry.load("tiny")


def test_a_folder_is_taken_as_it_is(registry, run_dir):
  assert pretrained_registry.resolve(run_dir) == run_dir
  assert pretrained_registry.resolve(str(run_dir)) == run_dir


def test_an_unknown_name(registry, run_dir):
  with pytest.raises(UserError, match="there is none yet"):
    pretrained_registry.resolve("tiny")
  publishing.publish(run_dir, "tiny_bees", FACTS)
  with pytest.raises(UserError, match=r"'tiny_bee' is neither .*did you mean tiny_bees\?"):
    pretrained_registry.resolve("tiny_bee")


def test_a_bad_name_is_refused(registry, run_dir):
  for name in ("", "../up", "Tiny", "a b"):
    with pytest.raises(UserError, match="small letters"):
      publishing.publish(run_dir, name, FACTS)


@pytest.mark.slow
def test_the_command(registry, run_dir):
  script = str(ROOT / "pretrained" / "publish.py")
  code = (f"import pathlib, runpy, sys; from pretrained import pretrained_registry as r; "
          f"r.REGISTRY = pathlib.Path({str(registry)!r}); "
          f"runpy.run_path({script!r}, run_name='__main__')")
  flags = [f"--{name}={value}" for name, value in FACTS.items()]
  done = subprocess.run([sys.executable, "-c", code, f"--run_dir={run_dir}", "--name=tiny", *flags],
                        capture_output=True, text=True)
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout) == pretrained_registry.entries()["tiny"]


def test_what_comes_with_the_zoo_is_whole():
  for name in pretrained_registry.names():
    pretrained_registry.resolve(name)
