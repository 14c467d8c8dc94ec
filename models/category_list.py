"""The `categories` that hyperparameters of models of drawings name."""

from collections.abc import Sequence

from data_tools.errors import UserError


def check(categories: Sequence[str]) -> None:
  """Refuses names that are empty or stand twice.

  Raises:
    UserError: naming the list.
  """
  if not all(name.strip() for name in categories):
    raise UserError(f"categories is {list(categories)}, but no name in it may be empty.")
  if len(set(categories)) < len(categories):
    raise UserError(f"categories is {list(categories)}, but each may be named only once.")
