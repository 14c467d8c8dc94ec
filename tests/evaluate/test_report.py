"""The report: its numbers are those of the single commands, its page stands alone."""

import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from data_tools.errors import UserError
from evaluate import (latent_run, recognition_run, report_facts, report_metrics, report_page,
                      report_recognition, report_run, report_samples, report_words,
                      retrieval_run, run_start)
from evaluate.report_pictures import Pictures
from evaluate.sketching import Sketching
from models import saving
from pretrained import inception_weights
from tests.evaluate.test_html_page import EVIL, Reader
from tests.models import tiny_sketch_a_net

ROOT = pathlib.Path(__file__).parents[2]
HOW = Sketching(temperature=0.5, batch_size=16)


class FakeExtractor:
  """Stands for the Inception network, which is large and needs a download: mean ink of 6 x 6."""

  def __init__(self, network, mode, batch_size):
    del network, mode, batch_size

  def of_images(self, images, desc):
    del desc
    return np.asarray(images, np.float32).reshape(-1, 6, 8, 6, 8).mean(axis=(2, 4)).reshape(-1, 36)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
  """Untrained; knows a class that the model does not draw, in another order."""
  folder = tmp_path_factory.mktemp("classifiers") / "three"
  saving.save_model(tiny_sketch_a_net.model(
      seed=5, width_multiplier=0.25, categories=("bus", "cat", "bee")), folder, {})
  return str(folder)


def report(trained, folder, **changes):
  options = {"model": trained.model, "output_dir": str(folder), "data_dir": trained.data,
             "how": HOW, **changes}
  return report_run.run(report_run.Options(**options))


def content(folder):
  refuse = lambda constant: pytest.fail(f"results.json holds {constant}")
  return json.loads((folder / "results.json").read_text(), parse_constant=refuse)


@pytest.fixture(scope="module")
def made(trained, classifier, tmp_path_factory):
  """Folder and printed numbers of a report with everything."""
  folder = tmp_path_factory.mktemp("report")
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(inception_weights, "find", lambda path: inception_weights.WeightFile(
        pathlib.Path("weights"), inception_weights.TORCH, "published"))
    patch.setattr(inception_weights, "load_file", lambda file: None)
    patch.setattr(report_metrics, "FeatureExtractor", FakeExtractor)
    return folder, report(trained, folder, classifier=classifier, seed=7)


def test_the_numbers_are_those_of_the_commands(made, trained, classifier, tmp_path):
  folder, printed = made
  results, samples = content(folder), str(folder / "samples")
  found = retrieval_run.run(retrieval_run.Options(
      trained.model, sample_dir=samples, data_dir=trained.data, how=HOW))
  for key in ("ret_at_1", "ret_at_10", "ret_at_50"):
    assert results["retrieval"]["sketches"][key] == found[key] == printed[key]
  rec = recognition_run.run(recognition_run.Options(samples, classifier, data_dir=trained.data))
  for key in ("rank1", "cmc", "real_rank1", "real_cmc", "count", "real_count", "confusion",
              "real_confusion", "classes"):
    assert results["recognition"][key] == rec[key], key
  latent = latent_run.run(latent_run.Options(trained.model, str(tmp_path), trained.data, sketches=1,
                                             how=HOW))
  assert results["mixture"]["table"] == latent["table"]
  assert printed["rank1"] == rec["rank1"] and printed["missing"] == ["training"]


def test_retrieval_has_its_ceiling_and_its_chance(made):
  found = content(made[0])["retrieval"]
  assert found["real_drawings"] == {"ret_at_1": 1.0, "ret_at_10": 1.0, "ret_at_50": 1.0}
  assert found["chance"] == {"ret_at_1": round(1 / 26, 6), "ret_at_10": round(10 / 26, 6),
                             "ret_at_50": 1.0}
  assert 1 <= found["median_place"] <= 26


def test_scores_by_category_make_up_the_whole(made):
  results = content(made[0])
  rows = results["by_category"]
  assert [row["name"] for row in rows] == ["bee", "bus"]
  for key, whole in (("ret_at_10", results["retrieval"]["sketches"]["ret_at_10"]),
                     ("rank1", results["recognition"]["rank1"]),
                     ("real_rank1", results["recognition"]["real_rank1"])):
    assert np.mean([row[key] for row in rows]) == pytest.approx(whole, abs=1e-5)  # 13 of each


def test_distances_come_with_counts_and_halves(made):
  results = content(made[0])
  for name in ("fid", "kid", "fid_sketch_a_net"):
    found = results[name]
    assert all(isinstance(found[name + part], float) for part in ("", "_half", "_real_halves"))
    assert (found["count"], found["drawings"]) == (26, 26)
    assert found["half_count"] == found["real_half_count"] == 13
  assert results["fid"]["weights"] == "published" and results["fid"]["mode"] == "pytorch-fid"


