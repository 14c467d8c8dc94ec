"""The exported generators: loaded by TensorFlow alone, any size and batch, pixels as written."""

import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools.faces import geometry
from models import saving
from pretrained import face_serving, picture_inputs, sc_lmser_serving, warmup_requests
from tests.models import tiny_sc_lmser as tiny
from tests.pretrained.prediction_log import replayed
from tests.pretrained.saved_models import export, run_alone, run_by_session

# Tracing them takes minutes; the exports of smaller models are asked the same by default.
pytestmark = pytest.mark.slow
# Signature -> its input, its output.
SIGNATURES = {"photo_to_sketch": ("photo", "sketch"), "sketch_to_photo": ("sketch", "photo")}
CHANNELS = {"photo": 3, "sketch": 1}


@pytest.fixture(scope="module")
def model():
  """Compiled, so that its folder holds optimisers and discriminators, too."""
  model = tiny.model(seed=4)
  for generator in (model.G, model.F):  # the start values are small; outputs beyond [-1, 1]
    generator.decoders[-1].conv2.kernel.assign_add(
        tf.random.stateless_normal(generator.decoders[-1].conv2.kernel.shape, [1, 2]))
  return model


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
  """Through the command line, from a model folder."""
  folder = tmp_path_factory.mktemp("serving")
  saving.save_model(model, folder / "model", {"data_type": "builtin"})
  done = export(folder / "model", folder / "out")
  assert done.returncode == 0, done.stderr
  result = json.loads(done.stdout)
  assert result["signatures"] == sorted(SIGNATURES) and result["data"] == {"data_type": "builtin"}
  assert result["serving_default"] == "photo_to_sketch"
  return folder / "out" / "1"


@pytest.fixture(scope="module")
def signatures(exported):
  return tf.saved_model.load(str(exported)).signatures


def pictures(name, rows, height, width):
  values = np.random.default_rng(len(name)).uniform(0, 255, [rows, height, width, CHANNELS[name]])
  return np.float32(values)


def written(values):
  """The pixels of whole outputs [B, H, W, C] as `geometry.uncrop` writes them."""
  size = values.shape[1:3]
  return geometry.uncrop(values, geometry.Geometry(size, size, size))


def test_alone_it_gives_what_the_keras_model_gives(model, exported, tmp_path):
  inputs = {name: pictures(name, 2, 64, 96) for name in CHANNELS}
  found = run_alone(exported, inputs, tmp_path)
  assert len(found) == 6
  for signature, (source, made) in SIGNATURES.items():
    expected = getattr(model, signature)(inputs[source]).numpy()
    assert np.abs(expected).max() > 1, "clipping shows nothing"
    result = found[f"{signature}/{made}"]
    np.testing.assert_allclose(result, expected, atol=1e-4 * np.abs(expected).max())
    np.testing.assert_array_equal(found[f"{signature}/{made}_uint8"], written(result), strict=True)
  np.testing.assert_array_equal(found["serving_default/sketch"], found["photo_to_sketch/sketch"])


def test_the_session_loader_too(model, exported, tmp_path):
  sketch = pictures("sketch", 1, 32, 64)
  found = run_by_session(exported, "sketch_to_photo", {"sketch": sketch}, tmp_path)
  expected = model.sketch_to_photo(sketch).numpy()
  np.testing.assert_allclose(found["photo"], expected, atol=1e-4 * np.abs(expected).max())
  np.testing.assert_array_equal(found["photo_uint8"], written(found["photo"]))


def test_names_and_types(signatures):
  assert set(signatures) == {*SIGNATURES, "serving_default"}
  for name, (source, made) in SIGNATURES.items():
    inputs, outputs = (signatures[name].structured_input_signature[1],
                       signatures[name].structured_outputs)
    assert list(inputs) == [source] and set(outputs) == {made, f"{made}_uint8"}
    assert inputs[source].shape.as_list() == [None, None, None, CHANNELS[source]]
    for output, kind in ((made, tf.float32), (f"{made}_uint8", tf.uint8)):
      assert outputs[output].dtype == kind
      assert outputs[output].shape.as_list() == [None, None, None, CHANNELS[made]]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_picture_is_translated_alike_in_any_batch(signatures, signature):
  source, made = SIGNATURES[signature]
  given = pictures(source, 4, 64, 32)
  run = lambda rows: signatures[signature](**{source: tf.constant(given[rows])})[made].numpy()
  together = run([0, 1, 2, 3])
  for rows in ([2], [3, 0], [1, 1, 1, 2, 0, 1, 3, 2, 1]):
    np.testing.assert_allclose(run(rows), together[rows], atol=1e-4 * np.abs(together).max())


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("size", [(250, 200), (64, 40), (0, 32)])
def test_a_size_that_does_not_fit_is_a_sentence(signatures, signature, size):
  source = SIGNATURES[signature][0]
  with pytest.raises(tf.errors.InvalidArgumentError, match=f"height and width of {source} must be "
                     rf"multiples of 32, .* They are\] \[{size[0]} {size[1]}\]"):
    signatures[signature](**{source: tf.constant(pictures(source, 1, *size))})


def test_the_sentence_comes_from_the_session_loader_too(exported):
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    loaded = tf.compat.v1.saved_model.load(session, ["serve"], str(exported))
    signature = loaded.signature_def["photo_to_sketch"]
    with pytest.raises(tf.errors.InvalidArgumentError, match="multiples of 32"):
      session.run(signature.outputs["sketch_uint8"].name,
                  {signature.inputs["photo"].name: pictures("photo", 1, 100, 64)})


def test_only_the_generators_weights_are_in_it(model, exported):
  stored = [shape for name, shape in tf.train.list_variables(str(exported / "variables/variables"))
            if name != "_CHECKPOINTABLE_OBJECT_GRAPH"]
  wanted = [variable.shape.as_list() for variable in model.G.variables + model.F.variables]
  assert sorted(stored) == sorted(wanted)


def test_warm_up_requests_have_the_models_size(signatures, exported, model):
  found = replayed(exported / warmup_requests.PATH, signatures)
  assert found == {(name, size) for name in signatures for size in picture_inputs.BATCH_SIZES}
  specs = sc_lmser_serving.ScLmserServing(model).inputs
  assert specs["photo_to_sketch"]["photo"].shape.as_list() == [None, tiny.SIZE, tiny.SIZE, 3]
  lines = (exported.parent / "batching_parameters.txt").read_text().splitlines()
  assert lines[0] == "max_batch_size { value: 8 }" and lines[-1] == "allowed_batch_sizes: 8"


def test_pixels_are_rounded_half_to_even():
  values = np.float32(np.concatenate([np.arange(256) / 127.5 - 1 + 1 / 255,
                                      np.linspace(-1.3, 1.3, 100_000)]))[None, :, None, None]
  scaled = (np.clip(values, -1, 1) + np.float32(1)) * np.float32(127.5)
  assert {0.5, 1.5} <= set((scaled % 2).ravel()), "no ties on both sides"
  made = face_serving.pixels(values).numpy()
  np.testing.assert_array_equal(made, written(values), strict=True)
  assert (made.min(), made.max()) == (0, 255)
