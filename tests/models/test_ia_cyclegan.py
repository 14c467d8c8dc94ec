"""IACycleGAN as a whole: its training step, and the properties every model of the zoo must have."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.plain_ia_cyclegan_step import PlainStep
from data_tools.errors import UserError
from evaluate.translating import AnySizeTranslator, Translator
from models import hparams, saving
from models.ia_cyclegan.config import IaCycleGanConfig
from models.ia_cyclegan.model import FIGURES, NETWORKS, TERMS, IaCycleGan
from models.ia_cyclegan.presets import PRESETS
from models.layers.pixels import normalized
from tests import smooth_functions
from tests.models import tiny_ia_cyclegan as tiny
from tests.strategies import replicas


def train(model, steps=1, rows=2, first=0):
  """Steps one by one, not traced, which would take longer; the figures of the last one."""
  for step in range(first, first + steps):
    model.reset_metrics()
    found = model.train_step(tiny.batch(rows, seed=step))
  return {name: float(value) for name, value in found.items()}


def fit(model, steps=1, rows=2):
  """The same with Keras's `fit`."""
  data = tf.data.Dataset.from_generator(
      lambda: (tiny.batch(rows, seed=i) for i in range(steps)),
      output_signature=tf.nest.map_structure(
          tf.type_spec_from_value, tf.nest.map_structure(tf.constant, tiny.batch(rows))))
  history = model.fit(data.apply(tf.data.experimental.assert_cardinality(steps)), verbose=0)
  return {name: values[-1] for name, values in history.history.items()}


def values_of(variables):
  return [variable.numpy() for variable in variables]


def moments(model, side):
  """The first moments of one Adam as one vector: after one step, the gradients times 1 - beta1."""
  return np.concatenate([model.adams[side].get_slot(variable, "m").numpy().ravel()
                         for variable in model.variables_of(side)])


def smooth(monkeypatch):
  smooth_functions.use(monkeypatch)
  monkeypatch.setattr(tf.nn, "max_pool2d", tf.nn.avg_pool2d)


def without(term, **changes):
  """A model whose generators minimise one term only."""
  weights = {f"{name}_weight": float(name == term) for name in TERMS}
  return tiny.model(**{**weights, **changes})


def test_figures_are_those_of_their_pictures():
  """Which picture goes where, from NumPy; every direction with numbers of its own."""
  model, data = tiny.model(), tiny.batch()
  x = np.float32(data["photo"]) / 127.5 - 1
  y = np.repeat(np.float32(data["sketch"]) / 127.5 - 1, 3, axis=-1)
  fake_y, fake_x = model.G_sketch(x), model.G_photo(y)
  mean = lambda values: np.asarray(values, np.float64).mean((1, 2, 3))
  l1 = lambda a, b: mean(np.abs(np.asarray(a) - np.asarray(b)))
  as_true = lambda network, picture: mean(np.logaddexp(0, -np.asarray(network(picture))))
  as_fake = lambda network, picture: mean(np.logaddexp(0, np.asarray(network(picture))))
  phi = lambda domain, picture: np.asarray(model.frozen.of(domain).embed(picture), np.float64)
  expected = {
      "adversarial": as_true(model.D_photo, fake_x) + as_true(model.D_sketch, fake_y),
      "cycle": 10 * (l1(model.G_photo(fake_y), x) + l1(model.G_sketch(fake_x), y)),
      "identity_mapping": 5 * (l1(fake_y, x) + l1(fake_x, y)),
      "identity_perception": 0.5 * (((phi("photo", fake_x) - phi("photo", x)) ** 2).sum(1)
                                    + ((phi("sketch", fake_y) - phi("sketch", y)) ** 2).sum(1)),
      "loss_D_photo": (as_true(model.D_photo, x) + as_fake(model.D_photo, fake_x)) / 2,
      "loss_D_sketch": (as_true(model.D_sketch, y) + as_fake(model.D_sketch, fake_y)) / 2}
  expected["loss_G"] = sum(expected[name] for name in TERMS)
  found = model.losses_of(data)
  assert set(found) == set(expected) == set(FIGURES)
  for name in FIGURES:
    np.testing.assert_allclose(found[name], expected[name], rtol=2e-5, err_msg=name)
  made = model(data)
  np.testing.assert_allclose(made.photo_again, model.G_photo(made.sketch), atol=1e-5)
  np.testing.assert_allclose(made.sketch_again, model.G_sketch(made.photo), atol=1e-5)


