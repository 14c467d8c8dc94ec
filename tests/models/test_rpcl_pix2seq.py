"""RPCL-pix2seq as a whole: compiled, in parallel, its dropout; and how models are saved."""

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import saving
from models.rpcl_pix2seq.model import RpclPix2Seq, adam
from tests.models import tiny
from tests.strategies import replicas


def outputs_of(model, rows=4):
  return [np.asarray(x) for x in model(tiny.batch(rows))]


def train(model, steps=3):
  data = tf.data.Dataset.from_generator(
      lambda: (tiny.batch(seed=i) for i in range(steps)),
      output_signature=tf.nest.map_structure(tf.type_spec_from_value,
                                             tf.nest.map_structure(tf.constant, tiny.batch())))
  model.fit(data.apply(tf.data.experimental.assert_cardinality(steps)), verbose=0)
  return [variable.numpy() for variable in model.variables]


@pytest.mark.parametrize("content, words", [
    ("{", "not a model description"), ('{"model": "other", "hparams": {}}', "no model 'other'")])
def test_broken_config_is_a_sentence(tmp_path, content, words):
  (tmp_path / "config.json").write_text(content)
  with pytest.raises(UserError, match=words):
    saving.load_model(tmp_path)


def test_save_refuses_a_folder_of_other_things(tmp_path):
  (tmp_path / "thesis.txt").write_text("mine")
  with pytest.raises(UserError, match="not a model folder"):
    saving.save_model(tiny.model(), tmp_path, {})
  assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_failed_save_leaves_the_old_model(tmp_path, monkeypatch):
  saving.save_model(tiny.model(seed=1), tmp_path / "a", {})
  before = outputs_of(saving.load_model(tmp_path / "a")[0])

  def full(*_):
    raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

  monkeypatch.setattr(tf.train.Checkpoint, "write", full)
  with pytest.raises(UserError, match="free some space"):
    saving.save_model(tiny.model(seed=2), tmp_path / "a", {})
  monkeypatch.undo()
  assert [entry.name for entry in tmp_path.iterdir()] == ["a"]
  for a, b in zip(before, outputs_of(saving.load_model(tmp_path / "a")[0])):
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("cell", [
    *(pytest.param(cell, marks=pytest.mark.slow) for cell in ("lstm", "layer_norm")), "hyper"])
def test_compiled_decoder_trains_like_the_plain_one(cell):
  results = []
  for compiled in (False, True):
    # Without dropout: XLA's random numbers are others.
    model = RpclPix2Seq(tiny.config(dec_model=cell, use_recurrent_dropout=False),
                        jit_compile_decoder=compiled)
    with tf.GradientTape() as tape:
      outputs = model(tiny.batch(), training=True)
      loss = tf.reduce_sum(tf.square(outputs.head))
    results.append([loss, *tape.gradient(loss, model.stroke_decoder.trainable_variables)])
  for a, b in zip(*results):
    np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-4)


def test_every_dropout_changes_training_only():
  flags = {f"use_{kind}_dropout": True for kind in ("input", "output", "recurrent")}
  dropped, plain = tiny.model(**flags), tiny.model(use_recurrent_dropout=False)
  noise = {"noise": np.zeros([4, 5], np.float32)}
  for training, same in ((False, True), (True, False)):
    a = dropped({**tiny.batch(), **noise}, training=training).head
    b = plain({**tiny.batch(), **noise}, training=training).head
    assert np.allclose(a, b) is same


@pytest.mark.slow
def test_mixed_precision_stays_near_float32():
  reference = tiny.model(dec_model="hyper")
  terms, _ = reference.losses_of(tiny.batch(), reference(tiny.batch()), 1, training=False)
  tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
  try:
    mixed = tiny.model(dec_model="hyper")
    outputs = mixed(tiny.batch())
    got, mixture = mixed.losses_of(tiny.batch(), outputs, 1, training=False)
    values = train(mixed)
  finally:
    tf.keras.mixed_precision.set_global_policy("float32")
  assert all(np.isfinite(value).all() for value in values)
  assert all(variable.dtype in (tf.float32, tf.int64) for variable in mixed.variables)
  assert {value.dtype for value in (*outputs, *got.values(), *mixture)} == {tf.float32}
  np.testing.assert_allclose(got["loss"], terms["loss"], rtol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("first_step", [0, 501])
def test_two_replicas_train_like_one(first_step):
  """Noise, dropout, losses, clipping, Adam and both kinds of mixture update; all variables."""
  results = []
  for count in (1, 2):
    with replicas(count).scope():
      model = tiny.model(use_input_dropout=True, use_output_dropout=True)
      model.step.assign(first_step)
    before = [variable.numpy() for variable in model.variables]
    results.append(train(model))
    assert model.step.numpy() == first_step + 3
  names = [variable.name for variable in model.variables]
  for name, start, one, two in zip(names, before, *results):
    moved = np.abs(one - start).max()
    # Adam moves by the sign of a gradient at first, and a ReLU or a gradient within rounding of
    # zero may fall on either side: the bounds are on the mean and on 99 % of the elements.
    difference = np.abs(one - two)
    assert difference.mean() <= 2e-3 * moved + 1e-6, name
    assert np.quantile(difference, 0.99) <= 0.01 * moved + 1e-6, name


@pytest.mark.slow
def test_data_parallel_metrics_are_means_over_the_global_batch():
  figures = []
  for count in (1, 2):
    with replicas(count).scope():
      model = tiny.model()
    data = tf.data.Dataset.from_tensors(tiny.batch())
    figures.append(model.evaluate(data, verbose=0, return_dict=True))
  for name, value in figures[0].items():
    assert figures[1][name] == pytest.approx(value, rel=1e-5)


def test_drawings_that_fill_up_a_batch_do_not_count():
  filled = tiny.batch(rows=8)
  weight = np.array([1, 1, 1, 1, 1, 0, 0, 0], np.float32)
  figures = []
  for count in (1, 2):
    with replicas(count).scope():
      model = tiny.model()
    data = tf.data.Dataset.from_tensor_slices({**filled, "weight": weight}).batch(4)
    figures.append(model.evaluate(data, verbose=0, return_dict=True)["reconstruction_loss"])
  five = {name: array[:5] for name, array in filled.items()}
  terms, _ = model.losses_of(five, model(five), 1, training=False)
  np.testing.assert_allclose(figures, tf.reduce_mean(terms["reconstruction_loss"]), rtol=1e-4)


def test_an_optimizer_of_the_wrong_kind_is_refused():
  with pytest.raises(TypeError, match="legacy"):
    tiny.model().compile(optimizer="adam")


def test_adam_is_the_originals():
  optimizer = adam(tiny.config())
  assert optimizer.get_config()["beta_1"] == 0.5
  assert optimizer.get_config()["epsilon"] == 1e-8
