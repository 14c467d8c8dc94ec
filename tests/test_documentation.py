"""The README and the docs say what is true of the code."""

import pathlib
import re

import pytest

from models import hparams
from models.registry import MODELS

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCUMENTS = {path: path.read_text() for path in [
    ROOT / "README.md", *ROOT.glob("docs/*.md"), ROOT / "models/README.md",
    ROOT / "evaluate/README.md"]}


@pytest.mark.parametrize("model", sorted(MODELS))
def test_the_table_of_hyperparameters_is_that_of_the_config(model):
  table = hparams.markdown_table(MODELS[model].config)
  assert any(table in text for text in DOCUMENTS.values())


def test_every_linked_file_exists():
  for document, text in DOCUMENTS.items():
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
      assert (document.parent / target).exists(), f"{document.name} links {target}"


def test_every_command_that_is_named_exists():
  for document, text in DOCUMENTS.items():
    for script in re.findall(r"(?:python |`)((?:\w+/)+\w+\.py)", text):
      places = [ROOT / script, document.parent / script]
      assert any(path.is_file() for path in places), f"{document.name} names {script}"


def test_addons_are_confined_to_two_layers():
  users = [path.relative_to(ROOT).as_posix() for folder in ("data_tools", "models", "train",
                                                            "evaluate", "pretrained")
           for path in (ROOT / folder).rglob("*.py") if "tensorflow_addons" in path.read_text()]
  assert sorted(users) == ["models/layers/instance_norm.py", "models/layers/triplet_loss.py"]


def test_dependencies_point_one_way():
  forbidden = {"data_tools": ("models", "train", "evaluate", "pretrained"),
               "models": ("train", "evaluate", "pretrained"),
               "pretrained": ("train", "evaluate"), "evaluate": ("train",)}
  for folder, others in forbidden.items():
    for path in (ROOT / folder).rglob("*.py"):
      for other in others:
        assert not re.search(rf"^\s*(from|import) {other}\b", path.read_text(), re.M), (
            f"{path.relative_to(ROOT)} imports {other}")
