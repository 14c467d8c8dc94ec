"""The exported stages of Sketch-to-Image: by TensorFlow alone, row by row, of the averages."""

import json

import numpy as np
import pytest
import tensorflow as tf

from tensorflow.core.protobuf import config_pb2

from evaluate.painting import as_pixels
from models import saving
from models.layers.noise import RowNoise
from models.layers.pixels import normalized
from models.layers.resizing import nearest
from pretrained import (picture_inputs, pretrained_registry, publishing, saved_model_files,
                        warmup_requests)
from pretrained.export import EXPORTERS
from tests import commands
from tests.models import tiny_sketch2image as tiny
from tests.pretrained.prediction_log import replayed
from tests.pretrained.saved_models import run_alone

# Tracing them takes minutes; the exports of smaller models are asked the same by default.
pytestmark = pytest.mark.slow
SIGNATURES = {"encode_style": {"photo"}, "encode_content": {"sketch"},
              "sketch_to_image": {"sketch", "photo", "seed"}}
ROWS, TOLERANCE = 3, 1e-4


def inputs(rows=ROWS):
  """Sizes that are neither each other's nor the model's."""
  random = np.random.default_rng(1)
  picture = lambda *size: np.float32(random.uniform(0, 255, [rows, *size]))
  return {"sketch": picture(150, 100, 1), "photo": picture(90, 200, 3),
          "seed": np.arange(-1, rows - 1, dtype=np.int32)}


def settled(model):
  """Passes in training mode bring spectral norms and moving statistics near; noise has an effect,
  and the averages, if there are any, are far from the weights."""
  given = [normalized(tiny.batch()["paired"][name]) for name in ("sketch", "photo")]
  for _ in range(4):
    first, style = model.networks(*given, training=True)
  if hasattr(model, "G"):
    for number, (average, weight) in enumerate(zip(model.average, model.G.trainable_variables)):
      spread = 0.3 if "weight" in weight.name else 0.3 * np.std(weight)
      average.assign_add(spread * tf.random.stateless_normal(weight.shape, [number, 2]))
      weight.assign_add(spread * tf.random.stateless_normal(weight.shape, [number, 3]))
    for _ in range(12):
      model.G(first, style, RowNoise([1, 2]), training=True)
  return model


def run(signatures, given, rows=slice(None), **changes):
  return signatures["sketch_to_image"](**{
      name: tf.constant(np.asarray(values)[rows]) for name, values in {**given, **changes}.items()
  })["image"].numpy()


def stored_shapes(path):
  return sorted(shape for name, shape in tf.train.list_variables(str(path / "variables/variables"))
                if name != "_CHECKPOINTABLE_OBJECT_GRAPH")


@pytest.fixture(scope="module", name="art")
def art_model():
  return settled(tiny.gan(seed=4, data_name="art"))


@pytest.fixture(scope="module", name="first_stage")
def autoencoder_model():
  return settled(tiny.autoencoder(seed=6))


@pytest.fixture(scope="module", name="expected")
def expected_results(art):
  """By signature and output, of the model as `averaged()` makes it."""
  given = inputs()
  to_size = lambda name: nearest(normalized(given[name]), tiny.SIZE, tiny.SIZE)
  style = art.networks.style_encoder(to_size("photo")).vectors
  content = art.networks.content_encoder(to_size("sketch"))
  with art.averaged():
    _, image = art.painted(given["sketch"], given["photo"], RowNoise(given["seed"]))
  levels = ("32", "16", "8")
  return {**{f"encode_style/style_{level}": value for level, value in zip(levels, style)},
          **{f"encode_content/content_{level}": value for level, value in zip(levels, content)},
          "sketch_to_image/image": image, "serving_default/image": image}


@pytest.fixture(scope="module", name="exported")
def exported_art(art, tmp_path_factory):
  """Through the command line, from a model folder."""
  folder = tmp_path_factory.mktemp("serving")
  saving.save_model(art, folder / "model", {"photos": 7})
  done = commands.command("pretrained/export.py", f"--model_dir={folder / 'model'}",
                          f"--output_dir={folder / 'out'}")
  assert done.returncode == 0, done.stderr
  result = json.loads(done.stdout)
  assert result["signatures"] == sorted(SIGNATURES) and result["data"] == {"photos": 7}
  assert result["serving_default"] == "sketch_to_image"
  return folder / "out" / "1"


@pytest.fixture(scope="module", name="signatures")
def signatures_of_art(exported):
  return tf.saved_model.load(str(exported)).signatures


