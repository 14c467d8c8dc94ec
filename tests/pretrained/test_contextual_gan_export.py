"""The exported Contextual GAN: the whole search by TensorFlow alone, each row for itself."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from tensorflow.core.protobuf import config_pb2

from models import saving
from pretrained import pretrained_registry, publishing, saved_model_files, warmup_requests
from pretrained.export import EXPORTERS
from tests.models import tiny_contextual_gan as tiny
from tests.pretrained.prediction_log import replayed
from tests.pretrained.saved_models import run_alone

S, ROWS, TOLERANCE = tiny.SIZE, 3, 1e-4
DATA = {"joint": "faces of mine", "pictures": {"train": 1200, "held_out": 30},
        "styles": ["pencil", "xdog"]}
FLOATS = ("joint", "generated", "latent", "contextual", "perceptual")


@pytest.fixture(scope="module")
def model():
  """Pictures with contrast; batch norm's averages are far from their start."""
  model = tiny.model(seed=3, search_rate=5.0, batch_norm_momentum=0.5)
  for number, weight in enumerate(model.trainable_variables):
    if len(weight.shape) > 1:
      weight.assign_add(0.2 * tf.random.stateless_normal(weight.shape, [number, 1]))
  for _ in range(8):
    model.D(model.G(latents(model, 16), training=True), training=True)
  return model


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
  """As the command exports it."""
  exporter = EXPORTERS["contextual_gan"]
  assert exporter.default == "complete"
  module = exporter.module(model)
  assert set(module.functions) == {"generate", "complete"}
  return saved_model_files.write(module, "contextual_gan", exporter.default,
                                 tmp_path_factory.mktemp("serving"),
                                 batch_sizes=exporter.batch_sizes)


@pytest.fixture(scope="module")
def signatures(exported):
  return tf.saved_model.load(str(exported)).signatures


def inputs(rows=ROWS):
  """Known sketches, photos, and dots; of what is not known nothing may be used."""
  mask = np.zeros([rows, S, 2 * S, 1], np.float32)
  mask[0::3, :, :S] = mask[1::3, :, S:] = 1
  mask[2::3] = np.random.default_rng(2).random(mask[2::3].shape) < 0.3
  joint = np.where(mask == 1, tiny.batch(rows)["joint"], np.nan)
  return {"joint": joint.astype(np.float32), "mask": mask,
          "seed": np.arange(-1, rows - 1, dtype=np.int32)}


def latents(model, rows=ROWS):
  return np.random.default_rng(1).uniform(-1, 1, [rows, model.config.z_size]).astype(np.float32)


@pytest.fixture(scope="module")
def expected(model):
  """What the Keras model finds, the unknown pixels replaced by any."""
  given = inputs()
  return model.complete(np.nan_to_num(given["joint"], nan=77.0), given["mask"], given["seed"])


def run(signatures, given, rows=slice(None), name="complete"):
  return {key: value.numpy() for key, value in signatures[name](**{
      key: tf.constant(np.asarray(values)[rows]) for key, values in given.items()}).items()}


def as_pixels(picture):
  return np.floor(127.5 * picture.astype(np.float64) + 128).clip(0, 255).astype(np.uint8)


def differ_by_rounding_only(found, joint):
  assert found.dtype == np.uint8
  assert np.abs(found.astype(int) - as_pixels(joint)).max() <= 1


def test_alone_it_gives_what_the_keras_model_gives(model, exported, expected, tmp_path,
                                                   monkeypatch):
  monkeypatch.setattr(np, "load", functools.partial(np.load, allow_pickle=True))  # for strings
  z, given = latents(model), inputs()
  found = run_alone(exported, {"z": z, **given}, tmp_path)
  np.testing.assert_allclose(found["generate/joint"], model(z), atol=TOLERANCE)
  differ_by_rounding_only(found["generate/joint_uint8"], found["generate/joint"])
  assert np.ptp(found["generate/joint"], axis=(1, 2, 3)).min() > 0.05, "the pictures show nothing"
  for name in FLOATS:
    np.testing.assert_allclose(found[f"complete/{name}"], getattr(expected, name), atol=TOLERANCE)
    np.testing.assert_array_equal(found[f"serving_default/{name}"], found[f"complete/{name}"])
  known = np.broadcast_to(given["mask"], given["joint"].shape) == 1
  assert found["complete/joint_uint8"][known].tolist() == given["joint"][known].tolist()
  differ_by_rounding_only(found["complete/joint_uint8"], found["complete/joint"])
  assert found["complete/error"].tolist() == [b""] * ROWS
  steps = found["complete/contextual"]
  assert steps.shape == (ROWS, model.config.iterations + 1)
  assert np.ptp(steps, axis=1).max() > 10 * TOLERANCE, "the search has not moved"


