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
_TRANSLATE = ("evaluate/translate.py --direction=photo_to_sketch --input_dir=PHOTOS "
              "--output_dir=SKETCHES --model")
_USAGE = {"contextual_gan": "evaluate/complete.py --direction=sketch_to_photo "
                            "--input_dir=SKETCHES --output_dir=PICTURES --model",
          "ia_cyclegan": _TRANSLATE,
          "rpcl_pix2seq": "evaluate/sample.py --model",
          "sc_lmser": _TRANSLATE,
          "sketch2image": "evaluate/translate.py --direction=sketch_to_photo --input_dir=SKETCHES "
                          "--style_dir=PHOTOS --output_dir=PICTURES --model",
          "sketch2image_ae": "train/sketch2image.py --stage=gan --pretrained_ae_path",
          "sketch_a_net": "evaluate/recognition.py --generated_dir=SAMPLES --classifier",
          "tom": "evaluate/tom.py --input_dir=PHOTOS --output_dir=SKETCHES --model",
          "vggface": "train/ia_cyclegan.py --recogniser"}
_TRYING = "Trying the zoo without training first"
# Model -> what the command is for, where that is not trying.
_PURPOSE = {"sketch2image_ae": "Training the second stage of Sketch-to-Image without the first",
            "vggface": "Training IACycleGAN with recognisers that know faces already"}
_UNLIKE = "the less others are like them, the worse they come out"

_CARD = """# {name}

{description}

| | |
|---|---|
| model | `{model}`, {parameters:,} parameters |
{rows}
| trained on | {data} |
| command | `{command}` |
| score | {score} |
| licence | {licence} |

## What it is for

{purpose}: `python {usage}={name}`.

## What it is not

It has seen nothing but the {seen} named above: {unseen}, and its
figures can't be compared with those of models trained on other data.
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
      purpose=_PURPOSE.get(content["model"], _TRYING),
      **_what_it_saw(content["model"], content["data"]), **facts)
  saving.save_model(model, folder, content["data"])
  with atomic_path(folder / "README.md") as path:
    path.write_text(card)
  return pretrained_registry.register(name, folder, facts)


def _what_it_saw(model: str, data: dict[str, Any]) -> dict[str, str]:
  """What the card says of the training data.

  Args:
    model: its registered name.
    data: of config.json: `categories` of drawings; or `data_type`, `pairs` (split -> how many) and
      `selected_on` (the split that chose the checkpoint) of faces; or `pictures`, `photos`,
      `sketches` (how many) and `vgg` of TOM; or `pictures`, `photos`, `held_out`, `sketch_sets`
      (how many) and `lpips` of Sketch-to-Image; or `joint` (what they show), `pictures` (split ->
      how many) and `styles` (of their sketches) of Contextual GAN; as far as they are known.
  """
  say = {"contextual_gan": _seen_by_contextual_gan, "ia_cyclegan": _seen_by_face_models,
         "sc_lmser": _seen_by_face_models, "sketch2image": _seen_by_sketch2image,
         "sketch2image_ae": _seen_by_sketch2image, "tom": _seen_by_tom,
         "vggface": _seen_by_recognisers}.get(model, _seen_by_others)
  rows, words = say(data)
  table = "\n".join(f"| {name} | {text} |" for name, text in rows.items())
  return {"rows": table.replace("_", " "), **words}


def _seen_by_others(data):
  rows = {"categories": ", ".join(data.get("categories", ["unknown"]))}
  return rows, {"seen": "drawings", "unseen": "it knows no other category"}


def _seen_by_face_models(data):
  pairs = ", ".join(f"{count:,} {split}" for split, count in data.get("pairs", {}).items())
  rows = {"faces": data.get("data_type", "unknown") + (f"; pairs: {pairs}" if pairs else "")}
  if "selected_on" in data:
    rows["checkpoint chosen on"] = f"the {data['selected_on']} pairs"
  return rows, {"seen": "faces", "unseen": _UNLIKE}


def _seen_by_recognisers(data):
  persons = data.get("train", {}).get("persons")
  rows = {"faces": data.get("data_type", "unknown") + (f"; {persons:,} persons" if persons else "")}
  return rows, {"seen": "faces", "unseen": _UNLIKE}


def _seen_by_tom(data):
  rows = {"unpaired pictures": f"{_count(data, 'photos')} photos, "
                               f"{_count(data, 'sketches')} sketches",
          "VGG-16": data.get("vgg", "unknown")}
  return rows, {"seen": "pictures", "unseen": _UNLIKE}


def _seen_by_sketch2image(data):
  rows = {"pictures": data.get("pictures", "unknown"), "photos": _count(data, "photos"),
          "photos held out": _count(data, "held_out"),
          "sketches of each photo": _count(data, "sketch_sets"),
          "LPIPS": data.get("lpips", "unknown")}
  return rows, {"seen": "pictures", "unseen": _UNLIKE}


def _seen_by_contextual_gan(data):
  pictures = ", ".join(f"{count:,} {split}" for split, count in data.get("pictures", {}).items())
  rows = {"joint images": data.get("joint", "unknown"), "how many": pictures or "unknown",
          "styles of sketches": ", ".join(data.get("styles", [])) or "unknown"}
  return rows, {"seen": "pictures", "unseen": _UNLIKE}


def _count(data, kind):
  return f"{data[kind]:,}" if kind in data else "unknown"


def _existing_card(folder: pathlib.Path) -> str:
  """A card may have been edited by hand, so it is kept."""
  card = folder / "README.md"
  return card.read_text() if card.is_file() else ""
