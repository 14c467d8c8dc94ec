"""The README and the docs say what is true of the code."""

import pathlib
import re

from models import hparams
from models.rpcl_pix2seq.config import RpclPix2SeqConfig

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_table_of_hyperparameters_is_that_of_the_config():
  assert hparams.markdown_table(RpclPix2SeqConfig) in README


def test_every_linked_file_exists():
  for document in [ROOT / "README.md", *ROOT.glob("docs/*.md"), ROOT / "models/README.md"]:
    for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
      assert (document.parent / target).exists(), f"{document.name} links {target}"


def test_every_command_of_the_readme_exists():
  for script in re.findall(r"python ((?:\w+/)+\w+\.py)", README):
    assert (ROOT / script).is_file(), script


def test_addons_are_confined_to_one_layer():
  users = [path.relative_to(ROOT).as_posix() for folder in ("data_tools", "models", "train",
                                                            "evaluate", "pretrained")
           for path in (ROOT / folder).rglob("*.py") if "tensorflow_addons" in path.read_text()]
  assert users == ["models/layers/instance_norm.py"]


def test_dependencies_point_one_way():
  forbidden = {"data_tools": ("models", "train", "evaluate", "pretrained"),
               "models": ("train", "evaluate", "pretrained"),
               "pretrained": ("train", "evaluate"), "evaluate": ("train",)}
  for folder, others in forbidden.items():
    for path in (ROOT / folder).rglob("*.py"):
      for other in others:
        assert not re.search(rf"^\s*(from|import) {other}\b", path.read_text(), re.M), (
            f"{path.relative_to(ROOT)} imports {other}")