@pytest.mark.parametrize("gan_type", ["gan", "lsgan"])
def test_a_step_is_the_plain_one(gan_type, monkeypatch):
  """Figures, gradients and weights against an eager step with two tapes and Python pools.

  The rates are tiny, as Adam makes a whole step of the rounding of a gradient near zero.
  """
  smooth(monkeypatch)
  results = []
  for plain in (False, True):
    model = tiny.model(gan_type=gan_type, learning_rate=1e-9)
    step = PlainStep(model) if plain else tf.function(model.train_step, autograph=False)
    data = {name: tf.constant(picture) for name, picture in tiny.batch().items()}
    found = {name: float(value) for name, value in step(data).items()}
    results.append((found, {side: moments(model, side) for side in "GD"}))
  (ours, our_moments), (plain, plain_moments) = results
  for name in FIGURES:
    assert ours[name] == pytest.approx(plain[name], rel=1e-5), name
  for side in "GD":
    difference = np.linalg.norm(our_moments[side] - plain_moments[side])
    assert difference < 1e-4 * np.linalg.norm(plain_moments[side]), side


def test_adams_are_those_of_plain_numpy():
  """Three steps of the generators', by the published rule, at the config's rates."""
  model = tiny.model(learning_rate=0.01)
  variable = model.G_sketch.last.kernel
  value, m, v = variable.numpy().astype(np.float64), 0.0, 0.0
  variables = model.variables_of("G")
  for step, size in enumerate((1.0, 1e-3, -0.3), start=1):
    gradient = size * np.random.default_rng(step).normal(size=value.shape)
    model.adams["G"].apply_gradients([
        (tf.constant(gradient, tf.float32) if one is variable else tf.zeros_like(one), one)
        for one in variables])
    m, v = 0.5 * m + 0.5 * gradient, 0.999 * v + 0.001 * gradient ** 2
    value -= 0.01 * (m / (1 - 0.5 ** step)) / (np.sqrt(v / (1 - 0.999 ** step)) + 1e-8)
  np.testing.assert_allclose(variable.numpy(), value, atol=2e-6)


@pytest.mark.parametrize("term", TERMS)
def test_each_term_moves_both_generators_and_nothing_else(term):
  """Discriminators get the same gradients whatever the generators minimise."""
  model, other = without(term, learning_rate=0.01), without("cycle", learning_rate=0.01)
  recognisers = values_of(model.frozen.variables)
  before = {name: values_of(getattr(model, name).trainable_variables) for name in NETWORKS}
  found = train(model)
  train(other)
  assert found["loss_G"] == pytest.approx(found[term]) and found[term] > 0
  assert all(found[name] == 0 for name in TERMS if name != term)
  for name in ("G_sketch", "G_photo"):
    moved = np.concatenate([np.ravel(a - b) for a, b in zip(
        values_of(getattr(model, name).trainable_variables), before[name])])
    assert np.abs(moved).max() > 0.005, name
  np.testing.assert_allclose(moments(model, "D"), moments(other, "D"), rtol=1e-3, atol=1e-8)
  assert recognisers and all((a == b).all() for a, b in zip(
      recognisers, values_of(model.frozen.variables)))


def test_the_identity_gradient_goes_through_the_recogniser():
  """G_photo's gradient is that of the distance between the recogniser's features."""
  model, data = without("identity_perception"), tiny.batch()
  x, y = normalized(data["photo"]), tf.repeat(normalized(data["sketch"]), 3, axis=-1)
  with tf.GradientTape() as tape:
    made = model.G_photo(y)
    features, wanted = (model.frozen.photo.embed(one) for one in (made, x))
    loss = tf.reduce_mean(tf.reduce_sum((features - wanted) ** 2, axis=1))
  expected = tape.gradient(loss, model.G_photo.last.kernel)
  assert np.abs(expected).max() > 1e-3
  train(model)
  found = model.adams["G"].get_slot(model.G_photo.last.kernel, "m") / 0.5
  np.testing.assert_allclose(found, expected, atol=1e-3 * np.abs(expected).max())


