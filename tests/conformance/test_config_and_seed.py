"""Of every model: its config comes back, what it refuses is a sentence, seeds decide the start."""

import dataclasses
import json

import numpy as np
import pytest

from data_tools.errors import UserError
from models import hparams, registry
from tests.conformance.subjects import SUBJECTS, every
from tests.conformance.trained import SEED, assert_equal, state_of, trained, values_of

REFUSED = [pytest.param(name, text, words, id=f"{name}-{text}")
           for name, subject in SUBJECTS.items() for text, words in subject.bad]


def test_every_model_is_a_subject():
  assert set(SUBJECTS) == set(registry.MODELS)
  for name, subject in SUBJECTS.items():
    assert subject.bad and all(why for _, why in subject.exempt), name


@pytest.mark.parametrize("name", every(dear_are_slow=True))
def test_a_config_comes_back_and_the_seed_makes_the_same_model(name):
  model, start = trained(name).model, trained(name).start
  again = type(model).from_config(json.loads(json.dumps(model.get_config())))
  assert registry.name_of(model) == name and again.config == model.config and again.seed == SEED
  again.compile()
  assert_equal(state_of(again), start)
  config = hparams.from_json(type(model.config), hparams.to_json(model.config))
  assert config == model.config


@pytest.mark.parametrize("name", every(dear_are_slow=True))
def test_another_seed_makes_another_model(name):
  other = SUBJECTS[name].model(seed=SEED + 1)
  pairs = zip(values_of(state_of(other)), trained(name).start, strict=True)
  drawn = [not np.array_equal(one, two) for one, two in pairs if np.unique(two).size > 1]
  assert np.mean(drawn) > 0.9


@pytest.mark.parametrize("name, text, words", REFUSED)
def test_bad_hyperparameters_are_sentences(name, text, words):
  with pytest.raises(UserError, match=words):
    hparams.parse(registry.entry(name).config(), text).validate()


@pytest.mark.parametrize("name", every())
def test_a_value_of_the_wrong_kind_is_a_sentence_about_its_field(name):
  config = registry.entry(name).config()
  for field in dataclasses.fields(config):
    wrong = {"tuple": "1", "str": "[a,b]"}.get(type(getattr(config, field.name)).__name__, "x")
    with pytest.raises(UserError, match=field.name):
      hparams.parse(config, f"{field.name}={wrong}")
    if not isinstance(getattr(config, field.name), str):
      with pytest.raises(UserError, match=field.name):
        dataclasses.replace(config, **{field.name: object()}).validate()
  with pytest.raises(UserError, match="nearest name is"):
    hparams.parse(config, "no_such_name=1")
