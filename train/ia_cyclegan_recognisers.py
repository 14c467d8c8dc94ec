"""The trained recognisers that a GAN of IACycleGAN begins with: found, checked, read."""

from collections.abc import Mapping
from typing import Any

from data_tools import cli
from data_tools.errors import UserError
from models import registry, saving
from models.ia_cyclegan.config import IaCycleGanConfig
from models.ia_cyclegan.model import IaCycleGan
from models.vggface.config import DOMAINS, NETWORKS, VggFaceConfig
from train import run_start
from train.ia_cyclegan_options import IaCycleGanOptions

INFO = "recognisers"  # in config.json: domain -> what that recogniser was trained on
_RECOGNISER = "vggface"
_PLURAL = {"photo": "photos", "sketch": "sketches"}
_WITHOUT = "recogniser=none, identity_perception_weight=0"


def is_resumed(options: IaCycleGanOptions) -> bool:
  """Whether a run goes on; asked before it saves anything."""
  return run_start.is_resumed(options)


def check(config: IaCycleGanConfig, options: IaCycleGanOptions) -> dict[str, Any]:
  """Looks at what is given before anything is built.

  Args:
    config: of the run.
    options: of the command line.

  Returns:
    Domain -> "data" of the recogniser's config.json; empty for a model without recognisers.

  Raises:
    UserError: recognisers are missing, not wanted, or of another kind or size.
  """
  inherited = options.log_root if is_resumed(options) else options.init_from
  if not config.has_recognisers:
    if options.recognisers and not inherited:
      raise UserError("A folder of a recogniser is given, but recogniser is none, so it would not "
                      f"be asked; set recogniser={' or '.join(NETWORKS)}, or leave it out.")
    return {}
  if inherited:
    return saving.read_config(inherited)["data"].get(INFO, {})
  missing = [domain for domain in DOMAINS if domain not in options.recognisers]
  if missing:
    raise UserError(f"recogniser is {config.recogniser}, but no trained recogniser of "
                    f"{' and of '.join(_PLURAL[domain] for domain in missing)} is given; give its "
                    f"folder, or train without: {_WITHOUT}.")
  return {domain: checked(config.recogniser_config(domain), folder)
          for domain, folder in options.recognisers.items()}


def checked(wanted: VggFaceConfig, folder: str) -> Any:
  """What a recogniser was trained on, by its config.json, once it is known to be a wanted one.

  Raises:
    UserError: it is of another kind or size.
  """
  content = saving.read_config(folder)
  if content["model"] != _RECOGNISER:
    raise UserError(f"{folder} holds a model of {content['model']}, but a recogniser is of "
                    f"{_RECOGNISER}; give a folder that {registry.command(_RECOGNISER)} or "
                    "pretrained/convert.py made.")
  given = content["hparams"]
  for name in _deciding(wanted):
    asked, found = getattr(wanted, name), getattr(given, name)
    if asked != found:
      own = "recogniser" if name == "network" else f"recogniser_{name}"
      raise UserError(f"The recogniser in {folder} has {name}={found}, but {own}={asked} is asked "
                      f"for; set {own}={found}, or give another folder.")
  layers = NETWORKS[wanted.network].LAYERS
  if layers.index(wanted.feature_layer) > layers.index(given.feature_layer):
    raise UserError(f"The recogniser in {folder} ends with {given.feature_layer}, but "
                    f"recogniser_feature_layer={wanted.feature_layer} is asked for; choose one of "
                    f"{', '.join(layers[:layers.index(given.feature_layer) + 1])}.")
  if given.domain != wanted.domain:
    cli.say(f"The recogniser in {folder}, trained on pictures of the kind {given.domain}, is used "
            f"for the kind {wanted.domain}.")
  return content["data"]


def _deciding(wanted: VggFaceConfig) -> list[str]:
  """The hyperparameters that a recogniser's variables depend on."""
  last = NETWORKS["small"].LAYERS[-1]
  embedding = wanted.network == "small" and wanted.feature_layer == last
  return ["network", "input_size", "width"] + (["embedding_size"] if embedding else [])


def read(model: IaCycleGan, folders: Mapping[str, str]) -> None:
  """Reads the weights of `check`ed recognisers into a model's.

  Args:
    model: with recognisers if there are folders.
    folders: domain -> model or run folder.

  Raises:
    UserError: there are no weights, or they are damaged.
  """
  for domain, folder in folders.items():
    saving.restore_part(model.frozen.of(domain).network, "network", folder,
                        "the recogniser_ hyperparameters of this run")