def test_results_say_what_they_are_on(made, trained, classifier):
  results = content(made[0])
  assert results["model"]["kind"] == "rpcl_pix2seq" and results["model"]["parameters"] > 100
  assert len(results["model"]["files_sha256"]["weights.index"]) == 64
  assert results["data"]["count"] == 26 and results["data"]["split"] == "test"
  assert results["settings"]["seed"] == 7 and results["settings"]["temperature"] == 0.5
  assert f"--model_dir={trained.model}" in results["command"]
  assert f"--classifier={classifier}" in results["command"] and "--seed=7" in results["command"]
  assert set(results["seconds"]) >= {"Sketches", "Retrieval", "Recognition"}
  assert results["training"]["missing"].startswith("There is no metrics.jsonl")


def test_the_page_stands_alone(made):
  text = (made[0] / "report.html").read_text()
  reader = Reader(text)
  names = [name for name, _ in reader.starts]
  assert not {"script", "link", "img", "iframe", "object", "base"} & set(names)
  assert not re.search(r"url\(|@import|\bon\w+=\"", text)
  assert all(link["href"].startswith("#") for link in reader.all("a"))
  assert reader.all("html") == [{"lang": "en"}]
  sections = [section["id"] for section in reader.all("section")]
  assert [link["href"][1:] for link in reader.all("a")] == sections
  assert len(set(sections)) == len(sections) == 10
  shown = [picture for picture in reader.all("svg") if picture.get("class") != "spot"]
  assert len(shown) > 100 and all(picture["aria-label"] for picture in shown)
  assert names.count("h1") == 1


def test_the_page_tells_the_numbers(made):
  results = content(made[0])
  words = " ".join(Reader((made[0] / "report.html").read_text()).words)
  for value in (report_words.percent(results["retrieval"]["sketches"]["ret_at_10"]),
                report_words.percent(results["recognition"]["rank1"]),
                report_words.decimals(results["fid"]["fid_real_halves"], 2),
                results["data"]["sha256"], "not to be compared with any paper"):
    assert value in words


@pytest.mark.slow
def test_the_command_uses_finished_sketches_again(made, trained, tmp_path):
  folder = tmp_path / "copy"
  shutil.copytree(made[0], folder)
  before = content(folder)
  stamps = {path: path.stat().st_mtime_ns for path in (folder / "samples").iterdir()}
  done = subprocess.run(
      [sys.executable, "evaluate/report.py", f"--model_dir={trained.model}", "--temperature=0.5",
       f"--data_dir={trained.data}", f"--output_dir={folder}", "--seed=7", "--batch_size=8"],
      cwd=ROOT, capture_output=True, text=True, check=False)
  assert done.returncode == 0, done.stderr
  assert done.stdout.count("\n") == 1 and "Retrieval ..." in done.stderr
  again, after = json.loads(done.stdout), content(folder)
  assert {path: path.stat().st_mtime_ns for path in (folder / "samples").iterdir()} == stamps
  assert after["settings"]["sketches_reused"] and not before["settings"]["sketches_reused"]
  assert after["retrieval"]["sketches"] == before["retrieval"]["sketches"]
  # What only the earlier report had is not carried over.
  assert again["missing"] == ["recognition", "fid", "kid", "fid_sketch_a_net", "training"]
  assert again["fid"] is again["rank1"] is after["fid"]["fid"] is None
  assert "--inception_weights" in after["fid"]["missing"]
  assert "--classifier" in after["recognition"]["missing"]
  words = " ".join(Reader(pathlib.Path(again["page"]).read_text()).words)
  assert after["fid"]["missing"] in words and after["recognition"]["missing"] in words


def test_sketches_made_otherwise_are_refused_or_replaced(trained, tmp_path):
  subject = run_start.load(trained.model, trained.data, "test")

  def ensure(num_samples, overwrite=False, **changes):
    options = report_run.Options(trained.model, str(tmp_path), trained.data, how=HOW)
    return report_samples.ensure(dataclasses.replace(options, **changes), subject, num_samples,
                                 overwrite)

  assert ensure(2) == (tmp_path / "samples", False)
  assert ensure(2, how=dataclasses.replace(HOW, batch_size=3)) == (tmp_path / "samples", True)
  with pytest.raises(UserError, match="with another temperature; pass --overwrite"):
    ensure(2, how=dataclasses.replace(HOW, temperature=0.7))
  with pytest.raises(UserError, match="another seed and another num_samples"):
    ensure(3, seed=1)
  assert not ensure(3, seed=1, overwrite=True)[1]
  assert len(list((tmp_path / "samples").glob("*_*.svg"))) == 6
  described = json.loads((tmp_path / "samples" / "samples.json").read_text())
  (tmp_path / "samples" / "samples.json").write_text(json.dumps({**described, "complete": False}))
  assert not ensure(2)[1]  # one that was cut off is redone
  split = dataclasses.replace(subject.split, labels=subject.split.labels[::-1])
  subject = dataclasses.replace(subject, split=split)
  with pytest.raises(UserError, match="another drawings"):
    ensure(2)


