"""The TensorFlow Lite files: number for number what the Keras model gives, and drawings of them."""

import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools import stroke_files, svg_strokes
from models import saving
from models.rpcl_pix2seq import sampling, stroke_distribution
from pretrained import lite_files, pretrained_registry, rpcl_pix2seq_lite
from pretrained.rpcl_pix2seq_lite import FILES, RpclPix2SeqLite
from serving import point_by_point
from serving.lite_model import LiteModel
from tests.data_tools.joint_folders import command
from tests.models import tiny, tiny_sketch_a_net

STEPS, SCALE, TOLERANCE = tiny.STEPS, 3.0, 1e-5


def _model(cell):
  model = tiny.model(seed=5, dec_model=cell)
  model.stroke_decoder.head.bias.assign_add([1.5, 0.0, 0.0, *[0.0] * 120])  # longer drawings
  return model


@pytest.fixture(scope="module")
def model():
  return _model("hyper")


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
  """What the command wrote of `model`, beside the model's folder."""
  path = tmp_path_factory.mktemp("lite")
  saving.save_model(model, path / "model", {"scale_factor": SCALE})
  assert command("pretrained/export_tflite.py", f"--model={path / 'model'}",
                 f"--output_dir={path / 'out'}") == 0
  return path / "out"


@pytest.fixture(scope="module")
def lite(folder):
  return LiteModel(folder)


def _decoder(cell, model, folder):
  """The model, and its `start` and `step`; of other cells only `step` is converted."""
  if cell == "hyper":
    lite = LiteModel(folder)
    return model, lite._runners["start"], lite._runners["step"]
  model = _model(cell)
  module = RpclPix2SeqLite(model)
  start, step = (module.functions[name] for name in ("start", "step"))
  module.functions = {"step": step}
  content = lite_files.convert(module)["step"]
  return model, start, tf.lite.Interpreter(model_content=content).get_signature_runner("step")


@pytest.mark.parametrize("cell", ["lstm", "layer_norm", "hyper"])
def test_step_by_step_it_gives_what_the_decoder_gives_at_once(cell, model, folder):
  model, start, step = _decoder(cell, model, folder)
  random = np.random.default_rng(1)
  for _ in range(2):
    code = random.normal(size=[1, model.config.z_size]).astype(np.float32)
    points = tiny.batch(rows=1, seed=random.integers(100))["strokes"][:, :-1]
    head, last = model.stroke_decoder(tf.constant(code), tf.constant(points))
    wanted = stroke_distribution.from_head(head)._asdict()
    state = start(code=code)["state"]
    for number in range(STEPS):
      found = step(point=points[:, number], code=code, state=state)
      state = found.pop("state")
      assert set(found) == set(wanted)
      for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values[:, number], atol=TOLERANCE, err_msg=name)
    np.testing.assert_allclose(state, last, atol=TOLERANCE)
    assert np.ptp(wanted["mu_x"], axis=1).max() > 1e-2, "the steps do not differ"


def test_the_encoder(model, lite):
  noisy = np.random.default_rng(3).uniform(-1, 1, [3, 48, 48, 1]).astype(np.float32)
  # Nearly white pictures, of which TensorFlow Lite's float32 is ten times less exact than Keras's.
  sketches = tiny.batch(rows=3)["image"]
  for images, tolerance in ((noisy, TOLERANCE), (sketches, 1e-4)):
    mean, _ = model.encoder(images)
    found = np.concatenate([lite.encode(image[None]) for image in images])
    np.testing.assert_allclose(found, mean, atol=tolerance)
    assert np.ptp(found, axis=0).min() > 1e-3


def test_only_operations_that_every_interpreter_has(folder):
  for name in FILES.values():
    interpreter = tf.lite.Interpreter(str(folder / name))
    found = {one["op_name"] for one in interpreter._get_ops_details()}
    assert found and not any(one.startswith("Flex") or one == "CUSTOM" for one in found)


def test_what_an_app_is_told(model, lite):
  told, z = lite.description, model.config.z_size
  assert told["scale_factor"] == SCALE and told["max_length"] == STEPS and not told["quantized"]
  assert told["first_point"] == [0, 0, 1, 0, 0]
  assert told["files"]["encode"]["inputs"] == {"image": {"dtype": "float32",
                                                         "shape": [1, 48, 48, 1]}}
  assert told["files"]["step"]["inputs"] == {
      name: {"dtype": "float32", "shape": [1, size]} for name, size in (
          ("code", z), ("point", 5), ("state", model.stroke_decoder.cell.state_size))}
  np.testing.assert_array_equal(told["mixture"]["means"], model.mixture.means)
  np.testing.assert_array_equal(told["mixture"]["weights"], model.mixture.mixture_weights[:, 0])


def test_a_point_is_drawn_by_the_samplers_rule():
  random, rows = np.random.default_rng(0), 40
  head = 2 * random.normal(size=[rows, stroke_distribution.HEAD_SIZE]).astype(np.float32)
  distribution = stroke_distribution.from_head(tf.constant(head))
  temperature = np.linspace(0.1, 1.5, rows, dtype=np.float32)
  numbers = np.concatenate([random.random([rows, 2]), random.normal(size=[rows, 2])], 1)
  drawn = sampling._Random(tf.constant(temperature))(distribution, tf.constant(numbers, tf.float32))
  wanted = np.where(drawn[:, 4:] == 1, sampling.END, drawn)
  for row in range(rows):
    parameters = {name: values[row].numpy() for name, values in distribution._asdict().items()}
    found = point_by_point.next_point(parameters, float(temperature[row]), numbers[row, :2],
                                      numbers[row, 2:])
    np.testing.assert_allclose(found, wanted[row], atol=1e-4)
  assert {tuple(row) for row in wanted[:, 2:]} == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


