"""Parameters of styles as one text: xdog.sigma=1.2, fdog.rho=.98."""

from collections.abc import Sequence

from data_tools.errors import UserError
from data_tools.styles import Parameters, find
from data_tools.styles.parameters import make


def style_names(names: Sequence[str]) -> list[str]:
  """The names of styles, each once.

  Raises:
    UserError: there is none, or no such style.
  """
  kept = list(dict.fromkeys(name.strip() for name in names if name.strip()))
  if not kept:
    raise UserError("--styles names no style; write --styles=xdog,fdog or leave it away.")
  for name in kept:
    find(name)
  return kept


def parse_parameters(text: str, styles: Sequence[str]) -> dict[str, Parameters]:
  """The parameters of each style.

  Args:
    text: STYLE.PARAMETER=NUMBER, separated by commas; may be empty.
    styles: names of those that are drawn.

  Returns:
    Style -> parameters, in the order of `styles`; what the text does not set has its default.

  Raises:
    UserError: the text can't be read, sets something twice, names a style that is unknown or not
      drawn or an unknown parameter, or a value is refused.
  """
  given: dict[str, dict[str, str]] = {style: {} for style in styles}
  for part in filter(None, map(str.strip, text.split(","))):
    target, equals, value = map(str.strip, part.partition("="))
    style, dot, name = target.partition(".")
    if not (equals and dot and style and name and value):
      raise UserError(f"The parameters hold {part!r}; write STYLE.PARAMETER=NUMBER, separated by "
                      "commas, such as xdog.sigma=1.2, fdog.rho=.98.")
    find(style)
    if style not in given:
      raise UserError(f"The parameters set {target}, but the style {style} is not drawn; name it "
                      "in --styles, too, or leave the parameter away.")
    if name in given[style]:
      raise UserError(f"The parameters set {target} twice; keep one of them.")
    given[style][name] = value
  return {style: make(find(style).params, values) for style, values in given.items()}
