"""hparams.json: texts and JSON read as tf.contrib.training.HParams read them."""

import dataclasses
import json
import math
import pathlib
from collections.abc import Callable, Iterator

from data_tools.errors import UserError
from models import hparams
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from tests.reference_checks.finding import Finding


def check(path: pathlib.Path) -> Iterator[Finding]:
  """The number of cases that end differently.

  Quotes and leading spaces are read better on purpose (models/hparams.py), so those count apart
  and are only held to not being more than there are.
  """
  content = json.loads(path.read_text())
  start = RpclPix2SeqConfig(**content["defaults"])
  parse = lambda text: hparams.parse(start, text)
  plain = [case for case in content["cases"] if not _better_on_purpose(case["input"])]
  other = [case for case in content["cases"] if _better_on_purpose(case["input"])]
  yield Finding("texts", _wrong(plain, parse, start), 0)
  yield Finding("texts with quotes or leading spaces", _wrong(other, parse, start), len(other))
  read = lambda text: hparams.from_json(RpclPix2SeqConfig, text)
  yield Finding("JSON", _wrong(content["parse_json_cases"], read, RpclPix2SeqConfig()), 0)


def _better_on_purpose(text):
  return any(quote in text for quote in "'\"") or text.startswith(" ")


def _wrong(cases: list[dict], read: Callable[[str], RpclPix2SeqConfig], start: RpclPix2SeqConfig
           ) -> int:
  return sum(not _same(case, read, start) for case in cases)


def _same(case, read, start):
  try:
    result = dataclasses.asdict(read(case["input"]))
  except UserError:
    return not case["ok"]
  if not case["ok"]:
    return False
  expected = {**dataclasses.asdict(start), **case["changed"]}
  return all(_plain(result[name]) == _plain(value) for name, value in expected.items())


def _plain(value):
  if isinstance(value, float) and not math.isfinite(value):
    return str(value)
  return list(value) if isinstance(value, tuple) else value
