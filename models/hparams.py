"""Hyperparameters: one frozen dataclass per model, read from a command line or from JSON.

Nothing here knows a particular model. A config is a frozen dataclass whose fields are bool, int,
float, str or a tuple of these (`tuple[str, ...]`, written as a list), made with `hparam`.

`parse` reads the text of `--hparams` as `tf.contrib.training.HParams.parse` of TensorFlow 1.12
did, with these differences, all of them where the original's reading helped nobody:

| text | tf.contrib | here |
|---|---|---|
| leading spaces, or nothing but spaces | refused | ignored |
| `["cat",'pig']`, `dec_model="lstm"` | quotes become part of the name | quotes are removed |
| `['The Mona Lisa',bee]` | three broken names | a quoted name keeps spaces, commas, brackets |
| a quote that is not closed, or text right behind a closing quote | part of the name | refused |
| a list for a scalar (or the reverse) late in the text | earlier values stay assigned | no change |

As there: unquoted list items are split on spaces as well as commas, empty items vanish, one
trailing comma is fine, a name given twice is refused, true/True/false/False and integers are
booleans, an int takes no float, and a str keeps spaces behind it.
"""

import dataclasses
import difflib
import json
import re
import typing
from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from data_tools.errors import UserError

Config = TypeVar("Config")

_NAME = re.compile(r"(?P<name>[a-zA-Z][\w.]*)(?P<index>\[\s*\d+\s*\])?\s*=\s*")
_GAP = re.compile(r"\s*")
_PLAIN_VALUE = re.compile(r"[^,\[]*")
_PLAIN_ITEM = re.compile(r"[^, \]]+")
_ITEM_GAP = re.compile(r"[, ]*")
_BOOLS = {"true": True, "True": True, "false": False, "False": False}
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def hparam(default: Any, help: str, **allowed: Any) -> Any:  # noqa: A002
  """A dataclass field with its meaning and the values that `check` lets through.

  Args:
    default: the value when nothing is given.
    help: one sentence: meaning, unit, recommended range.
    **allowed: any of at_least, at_most, above, below (numbers), multiple_of (int),
      choices (strings).
  """
  return dataclasses.field(default=default, metadata={"help": help, "allowed": allowed})


def parse(config: Config, text: str) -> Config:
  """Returns `config` with the comma-separated `name=value` assignments of `text` made.

  Args:
    config: a config dataclass; it is not changed.
    text: such as "categories=[bee,bus], dec_model=hyper, batch_size=128".

  Raises:
    UserError: the text is malformed, names something twice or something unknown, or gives a
      value of the wrong kind.
  """
  kinds = _kinds(type(config))
  changes: dict[str, Any] = {}
  for name, value in _assignments(text):
    _check_name(name, kinds)
    if name in changes:
      raise UserError(f"--hparams gives {name!r} more than once; give it once.")
    changes[name] = _read(name, value, *kinds[name])
  return dataclasses.replace(config, **changes)


def to_json(config: Any) -> str:
  """The config as indented JSON with one line per hyperparameter, tuples as lists."""
  lines = [f"  {json.dumps(name)}: {json.dumps(value)}"
           for name, value in dataclasses.asdict(config).items()]
  return "{\n" + ",\n".join(lines) + "\n}\n"


def from_json(cls: type[Config], text: str, ignore: Collection[str] = ()) -> Config:
  """Reads what `to_json`, or the original's `model_config.json`, wrote; the rest keeps defaults.

  As strict as `HParams.parse_json` of TensorFlow 1.12: booleans are true or false, an int is
  neither a float nor a boolean, nothing is read out of a string.

  Args:
    cls: the config dataclass.
    text: a JSON object, name to value.
    ignore: names that may appear but are not read.

  Raises:
    UserError: no JSON object, an unknown name, or a value of the wrong kind.
  """
  try:
    values = json.loads(text)
  except json.JSONDecodeError as error:
    raise UserError(f"The hyperparameters are not JSON ({error}); expected an object such as "
                    '{"batch_size": 128}.') from error
  if not isinstance(values, dict):
    raise UserError(f"The hyperparameters are a JSON {type(values).__name__}; expected an object "
                    'such as {"batch_size": 128}.')
  kinds = _kinds(cls)
  changes = {}
  for name, value in values.items():
    if name in ignore:
      continue
    _check_name(name, kinds)
    changes[name] = _cast(name, value, *kinds[name])
  return cls(**changes)