@pytest.mark.parametrize("changes,sentence", [
    ({"inception_weights": "nowhere.pth"}, "nowhere.pth"),
    ({"classifier": "nowhere"}, "nowhere"), ({"model": "nowhere"}, "nowhere"),
    ({"num_samples": -1}, "below 0"), ({"seed": -1}, "below 0"), ({"split": "tests"}, "tests")])
def test_wrong_wishes_are_told_before_any_work(trained, tmp_path, changes, sentence):
  with pytest.raises(UserError, match=sentence):
    report(trained, tmp_path / "new", **changes)
  assert not (tmp_path / "new").exists()


def test_models_of_another_kind_are_refused(trained, classifier, tmp_path):
  with pytest.raises(UserError, match="of the kind sketch_a_net"):
    report(trained, tmp_path, model=classifier)
  saving.save_model(tiny_sketch_a_net.model(categories=("bee", "cat")), tmp_path / "cats", {})
  with pytest.raises(UserError, match="does not know bus"):
    report(trained, tmp_path / "new", classifier=str(tmp_path / "cats"))


def test_folders_of_others_are_left_alone(trained, tmp_path):
  (tmp_path / "notes.txt").write_text("mine")
  with pytest.raises(UserError, match="holds notes.txt"):
    report(trained, tmp_path)
  with pytest.raises(UserError, match="is a file"):
    report(trained, tmp_path / "notes.txt")
  (tmp_path / "notes.txt").rename(tmp_path / "results.json")
  with pytest.raises(UserError, match="not written by this command"):
    report(trained, tmp_path)
  assert (tmp_path / "results.json").read_text() == "mine"


def test_the_training_curve(made, trained, tmp_path):
  lines = [{"epoch": 1, "step": 3, "reconstruction_loss": 5.0, "valid_reconstruction_loss": None,
            "live_components": 4, "seconds": 60.0, "improved": True},
           {"epoch": 2, "step": 6, "reconstruction_loss": 4.0, "valid_reconstruction_loss": 3.25,
            "live_components": 3, "seconds": 30.5}]
  results = content(made[0])
  model = tmp_path / "run"
  model.mkdir()
  (model / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
  options = report_run.Options(str(model), str(tmp_path / "out"))
  results["training"] = report_facts.training_facts(options)
  assert results["training"]["seconds"] == 90.5 and results["training"]["epochs"] == 2
  reader = Reader(report_page.build(results, NO_PICTURES))
  assert len(reader.all("polyline")) == 2  # losses of training, and live components
  assert "3.25" in " ".join(reader.words)
  (model / "metrics.jsonl").write_text("not JSON")
  assert "can't be read" in report_facts.training_facts(options)["missing"]


NO_PICTURES = Pictures([], [], [], [], [], [])


def test_names_can_not_break_the_page(made):
  results = content(made[0])
  renamed = json.loads(json.dumps(results).replace('"bee"', json.dumps(EVIL)))
  renamed["model"]["name"] = renamed["data"]["source"] = EVIL
  reader = Reader(report_page.build(renamed, NO_PICTURES))
  assert "script" not in [name for name, _ in reader.starts]
  assert EVIL in reader.words


def test_many_categories_are_folded(made):
  results = content(made[0])
  names = [f"category {place}" for place in range(200)]
  results["data"]["categories"] = [{"name": name, "test": 3} for name in names]
  results["by_category"] = [{**results["by_category"][0], "name": name} for name in names]
  results["recognition"]["classes"] = names
  results["recognition"]["cmc"] = results["recognition"]["real_cmc"] = [0.5] * 10
  confusion = np.eye(200, dtype=int) * 2 + np.eye(200, k=1, dtype=int)
  results["recognition"]["confusion"] = confusion.tolist()
  reader = Reader(report_page.build(results, NO_PICTURES))
  words = " ".join(reader.words)
  assert "of 200 categories" in words and "By category (200)" in words
  assert "The most frequent mistakes" in words and "33.3\u00a0%" in words
  assert len(reader.all("details")) >= 3


def test_the_demo_classifier_is_for_built_in_drawings_only(trained):
  subject = run_start.load(trained.model, trained.data, "test")
  assert report_recognition.load(None, trained.data, subject) is None