def test_without_chance_it_draws_what_the_keras_model_draws(model, lite):
  code = np.random.default_rng(2).normal(size=[1, model.config.z_size]).astype(np.float32)
  strokes, length = model.sample(tf.constant(code), tf.ones([1]), tf.zeros([1], tf.int32),
                                 greedy=True)
  found = point_by_point.draw(lite, code, temperature=1e-6, seed=0)
  assert len(found) >= length[0] > 2
  np.testing.assert_allclose(found, strokes[0, :len(found)], atol=1e-4)


def test_the_command_draws(lite, folder, tmp_path, capfd):
  drawing = np.int16([[3, 4, 0], [5, -2, 1], [-7, 1, 1]])
  stroke_files.write_drawings(tmp_path / "bee.npz", {"train": [drawing], "valid": [],
                                                     "test": [drawing]})
  np.save(tmp_path / "code.npy", np.ones(lite.code_size, np.float32))
  drawings = []
  for flags in ([f"--image={tmp_path / 'bee.npz'}"], [f"--code={tmp_path / 'code.npy'}"], [],
                [], ["--seed=1"], ["--temperature=1"]):
    capfd.readouterr()
    assert command("serving/draw_with_tflite.py", f"--model_dir={folder}",
                   f"--output={tmp_path / 'sketch.svg'}", *flags) == 0
    result = json.loads(capfd.readouterr().out)
    strokes = svg_strokes.read_svg(tmp_path / "sketch.svg")
    assert len(strokes) == result["points"] <= STEPS and np.isfinite(strokes).all()
    assert result["ended"] == (result["points"] < STEPS)
    drawings.append((tmp_path / "sketch.svg").read_bytes())
  assert drawings[2] == drawings[3] and len(set(drawings)) == len(drawings) - 1


def test_bad_input(folder, tmp_path, capfd):
  draw = ["serving/draw_with_tflite.py", f"--output={tmp_path / 'sketch.svg'}"]
  export = ["pretrained/export_tflite.py", f"--output_dir={tmp_path / 'out'}"]
  saving.save_model(tiny_sketch_a_net.model(), tmp_path / "recogniser", {})
  changed = tmp_path / "changed"
  changed.mkdir()
  for path in folder.iterdir():
    (changed / path.name).write_bytes(path.read_bytes() + b" ")
  (tmp_path / "list").mkdir()
  (tmp_path / "list" / "model.json").write_text("[]")
  for flags, sentence in (
      ([*draw, f"--model_dir={tmp_path}"], "model.json can't be read"),
      ([*draw, f"--model_dir={tmp_path / 'list'}"], "no description"),
      ([*draw, f"--model_dir={changed}"], "sha256 differs"),
      ([*draw, f"--model_dir={folder}", "--image=a.png", "--code=b.npy"], "one code"),
      ([*export, f"--model={tmp_path / 'recogniser'}"], "only rpcl_pix2seq"),
      (["pretrained/export_tflite.py", "--model=rpcl_pix2seq_demo", f"--output_dir={folder}"],
       "is there already")):
    assert command(*flags) == 1
    told = capfd.readouterr()
    assert sentence in told.err and not told.out, told.err
  assert not (tmp_path / "out").exists() and not (tmp_path / "sketch.svg").exists()


@pytest.mark.slow
def test_quantised_the_demo_model_has_a_quarter_of_the_bytes_and_draws_alike(tmp_path):
  model, content = pretrained_registry.load("rpcl_pix2seq_demo")
  module, facts = RpclPix2SeqLite(model), rpcl_pix2seq_lite.facts(model, content["data"])
  exact, small = (_written(tmp_path / str(quantize), module, facts, quantize)
                  for quantize in (False, True))
  for function, file in small.description["files"].items():
    assert file["bytes"] < 0.3 * exact.description["files"][function]["bytes"]
  code = point_by_point.prior_code(exact, seed=0)
  drawn = point_by_point.draw(exact, code, temperature=0.24, seed=0)
  pens, losses = zip(*(_teacher_forced(lite, code, drawn) for lite in (exact, small)))
  assert len(drawn) > 20 and np.mean(pens[0] == pens[1]) > 0.9
  assert losses[1] < losses[0] + 15  # of about -130


def _written(folder, module, facts, quantize):
  lite_files.write(folder, module, FILES, facts, quantize)
  return LiteModel(folder)


def _teacher_forced(lite, code, drawn):
  """The most likely pen states [n], and the offsets' negative log-likelihood."""
  state, point, pens, nll = lite.start(code), np.float32([0, 0, 1, 0, 0]), [], 0.0
  for row in drawn:
    parameters, state = lite.step(point[None], code, state)
    distribution = stroke_distribution.StrokeDistribution(**parameters)
    nll += float(stroke_distribution.offset_nll(distribution, row[:2]))
    pens.append(np.argmax(parameters["pen_logits"]))
    point = row
  return np.array(pens), nll