def check(config: Any) -> None:
  """Refuses values of the wrong kind and values outside what `hparam` allows.

  Raises:
    UserError: naming the field, its value and what is allowed.
  """
  kinds = _kinds(type(config))
  for field in dataclasses.fields(config):
    value = _cast(field.name, getattr(config, field.name), *kinds[field.name])
    allowed = field.metadata.get("allowed", {})
    if not all(_holds(rule, value, limit) for rule, limit in allowed.items()):
      raise UserError(f"{field.name} is {value!r}, but it must be {allowed_text(allowed)}.")


def lists_to_tuples(config: Any) -> None:
  """Makes tuples of a config's lists, which JSON and Keras give; for its `__post_init__`."""
  for field in dataclasses.fields(config):
    if isinstance(getattr(config, field.name), list):
      object.__setattr__(config, field.name, tuple(getattr(config, field.name)))


def allowed_text(allowed: dict[str, Any]) -> str:
  """The rules of `hparam` in words, such as "above 0 and at most 1"."""
  words = {"at_least": "at least {}", "above": "above {}", "at_most": "at most {}",
           "below": "below {}", "multiple_of": "a multiple of {}", "choices": "one of {}"}
  return " and ".join(
      "finite" if limit == float("inf") else
      words[rule].format(", ".join(limit) if rule == "choices" else limit)
      for rule, limit in sorted(allowed.items(), key=lambda pair: list(words).index(pair[0])))


def markdown_table(config_cls: type) -> str:
  """The hyperparameters of a config class as a Markdown table, for a README."""
  kinds = _kinds(config_cls)
  rows = ["| name | kind | default | allowed | meaning |", "|---|---|---|---|---|"]
  for field in dataclasses.fields(config_cls):
    kind, is_list = kinds[field.name]
    default = field.default
    shown = f"[{','.join(map(str, default))}]" if is_list else f"{default}"
    rows.append(f"| `{field.name}` | {'list of ' if is_list else ''}{kind.__name__} | `{shown}` | "
                f"{allowed_text(field.metadata.get('allowed', {}))} | "
                f"{field.metadata.get('help', '')} |")
  return "\n".join(rows) + "\n"


def _holds(rule: str, value: Any, limit: Any) -> bool:
  """Whether `value` keeps one rule. NaN keeps none of the comparisons."""
  checks = {"at_least": lambda: value >= limit, "at_most": lambda: value <= limit,
            "above": lambda: value > limit, "below": lambda: value < limit,
            "multiple_of": lambda: value % limit == 0, "choices": lambda: value in limit}
  return checks[rule]()


def _kinds(cls: type) -> dict[str, tuple[type, bool]]:
  """Field name -> (type of the value or of the list's items, whether it is a list)."""
  hints = typing.get_type_hints(cls)
  kinds = {}
  for field in dataclasses.fields(cls):
    hint = hints[field.name]
    is_list = typing.get_origin(hint) is tuple
    kinds[field.name] = (typing.get_args(hint)[0] if is_list else hint, is_list)
  return kinds


def _check_name(name: str, kinds: dict[str, Any]) -> None:
  if name not in kinds:
    nearest = difflib.get_close_matches(name.lower(), kinds, n=1, cutoff=0.0)[0]
    raise UserError(f"There is no hyperparameter {name!r}; the nearest name is {nearest!r}, and "
                    f"the valid names are {', '.join(sorted(kinds))}.")


class _Quoted(str):
  """A value that stood in quotes: a text, whatever it looks like."""