def test_alone_it_gives_what_the_averaged_model_gives(art, exported, expected, tmp_path):
  found = run_alone(exported, inputs(), tmp_path)
  whole = [found.pop(f"{name}/image_uint8") for name in ("sketch_to_image", "serving_default")]
  assert set(found) == set(expected)
  for name, values in expected.items():
    values = values.numpy()
    largest = np.abs(values).max()
    assert found[name].dtype == np.float32 and np.std(values) > 0.05 * largest, name
    np.testing.assert_allclose(found[name], values, atol=TOLERANCE * largest, err_msg=name)
  for pixels in whole:
    np.testing.assert_array_equal(pixels, as_pixels(found["sketch_to_image/image"]), strict=True)
  live = art.painted(*(inputs()[name] for name in ("sketch", "photo")), RowNoise(inputs()["seed"]))
  assert np.abs(live[1] - found["sketch_to_image/image"]).mean() > 0.01, "the averages show nothing"


def test_a_session_as_servers_have_it(exported, expected):
  """Which does not compare what it is given with the signature."""
  given = inputs()
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    loaded = tf.compat.v1.saved_model.load(session, ["serve"], str(exported))
    call = fed_by_name(session, loaded.signature_def["sketch_to_image"], "image", list(given))
    np.testing.assert_allclose(call(*given.values()), expected["sketch_to_image/image"],
                               atol=TOLERANCE)
    with pytest.raises(tf.errors.InvalidArgumentError, match="sketch must have .* 1 channel"):
      call(given["sketch"].repeat(2, axis=-1), given["photo"], given["seed"])


def fed_by_name(session, signature, output, names):
  options = config_pb2.CallableOptions(
      feed=[signature.inputs[name].name for name in names], fetch=[signature.outputs[output].name])
  call = session._make_callable_from_options(options)
  return lambda *values: call(*values)[0]


def test_names_and_types(signatures):
  assert set(signatures) == {*SIGNATURES, "serving_default"}
  channels = {"sketch": 1, "photo": 3}
  for name, sources in SIGNATURES.items():
    specs = signatures[name].structured_input_signature[1]
    assert {key: (spec.dtype, spec.shape.as_list()) for key, spec in specs.items()} == {
        key: (tf.int32, [None]) if key == "seed" else (tf.float32, [None, None, None,
                                                                    channels[key]])
        for key in sources}
  made = signatures["sketch_to_image"].structured_outputs
  assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in made.items()} == {
      "image": (tf.float32, [None, tiny.SIZE, tiny.SIZE, 3]),
      "image_uint8": (tf.uint8, [None, tiny.SIZE, tiny.SIZE, 3])}
  assert signatures["encode_content"].structured_outputs["content_16"].shape.as_list() == [
      None, 4, 4, 32]


def rows_stand_for_themselves(signatures):
  """Alone, in another place, with other seeds beside: the same; with another seed: not."""
  given = inputs(4)
  together = run(signatures, given)
  for rows in ([2], [3, 0], [1, 1, 0]):
    np.testing.assert_allclose(run(signatures, given, rows), together[rows], atol=TOLERANCE)
  others = run(signatures, given, seed=given["seed"] + np.int32([0, 9, 9, 9]))
  np.testing.assert_allclose(others[0], together[0], atol=TOLERANCE)
  assert np.abs(others - together)[1:].mean((1, 2, 3)).min() > 1e-3
  return together


def test_a_row_depends_on_its_own_inputs_and_seed(signatures):
  rows_stand_for_themselves(signatures)


def test_faces_are_turned_row_by_row():
  """Their pictures here are twice as large as the auto-encoder's."""
  face = settled(tiny.gan(seed=5, data_name="face", im_size_gan=2 * tiny.SIZE))
  made = rows_stand_for_themselves(EXPORTERS["sketch2image"].module(face).functions)
  given = inputs(4)
  noise = RowNoise(given["seed"])
  noise._drawn = 3  # the maps that are drawn before
  assert len(set(zip(*(noise.coin().numpy() for _ in range(2))))) > 1, "all are turned alike"
  with face.averaged():
    _, expected = face.painted(given["sketch"], given["photo"], RowNoise(given["seed"]))
  np.testing.assert_allclose(made, expected, atol=TOLERANCE)
  assert made.shape == (4, 2 * tiny.SIZE, 2 * tiny.SIZE, 3)