def test_without_recognisers_there_is_no_identity_perception():
  model = tiny.model(**tiny.WITHOUT)
  assert not hasattr(model, "frozen")
  found = train(model)
  assert found["identity_perception"] == 0
  assert found["loss_G"] == pytest.approx(sum(found[name] for name in TERMS))


def test_recognisers_are_none_of_the_models_variables():
  model = tiny.model()
  own = {id(variable) for variable in model.frozen.variables}
  assert len(own) > 8 and not own & {id(variable) for variable in model.variables}
  assert not own & {id(variable) for variable in model.trainable_variables}
  assert model.frozen.photo.config.domain == "photo"
  assert model.frozen.sketch.config.domain == "sketch"
  photo, sketch = (model.frozen.of(domain).network.variables[0] for domain in ("photo", "sketch"))
  assert np.abs(photo.numpy() - sketch.numpy()).max() > 0.1


def test_discriminators_are_shown_what_the_pools_return():
  """Once the pools are full, half of the time a fake of an earlier step."""
  model = tiny.model(pool_size=1, batch_size=1, learning_rate=1e-9, **tiny.WITHOUT)
  judged, earlier = [], None
  for step in range(8):
    data = tiny.batch(rows=1, seed=step)
    own = model.losses_of(data)
    found = train(model, rows=1, first=step)
    same = found["loss_D_photo"] == pytest.approx(float(own["loss_D_photo"][0]), rel=1e-5)
    held = model.pools["photo"].pictures.numpy()[0]
    made = model(data).photo.numpy()[0]
    if step:
      assert same == (np.abs(held - earlier).max() < 1e-5)  # nothing new was taken in
    else:
      assert same and np.abs(held - made).max() < 1e-4
    judged.append(bool(same))
    earlier = held
  assert 1 < sum(judged) < 8
  assert int(model.pools["sketch"].count) == 1
  assert not tiny.model(pool_size=0, **tiny.WITHOUT).pools


def test_the_learning_rate_falls_within_training():
  model = tiny.model(steps_per_epoch=2, num_epochs=1, decay_epochs=2, learning_rate=0.003)
  rates = []
  for step in range(7):
    train(model, first=step)
    assert {float(adam.learning_rate) for adam in model.adams.values()} == {
        float(model.adams["G"].learning_rate)}
    rates.append(float(model.adams["G"].learning_rate) / 0.003)
  assert rates == pytest.approx([1, 1, 2 / 3, 2 / 3, 1 / 3, 1 / 3, 0], abs=1e-6)
  before = values_of(model.trainable_variables)
  train(model)
  assert all((a == b).all() for a, b in zip(before, values_of(model.trainable_variables)))


def test_going_on_from_a_checkpoint_is_as_if_never_stopped(tmp_path):
  model = tiny.model(steps_per_epoch=2)
  train(model, steps=3)
  path = tf.train.Checkpoint(model=model).write(str(tmp_path / "state"))
  train(model, first=3)
  expected = values_of(model.variables)
  tf.train.Checkpoint(model=model).read(path).assert_consumed()
  assert int(model.step) == 3 and int(model.pools["photo"].count) == 3
  train(model, first=3)
  for variable, value in zip(model.variables, expected):
    np.testing.assert_array_equal(variable, value, err_msg=variable.name)
  fresh = tiny.model(steps_per_epoch=2)
  tf.train.Checkpoint(model=fresh).read(path).assert_consumed()
  assert {int(adam.iterations) for adam in fresh.adams.values()} == {3}