def test_a_row_stands_for_itself(signatures, expected):
  for rows in ([2], [1, 0], [0, 0, 2, 1]):
    found = run(signatures, inputs(), rows)
    for name in FLOATS:
      np.testing.assert_allclose(found[name], getattr(expected, name).numpy()[rows],
                                 atol=TOLERANCE, err_msg=name)
  others = run(signatures, {**inputs(), "seed": np.int32([-1, 7, 7])})["latent"]
  np.testing.assert_allclose(others[0], expected.latent[0], atol=TOLERANCE)
  assert np.abs(others - expected.latent.numpy()).max(axis=1)[1:].min() > 1e-2


@pytest.mark.parametrize("name, value, words", [
    ("mask", 0.0, "mask is empty"), ("mask", 0.5, "other values than 0 and 1"),
    ("mask", np.nan, "other values than 0 and 1"), ("joint", 256.0, "not in 0..255"),
    ("joint", -1.0, "not in 0..255"), ("joint", np.nan, "not in 0..255")])
def test_a_bad_row_is_told_and_costs_the_others_nothing(signatures, expected, name, value, words):
  given = inputs()
  given[name][1] = value
  found = run(signatures, given)
  assert words in found["error"][1].decode() and not found["joint_uint8"][1].any()
  for output in FLOATS:
    assert np.isnan(found[output][1]).all()
    np.testing.assert_allclose(found[output][::2], getattr(expected, output)[::2], atol=TOLERANCE)
  assert found["error"][::2].tolist() == [b"", b""]


def test_one_bad_pixel_is_enough(signatures):
  given = inputs()
  given["mask"][0, 3, 4] = 2
  given["joint"][1, 5, -1, 1] = 255.5
  given["mask"][2] = 0
  given["mask"][2, 0, 0] = 1  # one known pixel will do
  given["joint"][2, 0, 0] = 9
  found = run(signatures, given)
  assert [len(words) > 0 for words in found["error"]] == [True, True, False]
  assert np.isfinite(found["joint"][2]).all()


def test_sizes_are_the_models(signatures, model):
  specs = signatures["complete"].structured_input_signature[1]
  assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in specs.items()} == {
      "joint": (tf.float32, [None, S, 2 * S, 3]), "mask": (tf.float32, [None, S, 2 * S, 1]),
      "seed": (tf.int32, [None])}
  outputs = signatures["complete"].structured_outputs
  steps = model.config.iterations + 1
  assert outputs["contextual"].shape.as_list() == [None, steps]
  assert outputs["joint_uint8"].shape.as_list() == [None, S, 2 * S, 3]
  assert outputs["error"].dtype == tf.string
  given = {name: values[:, :-1] if values.ndim > 1 else values for name, values in inputs().items()}
  with pytest.raises((TypeError, tf.errors.InvalidArgumentError)):
    run(signatures, given)
  with pytest.raises(tf.errors.InvalidArgumentError, match="as many rows each"):
    run(signatures, {**inputs(), "seed": np.int32([1])})


def test_a_server_which_does_not_compare_sizes_gets_an_error(exported, expected):
  given = inputs()
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    signature = tf.compat.v1.saved_model.load(session, ["serve"], str(exported)).signature_def
    call = session._make_callable_from_options(config_pb2.CallableOptions(
        feed=[signature["complete"].inputs[name].name for name in given],
        fetch=[signature["complete"].outputs["latent"].name]))
    np.testing.assert_allclose(call(*given.values())[0], expected.latent, atol=TOLERANCE)
    with pytest.raises(tf.errors.InvalidArgumentError, match="not compatible with expected shape"):
      call(given["joint"][:, :, :-1], given["mask"][:, :, :-1], given["seed"])


def test_what_is_in_it_and_warm_up(exported, signatures, model):
  stored = [name for name, _ in tf.train.list_variables(str(exported / "variables/variables"))
            if name != "_CHECKPOINTABLE_OBJECT_GRAPH"]
  assert len(stored) == len(model.G.variables) + len(model.D.variables)
  found = replayed(exported / warmup_requests.PATH, signatures)
  sizes = EXPORTERS["contextual_gan"].batch_sizes
  assert found == {(name, size) for name in signatures for size in sizes} and 2 in sizes
  ones = {name: np.ones([1, *spec.shape[1:]], spec.dtype.as_numpy_dtype) for name, spec
          in signatures["complete"].structured_input_signature[1].items()}
  assert run(signatures, ones)["error"].tolist() == [b""]


def test_published(tmp_path, monkeypatch):
  model = tiny.model(seed=4)
  path = tmp_path / "pretrained" / "registry.json"
  path.parent.mkdir()
  path.write_text("{}")
  monkeypatch.setattr(pretrained_registry, "REGISTRY", path)
  saving.save_model(model, tmp_path / "run", DATA)
  publishing.publish(tmp_path / "run", "joint", dict.fromkeys(publishing.FACTS, "x"))
  loaded, content = pretrained_registry.load("joint")
  assert content["data"] == DATA
  np.testing.assert_array_equal(loaded(latents(model)), model(latents(model)))
  card = (path.parent / "weights" / "joint" / "README.md").read_text()
  for line in ("| joint images | faces of mine |", "| how many | 1,200 train, 30 held out |",
               "| styles of sketches | pencil, xdog |", "evaluate/complete.py"):
    assert line in card
  assert "categor" not in card
