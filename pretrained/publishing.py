"""Making a trained model part of the zoo: its folder, its model card, its registry entry."""

import os
import pathlib
import re
from typing import Any

from data_tools.errors import UserError
from data_tools.files import atomic_path
from models import saving
from pretrained import pretrained_registry

FACTS = ("licence", "data", "command", "score", "description")

# Model -> the command that shows what it does, up to the model's name.
_USAGE = {"rpcl_pix2seq": "evaluate/sample.py --model",
          "sketch_a_net": "evaluate/recognition.py --generated_dir=SAMPLES --classifier"}

_CARD = """# {name}

{description}

| | |
|---|---|
| model | `{model}`, {parameters:,} parameters |
| categories | {categories} |
| trained on | {data} |
| command | `{command}` |
| score | {score} |
| licence | {licence} |

## What it is for

Trying the zoo without training first: `python {usage}={name}`.

## What it is not

It has seen nothing but the drawings named above: it knows no other category, and its figures can't
be compared with those of models trained on other data.
"""


def publish(run_dir: str | os.PathLike, name: str, facts: dict[str, str]) -> dict[str, Any]:
  """Writes weights/NAME beside the registry (weights without the optimizer) and registers it.

  Args:
    run_dir: a run folder or a model folder.
    name: as users will give it.
    facts: a text for each of FACTS.

  Returns:
    The registry's entry.

  Raises:
    UserError: the name can't be one, or the run can't be loaded.
  """
  if not re.fullmatch(r"[a-z0-9_]+", name):
    raise UserError(f"The name of a published model is {name!r}, but it may hold small letters, "
                    "digits and _ only.")
  model, content = saving.load_model(run_dir)
  folder = pretrained_registry.REGISTRY.parent / "weights" / name
  facts = {"model": content["model"], **facts}
  card = _existing_card(folder) or _CARD.format(
      name=name, parameters=model.count_params(), usage=_USAGE[content["model"]],
      categories=", ".join(content["data"].get("categories", ["unknown"])), **facts)
  saving.save_model(model, folder, content["data"])
  with atomic_path(folder / "README.md") as path:
    path.write_text(card)
  return pretrained_registry.register(name, folder, facts)


def _existing_card(folder: pathlib.Path) -> str:
  """A card may have been edited by hand, so it is kept."""
  card = folder / "README.md"
  return card.read_text() if card.is_file() else ""