def test_two_replicas_train_like_one(monkeypatch):
  """Figures, the gradients in both Adams, the pools; the rates are tiny for the sake of rounding."""
  smooth(monkeypatch)
  results = []
  for count in (1, 2):
    with replicas(count).scope():
      model = tiny.model(learning_rate=1e-9, steps_per_epoch=1)
    found = fit(model, steps=2, rows=4)
    assert model.step.numpy() == 2
    results.append((found, {side: moments(model, side) for side in "GD"},
                    [pool.pictures.numpy() for pool in model.pools.values()]))
  one, two = results
  for name in FIGURES:
    assert two[0][name] == pytest.approx(one[0][name], rel=1e-5), name
  for side in "GD":
    difference = np.linalg.norm(one[1][side] - two[1][side])
    assert difference < 1e-4 * np.linalg.norm(one[1][side]), side
  for a, b in zip(one[2], two[2]):
    np.testing.assert_allclose(a, b, atol=1e-4)


def test_compiled_passes_are_the_plain_ones():
  """Pictures and figures, and the gradients of what the generators minimise."""
  results, data = [], tiny.batch()
  for compiled in (False, True):
    model = tiny.model(jit_compile_networks=compiled)
    with tf.GradientTape() as tape:
      figures = model.losses_of(data)
      loss = tf.reduce_mean(figures["loss_G"])
    results.append((figures, model.photo_to_sketch(data["photo"]),
                    tape.gradient(loss, [model.G_photo.last.kernel, model.G_sketch.first.kernel])))
  (plain, sketch, gradients), (figures, other_sketch, other_gradients) = results
  for name in FIGURES:
    np.testing.assert_allclose(plain[name], figures[name], rtol=1e-4)
  np.testing.assert_allclose(sketch, other_sketch, atol=1e-4)
  for one, two in zip(gradients, other_gradients):
    np.testing.assert_allclose(one, two, atol=2e-3 * np.abs(one).max())


def test_mixed_precision_stays_near_float32():
  expected = tiny.model()(tiny.batch())
  tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
  try:
    mixed = tiny.model()
    got = mixed(tiny.batch())
    found = fit(mixed, steps=2)
    tf.keras.mixed_precision.set_global_policy("mixed_float16")
    with pytest.raises(UserError, match="mixed_bfloat16"):
      tiny.model()
  finally:
    tf.keras.mixed_precision.set_global_policy("float32")
  assert np.isfinite(list(found.values())).all()
  assert all(variable.dtype in (tf.float32, tf.int64) for variable in mixed.variables)
  for a, b in zip(got, expected):
    assert a.dtype == tf.float32
    assert np.abs(a - b).mean() < 0.05 * np.abs(b).max()


def test_config_round_trip():
  model = tiny.model(seed=3, gan_type="lsgan")
  again = IaCycleGan.from_config(json.loads(json.dumps(model.get_config())))
  assert again.config == model.config
  for one, two in zip(model(tiny.batch()), again(tiny.batch())):
    np.testing.assert_array_equal(one, two)
  assert hparams.from_json(IaCycleGanConfig, hparams.to_json(model.config)) == model.config


def test_saved_and_loaded_it_is_the_same(tmp_path):
  """The recognisers too, which are none of the checkpoint's."""
  model = tiny.model()
  train(model)
  for variable in model.frozen.variables:
    variable.assign_add(tf.cast(tf.fill(variable.shape, 0.1), variable.dtype))
  saving.save_model(model, tmp_path / "model", {})
  again, content = saving.load_model(tmp_path / "model")
  assert content["model"] == "ia_cyclegan" and int(again.step) == 1
  for name, value in model.losses_of(tiny.batch()).items():
    np.testing.assert_array_equal(again.losses_of(tiny.batch())[name], value)
  names = [name for name, _ in tf.train.list_variables(str(tmp_path / "model" / "weights"))]
  assert not any("recogniser" in name or "frozen" in name for name in names)
  (tmp_path / "model" / "frozen.index").unlink()
  with pytest.raises(UserError, match="frozen"):
    saving.load_model(tmp_path / "model")


def test_pairs_that_fill_up_a_batch_do_not_count():
  model, data = tiny.model(), tiny.batch()
  rows = tf.data.Dataset.from_tensors({**data, "weight": np.float32([1, 0])})
  found = model.evaluate(rows, verbose=0, return_dict=True)
  expected = model.losses_of(data)
  assert set(found) == set(FIGURES)
  for name in FIGURES:
    assert found[name] == pytest.approx(float(expected[name][0]), rel=1e-4)


