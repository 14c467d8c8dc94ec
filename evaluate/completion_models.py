"""Trained models that complete joint images, by their name or folder."""

import os
from typing import Any

from data_tools.errors import UserError
from models import registry, saving
from models.contextual_gan.model import ContextualGan
from pretrained import pretrained_registry

KIND = "contextual_gan"


def load(name_or_dir: str | os.PathLike, jit_compile: bool = False
         ) -> tuple[ContextualGan, dict[str, Any]]:
  """A Contextual GAN, and the content of its config.json.

  Args:
    name_or_dir: what `--model` gives: a registered name, a model folder or a run folder.
    jit_compile: compile the search with XLA.

  Raises:
    UserError: there is no such model, its files are broken, or it is of another kind.
  """
  folder = pretrained_registry.resolve(name_or_dir)
  kind = saving.read_config(folder)["model"]
  if kind != KIND:
    raise UserError(f"{name_or_dir} is a model of the kind {kind}, but joint images are completed "
                    f"by {KIND}; give one that {registry.command(KIND)} made.")
  return saving.load_model(folder, jit_compile_search=jit_compile)