def _assignments(text: str) -> Iterator[tuple[str, str | list[str]]]:
  """Cuts the text into (name, value); a value in brackets comes as a list."""
  position = _GAP.match(text).end()
  while position < len(text):
    head = _NAME.match(text, position)
    if head is None:
      raise _malformed(text, position, "expected name=value")
    if head["index"]:
      raise UserError(f"--hparams sets one item, {head['name']}{head['index']}, which is not "
                      f"possible; give the whole list: {head['name']}=[a,b].")
    if text[head.end():head.end() + 1] == "[":
      value, position = _list_value(text, head.end() + 1)
    else:
      value, position = _scalar_value(text, head.end())
    if position < len(text):
      if text[position] != ",":
        raise _malformed(text, position, "expected a comma or the end")
      position = _GAP.match(text, position + 1).end()
    yield head["name"], value


def _scalar_value(text: str, position: int) -> tuple[str, int]:
  """Reads one value that starts at `position`: (value, position behind it)."""
  if text[position:position + 1] in ("'", '"'):
    value, position = _quoted(text, position)
    return value, _GAP.match(text, position).end()
  match = _PLAIN_VALUE.match(text, position)
  return match[0], match.end()


def _list_value(text: str, position: int) -> tuple[list[str], int]:
  """Reads the items of a list whose bracket opened just before `position`."""
  items: list[str] = []
  while True:
    position = _ITEM_GAP.match(text, position).end()
    if position == len(text):
      raise UserError(f"--hparams={text!r} opens a bracket that is not closed; add a ].")
    if text[position] == "]":
      return items, position + 1
    if text[position] in "'\"":
      item, position = _quoted(text, position)
      if text[position:position + 1] not in (",", " ", "]"):
        raise _malformed(text, position, "expected a comma, a space or ] behind a closing quote")
    else:
      match = _PLAIN_ITEM.match(text, position)
      item, position = match[0], match.end()
    items.append(item)


def _quoted(text: str, position: int) -> tuple[_Quoted, int]:
  end = text.find(text[position], position + 1)
  if end < 0:
    raise _malformed(text, position, "this quote is not closed")
  return _Quoted(text[position + 1:end]), end + 1


def _malformed(text: str, position: int, expected: str) -> UserError:
  return UserError(f"--hparams can't be read at {text[position:]!r} ({expected}); write it like "
                   '"categories=[bee,bus], batch_size=128", names with spaces in quotes.')


def _read(name: str, value: str | list[str], kind: type, is_list: bool) -> Any:
  """A piece of the command line -> the value of hyperparameter `name`."""
  if isinstance(value, list) != is_list:
    raise UserError(
        f"{name} is a list: write it in brackets, {name}=[{value}]." if is_list else
        f"{name} is a single value, not a list: write it without brackets, "
        f"{name}={value[0] if value else 'value'}.")
  if is_list:
    return tuple(_read_one(name, item, kind) for item in value)
  return _read_one(name, value, kind)


def _read_one(name: str, text: str, kind: type) -> Any:
  if kind is str:
    return str(text)
  try:
    if isinstance(text, _Quoted):
      raise ValueError("quoted")
    if kind is bool:
      return _BOOLS[text] if text in _BOOLS else bool(int(text))
    return kind(text)
  except ValueError:
    raise UserError(f"{name} is given as {str(text)!r}, but it takes {_KINDS[kind]}.") from None


def _cast(name: str, value: Any, kind: type, is_list: bool) -> Any:
  """A JSON value -> the value of hyperparameter `name`; only int to float is converted."""
  if is_list:
    if not isinstance(value, (list, tuple)):
      raise UserError(f"{name} is {value!r}, but it must be a list.")
    return tuple(_cast(name, item, kind, False) for item in value)
  fits = isinstance(value, (int, float)) if kind is float else isinstance(value, kind)
  if not fits or (isinstance(value, bool) and kind is not bool):
    raise UserError(f"{name} is {value!r}, but it takes {_KINDS[kind]}.")
  return float(value) if kind is float else value