def test_figures_do_not_depend_on_the_batch():
  model, data = tiny.model(), tiny.batch(rows=3)
  whole = model.losses_of(data)
  alone = model.losses_of({name: pictures[1:2] for name, pictures in data.items()})
  for name in FIGURES:
    np.testing.assert_allclose(whole[name][1:2], alone[name], rtol=1e-4)


def test_it_translates_as_every_face_model():
  model, data = tiny.model(**tiny.WITHOUT), tiny.batch()
  sketch = model.photo_to_sketch(data["photo"])
  assert sketch.shape == (2, tiny.SIZE, tiny.SIZE, 1) and sketch.dtype == tf.float32
  np.testing.assert_allclose(sketch[..., 0], model(data).sketch.numpy().mean(-1), atol=1e-6)
  np.testing.assert_allclose(model.sketch_to_photo(data["sketch"]), model(data).photo, atol=1e-6)
  faces = data["photo"][:, :30, :24]
  assert Translator(model, "photo_to_sketch", 2)(faces).shape == (2, 30, 24, 1)
  assert AnySizeTranslator(model, "sketch_to_photo")(data["sketch"][0, :21]).shape == (21, 32, 3)


def test_it_learns_a_pair_by_heart():
  model = tiny.model(generator_width=4, learning_rate=0.005, cycle_weight=1.0,
                     identity_mapping_weight=0.0, adversarial_weight=0.0,
                     identity_perception_weight=1.0)
  data = {name: np.uint8(tf.image.resize(picture, [tiny.SIZE] * 2))
          for name, picture in tiny.batch(rows=1, size=4).items()}
  before = {name: float(value[0]) for name, value in model.losses_of(data).items()}
  model.fit(tf.data.Dataset.from_tensors(data).repeat(40), verbose=0)
  after = {name: float(value[0]) for name, value in model.losses_of(data).items()}
  assert after["cycle"] < 0.85 * before["cycle"]
  assert after["identity_perception"] < 0.5 * before["identity_perception"]


def test_presets_hold():
  for preset in PRESETS.values():
    preset.validate()
  full = PRESETS["full"]
  assert full == IaCycleGanConfig() and full.geometry.crop == (256, 256)
  assert [full.adversarial_weight, full.cycle_weight, full.identity_mapping_weight,
          full.identity_perception_weight] == [1, 10, 5, 3e7]
  assert (full.num_epochs, full.decay_epochs, full.learning_rate, full.beta1) == (
      100, 100, 2e-4, 0.5)


def test_the_recognisers_hyperparameters_reach_them():
  config = dataclasses.replace(tiny.config(), recogniser_normalize_features=True)
  made = config.recogniser_config("sketch")
  assert (made.domain, made.network, made.width, made.input_size) == ("sketch", "small", 2, 32)
  assert made.normalize_features and made.embedding_size == 8


@pytest.mark.parametrize("text, words", [
    ("gan_type=hinge", "gan, lsgan"), ("data_type=CUFS2", "cufs, cufsf, both"),
    ("out_size=[250,256]", "multiples of 4"), ("out_size=[20,256]", "at least 24"),
    ("out_size=[256]", "two whole numbers"), ("out_size=[288,288]", "don't nest"),
    ("beta1=1", "beta1"), ("pool_size=-1", "pool_size"), ("decay_epochs=-1", "decay_epochs"),
    ("recogniser=none", "identity_perception_weight is 3e\\+07, but recogniser is none"),
    ("recogniser=vgg", "none, vgg_face, small"),
    ("recogniser_feature_layer=fc9", "^recogniser_feature_layer is 'fc9'.*fc7"),
    ("recogniser=small", "^recogniser_feature_layer is 'fc7', but network=small"),
    ("recogniser_input_size=100", "multiple of 32"),
    ("identity_perception_weight=inf", "identity_perception_weight"),
    ("cycle_weight=-1", "cycle_weight")])
def test_bad_hyperparameters_are_sentences(text, words):
  with pytest.raises(UserError, match=words):
    hparams.parse(IaCycleGanConfig(), text).validate()
