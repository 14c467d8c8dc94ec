"""Hyperparameter text and JSON against what tf.contrib.training.HParams (TF 1.12) did with them."""

import dataclasses
import json
import math
import pathlib

import pytest

from data_tools.errors import UserError
from models import hparams
from models.rpcl_pix2seq.config import RpclPix2SeqConfig

REFERENCE = pathlib.Path(__file__).parents[1] / "reference" / "rpcl"
FILES = [json.loads((REFERENCE / f"hparams_{name}.json").read_text()) for name in "ab"]
TEXTS = [case for file in FILES for case in file["cases"]]
JSONS = [case for file in FILES for case in file["parse_json_cases"]]

# Where the module's docstring promises to differ: input -> what differs from the defaults.
DIFFERENT = {
    'categories=["cat","pig"]': {"categories": ["cat", "pig"]},
    "categories=['cat','pig']": {"categories": ["cat", "pig"]},
    'dec_model="hyper"': {},
    "dec_model='hyper'": {},
    "  batch_size=1": {"batch_size": 1},
    " ": {},
}


def original_defaults():
  values = dict(FILES[0]["defaults"])
  return RpclPix2SeqConfig(**values)


def changed(before, after):
  old, new = dataclasses.asdict(before), dataclasses.asdict(after)
  return {name: _plain(value) for name, value in new.items() if not _same(value, old[name])}


def _plain(value):
  if isinstance(value, float) and not math.isfinite(value):
    return str(value)
  return list(value) if isinstance(value, tuple) else value


def _same(a, b):
  return a == b and type(a) is type(b)


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: repr(case["input"]))
def test_parse_reads_as_tf_contrib(case):
  config = original_defaults()
  if case["input"] in DIFFERENT:
    assert changed(config, hparams.parse(config, case["input"])) == DIFFERENT[case["input"]]
  elif case["ok"]:
    result = hparams.parse(config, case["input"])
    assert changed(config, result) == {name: value for name, value in case["changed"].items()
                                       if value != FILES[0]["defaults"][name]}
    for name, kind in case["types_changed"].items():
      assert type(getattr(result, name)).__name__ == kind.replace("list", "tuple")
  else:
    with pytest.raises(UserError):
      hparams.parse(config, case["input"])


@pytest.mark.parametrize("case", JSONS, ids=lambda case: case["input"])
def test_from_json_is_as_strict_as_parse_json(case):
  if not case["ok"]:
    with pytest.raises(UserError):
      hparams.from_json(RpclPix2SeqConfig, case["input"])
    return
  result = hparams.from_json(RpclPix2SeqConfig, case["input"])
  for name, value in case["changed"].items():
    assert _plain(getattr(result, name)) == value


@pytest.mark.parametrize("text, names", [
    ("categories=['The Mona Lisa',bee]", ("The Mona Lisa", "bee")),
    ('  categories=[ "The Mona Lisa" , \'The Eiffel Tower\' bee]', ("The Mona Lisa",
                                                                   "The Eiffel Tower", "bee")),
    ("categories=['a,b','[c]']", ("a,b", "[c]")),
    ("categories=[The Mona Lisa,bee]", ("The", "Mona", "Lisa", "bee")),
    ("categories=[o'clock]", ("o'clock",)),
])
def test_quotes_group(text, names):
  assert hparams.parse(RpclPix2SeqConfig(), text).categories == names


@pytest.mark.parametrize("text", ["categories=['bee,bus]", "categories=['bee'bus]", 'dec_model="a',
                                  'dec_model="a"b', 'batch_size="3"', "categories=['a'"])
def test_broken_quotes_are_refused(text):
  with pytest.raises(UserError):
    hparams.parse(RpclPix2SeqConfig(), text)


def test_unknown_name_suggests_the_nearest_and_lists_all():
  with pytest.raises(UserError, match="'batchsize'.*nearest name is 'batch_size'.*z_size"):
    hparams.parse(RpclPix2SeqConfig(), "batchsize=3")
  with pytest.raises(UserError, match="nearest name is 'z_size'"):
    hparams.from_json(RpclPix2SeqConfig, '{"Z_size": 3}')


@dataclasses.dataclass(frozen=True)
class OtherConfig:
  """A config of another model: nothing in the parser knows RPCL-pix2seq."""

  sizes: tuple[int, ...] = hparams.hparam((1, 2), "Sizes.")
  rates: tuple[float, ...] = hparams.hparam((0.5,), "Rates.")
  flags: tuple[bool, ...] = hparams.hparam((), "Flags.")


def test_lists_of_numbers():
  config = hparams.parse(OtherConfig(), "sizes=[3, 4],rates=[1,.5],flags=[true,0]")
  assert config == OtherConfig((3, 4), (1.0, 0.5), (True, False))
  with pytest.raises(UserError):
    hparams.parse(OtherConfig(), "sizes=[1.5]")
  assert hparams.from_json(OtherConfig, hparams.to_json(config)) == config


def test_json_round_trip_and_ignored_names():
  config = RpclPix2SeqConfig(categories=("The Mona Lisa",), learning_rate=1e-4, is_training=False)
  text = hparams.to_json(config)
  assert json.loads(text)["categories"] == ["The Mona Lisa"]
  assert hparams.from_json(RpclPix2SeqConfig, text) == config
  extended = json.dumps(dict(json.loads(text), extra=3))
  assert hparams.from_json(RpclPix2SeqConfig, extended, ignore=["extra"]) == config
  for broken in ("[1]", "{", ""):
    with pytest.raises(UserError, match="expected an object"):
      hparams.from_json(RpclPix2SeqConfig, broken)


def test_markdown_table_has_a_row_per_field():
  lines = hparams.markdown_table(RpclPix2SeqConfig).splitlines()
  assert len(lines) == 2 + len(dataclasses.fields(RpclPix2SeqConfig))
  assert any("`dec_model`" in line and "lstm, layer_norm, hyper" in line for line in lines)
