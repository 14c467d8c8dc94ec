"""Of every model in use: saved and loaded it is the same, rows are for themselves, bfloat16 is
near float32."""

import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import saving
from tests.conformance.subjects import SUBJECTS, every
from tests.conformance.trained import (SEED, assert_equal, outputs, state_of, step, trained,
                                       values_of)

ROWS = 3


@pytest.mark.parametrize("name", every())
def test_saved_and_loaded_it_is_the_same(name, tmp_path):
  model, inputs = trained(name).model, SUBJECTS[name].inputs(2)
  saving.save_model(model, tmp_path / "model", {"pictures": 7})
  again, content = saving.load_model(tmp_path / "model")
  assert type(again) is type(model) and again.config == model.config and again.seed == SEED
  assert content["model"] == name and content["data"] == {"pictures": 7}
  again.compile()
  assert_equal(state_of(again), values_of(state_of(model)))
  for one, two in zip(outputs(name, model, inputs), outputs(name, again, inputs), strict=True):
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", every(dear_are_slow=True))
def test_what_is_no_model_of_its_config_is_a_sentence(name, tmp_path):
  folder, field = tmp_path / "model", SUBJECTS[name].other_size
  saving.save_model(trained(name).model, folder, {})
  content = json.loads((folder / "config.json").read_text())
  other = {**content["hparams"], field: 2 * content["hparams"][field]}
  (folder / "config.json").write_text(json.dumps({**content, "hparams": other}))
  with pytest.raises(UserError, match="belong to another model"):
    saving.load_model(folder)
  (folder / "config.json").write_text(json.dumps(content))
  (folder / "weights.index").write_bytes(b"not a table")
  with pytest.raises(UserError, match="can't be read"):
    saving.load_model(folder)


@pytest.mark.parametrize("name", every())
def test_a_row_does_not_depend_on_the_others(name):
  model, inputs = trained(name).model, SUBJECTS[name].inputs(ROWS)
  before = values_of(state_of(model))
  together = outputs(name, model, inputs)
  rows = [2, 0]
  parts = outputs(name, model, {key: values[rows] for key, values in inputs.items()})
  assert any(np.abs(whole[0] - whole[1]).max() > 0 for whole in together)
  for whole, part in zip(together, parts, strict=True):
    np.testing.assert_allclose(part, whole[rows], rtol=1e-4, atol=1e-4 * np.abs(whole).max())
  assert_equal(state_of(model), before)


@pytest.fixture(name="policy")
def restored_policy():
  """Sets the policy, until the test ends."""
  yield tf.keras.mixed_precision.set_global_policy
  tf.keras.mixed_precision.set_global_policy("float32")


@pytest.mark.parametrize("name", every(dear_are_slow=True))
def test_mixed_precision_stays_near_float32(name, policy):
  model, inputs = trained(name).model, SUBJECTS[name].inputs(2)
  expected = outputs(name, model, inputs)
  policy("mixed_bfloat16")
  mixed = SUBJECTS[name].model(seed=SEED)
  for variable, value in zip(state_of(mixed), values_of(state_of(model)), strict=True):
    variable.assign(value)
  got = outputs(name, mixed, inputs)
  assert np.isfinite(list(step(name, mixed, 1).values())).all()
  assert all(np.isfinite(value).all() for value in values_of(state_of(mixed)))
  assert all(variable.dtype in (tf.float32, tf.int32, tf.int64) for variable in mixed.variables)
  for one, two in zip(expected, got, strict=True):
    assert two.dtype == one.dtype
    assert np.abs(one - two).mean() <= 0.05 * np.abs(one).max()


@pytest.mark.parametrize("name", every())
def test_float16_is_refused(name, policy):
  policy("mixed_float16")
  with pytest.raises(UserError, match="mixed_bfloat16"):
    SUBJECTS[name].model()
