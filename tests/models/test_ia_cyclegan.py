"""IACycleGAN as a whole: its recognisers, its figures, its hyperparameters."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from evaluate.translating import AnySizeTranslator, Translator
from models import saving
from models.ia_cyclegan.config import IaCycleGanConfig
from models.ia_cyclegan.model import FIGURES
from models.ia_cyclegan.presets import PRESETS
from tests.models import tiny_ia_cyclegan as tiny


def test_recognisers_are_none_of_the_models_variables():
  model = tiny.model()
  own = {id(variable) for variable in model.frozen.variables}
  assert len(own) > 8 and not own & {id(variable) for variable in model.variables}
  assert not own & {id(variable) for variable in model.trainable_variables}
  assert model.frozen.photo.config.domain == "photo"
  assert model.frozen.sketch.config.domain == "sketch"
  photo, sketch = (model.frozen.of(domain).network.variables[0] for domain in ("photo", "sketch"))
  assert np.abs(photo.numpy() - sketch.numpy()).max() > 0.1


@pytest.mark.slow
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


@pytest.mark.slow
def test_saved_and_loaded_it_is_the_same(tmp_path):
  """The recognisers too, which are none of the checkpoint's."""
  model = tiny.model()
  tiny.train(model)
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
  found = model.test_step({**data, "weight": np.float32([1, 0])})
  expected = model.losses_of(data)
  assert set(found) == set(FIGURES)
  for name in FIGURES:
    assert float(found[name]) == pytest.approx(float(expected[name][0]), rel=1e-4)


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


@pytest.mark.slow
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