def test_the_auto_encoder(first_stage, tmp_path):
  model = first_stage
  exporter = EXPORTERS["sketch2image_ae"]
  path = saved_model_files.write(exporter.module(model), "x", exporter.default, tmp_path / "out",
                                 batch_sizes=exporter.batch_sizes)
  given = {name: values for name, values in inputs().items() if name != "seed"}
  signatures = tf.saved_model.load(str(path)).signatures
  found = {f"{name}/{key}": value.numpy() for name, function in signatures.items()
           for key, value in function(**{
               key: tf.constant(given[key]) for key in function.structured_input_signature[1]
           }).items()}
  expected = model(given)
  assert np.std(expected) > 0.05
  for name in ("sketch_to_image", "serving_default"):
    np.testing.assert_allclose(found[f"{name}/image"], expected, atol=TOLERANCE)
    np.testing.assert_array_equal(found[f"{name}/image_uint8"], as_pixels(found[f"{name}/image"]))
  to_size = nearest(normalized(given["photo"]), tiny.SIZE, tiny.SIZE)
  np.testing.assert_allclose(found["encode_style/style_8"],
                             model.networks.style_encoder(to_size).vectors[2], atol=TOLERANCE)
  np.testing.assert_allclose(run(signatures, given, [1]), expected[1:2], atol=TOLERANCE)
  classifier = {id(one) for one in model.networks.style_encoder.classifier.variables}
  assert stored_shapes(path) == sorted(variable.shape.as_list()
                                       for variable in model.networks.variables
                                       if id(variable) not in classifier)
  found = replayed(path / warmup_requests.PATH, signatures)
  assert found == {(name, size) for name in signatures for size in picture_inputs.BATCH_SIZES}


def test_only_what_is_needed_is_in_it(art, exported):
  assert stored_shapes(exported) == sorted(
      variable.shape.as_list() for variable in art.networks.variables + art.G.variables)


def test_warm_up_requests_fit(signatures, exported):
  found = replayed(exported / warmup_requests.PATH, signatures)
  assert found == {(name, size) for name in signatures for size in picture_inputs.BATCH_SIZES}
  lines = (exported.parent / "batching_parameters.txt").read_text().splitlines()
  assert lines[0] == "max_batch_size { value: 8 }" and lines[-1] == "allowed_batch_sizes: 8"


@pytest.mark.parametrize("name, wrong, words", [
    ("sketch", np.zeros([3, 64, 64, 3]), "sketch must have .* 1 channel.* are.*64 64 3"),
    ("photo", np.zeros([3, 64, 64, 1]), "photo must have .* 3 channel.* are.*64 64 1"),
    ("photo", np.zeros([3, 0, 64, 3]), "at least one pixel.* are.*0 64 3"),
    ("sketch", np.zeros([3, 64, 1]), r"3,64,1\] is not compatible with expected shape \[\?,\?,\?,"),
    ("photo", np.zeros([1, 64, 64, 3]), r"sketch, photo, seed must have as many .*3 1 3\]"),
    ("seed", np.zeros([2], np.int32), r"must have as many rows .*3 3 2\]"),
    ("seed", np.zeros([3, 1], np.int32), r"3,1\] is not compatible with expected shape \[\?\]")])
def test_what_does_not_fit_is_a_sentence(signatures, name, wrong, words):
  wrong = wrong if name == "seed" else np.float32(wrong)
  with pytest.raises(tf.errors.InvalidArgumentError, match=words):
    run(signatures, inputs(), **{name: wrong})


@pytest.mark.parametrize("kind, words", [
    ("sketch2image", "Trying the zoo without training first: `python evaluate/translate.py "),
    ("sketch2image_ae", "second stage of Sketch-to-Image without the first: `python train/sket")])
def test_published_with_what_it_saw(kind, words, art, first_stage, tmp_path, monkeypatch):
  monkeypatch.setattr(pretrained_registry, "REGISTRY", tmp_path / "registry.json")
  pretrained_registry.REGISTRY.write_text("{}")
  model = art if kind == "sketch2image" else first_stage
  saving.save_model(model, tmp_path / "run", {"pictures": "built-in faces", "photos": 1200,
                                              "held_out": 60, "sketch_sets": 3, "lpips": "random"})
  publishing.publish(tmp_path / "run", "small", dict.fromkeys(publishing.FACTS, "x"))
  card = (tmp_path / "weights" / "small" / "README.md").read_text()
  assert words in card and f"`{kind}`" in card and "=small`" in card
  for row in ("pictures | built-in faces", "photos | 1,200", "photos held out | 60",
              "sketches of each photo | 3", "LPIPS | random"):
    assert f"| {row} |" in card


def test_of_a_converted_model_the_card_says_unknown():
  told = publishing._what_it_saw("sketch2image", {"converted_from": "x.pth", "step": 7})["rows"]
  assert told.count("unknown") == 5
