"""The client against a server that speaks TensorFlow Serving's protocol, with real exports."""

import json
import re
import threading

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data_tools import raster, recognition_pictures, stroke_files, strokes, svg
from serving.rest_server import RestServer
from tests.data_tools.joint_folders import command
from tests.models import tiny_sketch_a_net
from tests.serving import served_models
from tests.serving.model_server import Served, serving

WIDTH, SIZE = tiny_sketch_a_net.WIDTH, served_models.SIZE
COMPLETE = ["--signature=complete"]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
  paths = served_models.export(tmp_path_factory.mktemp("models"))
  return {name: Served(path) for name, path in paths.items()}


@pytest.fixture
def server(models):
  with serving(models) as running:
    yield running


@pytest.fixture(scope="module")
def root(tmp_path_factory):
  """Files to send."""
  path = tmp_path_factory.mktemp("files")
  random = np.random.default_rng(0)
  drawings = [np.concatenate([random.integers(-30, 30, [6, 2]), np.eye(6)[:, -1:]], 1).astype(
      np.int16) for _ in range(3)]
  stroke_files.write_drawings(path / "bee.npz", {"train": drawings[:1], "valid": [],
                                                 "test": drawings[1:]})
  save = lambda name, array: Image.fromarray(array).save(path / f"{name}.png")
  save("sketch", random.integers(0, 256, [WIDTH, WIDTH], np.uint8))
  save("photo", random.integers(0, 256, [12, 8, 3], np.uint8))
  save("odd", random.integers(0, 256, [12, 9, 3], np.uint8))
  save("joint", random.integers(0, 256, [SIZE, 2 * SIZE, 3], np.uint8))
  mask = np.zeros([SIZE, 2 * SIZE], np.uint8)
  save("empty_mask", mask)
  mask[3:9, 4:-4] = 255
  save("mask", mask)
  save("gray_mask", mask // 2)
  np.save(path / "numbers.npy", random.normal(size=[2, 3]).astype(np.float32))
  np.save(path / "row.npy", np.float32([1, np.nan, np.inf]))
  np.save(path / "texts.npy", np.array(["a", "b"]))
  (path / "data.jpg").write_bytes(bytes(range(256)))
  (path / "broken.npz").write_bytes(b"PK")
  (path / "words.txt").write_text("bee")
  return path


@pytest.fixture
def ask(server, root, tmp_path, capfd):
  """Runs the command; its JSON line, or its error sentence."""
  def run(model, given, *flags, address=None):
    inputs = []
    for one in given:
      name, equals, file = one.rpartition("=")
      inputs.append(f"{name}{equals}{root / file}")
    code = command("serving/client.py", f"--server={address or server.address}",
                   f"--model={model}", f"--input={','.join(inputs)}", *flags)
    out, err = capfd.readouterr()
    if code == 0:
      return json.loads(out)
    assert code == 1 and not out and err.startswith("Error: ") and err.count("\n") == 1, err
    assert err.endswith(".\n") and not (tmp_path / "out").exists()
    return err
  return run


def expected(models, model, signature, **inputs):
  found = models[model].signatures[signature](**{key: tf.constant(value)
                                                 for key, value in inputs.items()})
  return {key: value.numpy() for key, value in found.items()}


def path_of(text):
  return re.search(r' d="[^"]+"', text)[0]


def read(folder, name):
  path = folder / name
  return np.load(path) if path.suffix == ".npy" else np.asarray(Image.open(path))


def test_a_drawing_becomes_the_picture_that_the_model_was_trained_on(models, ask, root, tmp_path):
  told = ask("drawer", ["bee.npz"], "--row=1", "--signature=encode", f"--output_dir={tmp_path}/out")
  drawing = stroke_files.read_drawings(root / "bee.npz")["test"][1]
  picture = (raster.rasterize([drawing], width=48) / 255 * 2 - 1).astype(np.float32)[..., None]
  assert np.ptp(picture) == 2, "the drawing shows nothing"
  wanted = expected(models, "drawer", "encode", image=picture)
  assert set(told["outputs"]) == set(wanted)
  assert told["files"] == sorted(f"{name}.npy" for name in wanted)
  for name, values in wanted.items():
    np.testing.assert_allclose(read(tmp_path / "out", f"{name}.npy"), values, atol=1e-6)
  np.testing.assert_allclose(told["outputs"]["mean"], wanted["mean"], atol=1e-6)
  ask("drawer", ["bee.npz"], "--row=0", "--signature=encode", f"--output_dir={tmp_path}/other")
  assert not np.allclose(read(tmp_path / "other", "mean.npy"), wanted["mean"], atol=1e-6)


def test_codes_become_drawings_each_of_its_own_seed(models, ask, root, tmp_path):
  np.save(tmp_path / "codes.npy", np.random.default_rng(1).normal(size=[2, 5]))  # float64
  told = ask("toy", [f"code={tmp_path}/codes.npy"], "--signature=sample", "--seed=7",
             "--temperature=0.5", f"--output_dir={tmp_path}/out")
  wanted = expected(models, "toy", "sample", seed=np.int32([7, 8]),
                    temperature=np.float32([.5, .5]),
                    code=np.load(tmp_path / "codes.npy").astype(np.float32))
  np.testing.assert_allclose(read(tmp_path / "out", "strokes.npy"), wanted["strokes"], atol=1e-6)
  assert told["outputs"]["length"] == wanted["length"].tolist()
  assert {"strokes_0.svg", "strokes_1.svg"} <= set(told["files"])
  drawn = [(tmp_path / f"out/strokes_{row}.svg").read_text() for row in (0, 1)]
  wanted_svg = [svg.draw_svg(strokes.to_stroke3(one[:4]), 256).tostring()
                for one in wanted["strokes"]]
  assert all(text in found for text, found in zip(map(path_of, wanted_svg), drawn))
  assert drawn[0] != drawn[1]


@pytest.mark.parametrize("given", ["sketch.png", "bee.npz"])
def test_a_recogniser_is_given_pixels(models, ask, root, given):
  if given.endswith(".png"):
    pixels = np.asarray(Image.open(root / given))[None, ..., None]
  else:
    pixels = recognition_pictures.pictures_of_strokes(
        stroke_files.read_drawings(root / given)["test"][:1], WIDTH, 1, WIDTH / 48)
  wanted = expected(models, "recogniser", "recognise", image=pixels)
  outputs = ask("recogniser", [given])["outputs"]
  assert outputs["name"] == [wanted["name"][0].decode()]
  np.testing.assert_allclose(outputs["probability"], wanted["probability"], atol=1e-6)


@pytest.mark.parametrize("known", ["sketch", "photo", "mask"])
def test_a_joint_picture_is_completed_by_a_half_or_by_a_mask(models, ask, root, tmp_path, known):
  mask = np.zeros([1, SIZE, 2 * SIZE, 1], np.float32)
  where = {"sketch": np.s_[:, :, :SIZE], "photo": np.s_[:, :, SIZE:],
           "mask": np.s_[:, 3:9, 4:-4]}[known]
  mask[where] = 1
  flags = ["--signature=complete", "--seed=3", f"--output_dir={tmp_path}/out"]
  if known == "mask":
    told = ask("toy", ["joint=joint.png", "mask=mask.png"], *flags)
  else:
    told = ask("toy", ["joint.png"], f"--known={known}", *flags)
  joint = np.float32(Image.open(root / "joint.png"))[None]
  wanted = expected(models, "toy", "complete", joint=joint, mask=mask, seed=np.int32([3]))
  np.testing.assert_array_equal(read(tmp_path / "out", "joint.npy"), wanted["joint"])
  np.testing.assert_array_equal(read(tmp_path / "out", "joint.png"),
                                np.where(mask[0] == 1, joint[0], 3))
  assert told["outputs"]["error"] == [""]


def test_photos_of_any_size(ask, root, tmp_path):
  ask("toy", ["photo.png"], "--signature=photo_to_sketch", f"--output_dir={tmp_path}/out")
  gray = np.asarray(Image.open(root / "photo.png")).mean(-1, dtype=np.float64)
  np.testing.assert_allclose(read(tmp_path / "out", "sketch.npy")[0, ..., 0], gray, atol=1e-3)
  np.testing.assert_array_equal(read(tmp_path / "out", "sketch.png"), np.floor(gray + 1e-6))


def test_bytes_go_and_come_in_base64_and_text_as_it_is(server, models, ask, root):
  toy = RestServer(server.address, "toy", version=1)
  signature = toy.signatures()["back"]
  data = np.array([bytes(range(256)), b""], object)
  assert toy.predict("back", signature, {"data": data})["same_bytes"].tolist() == data.tolist()
  assert ask("toy", ["numbers.npy"], "--signature=tell")["outputs"]["name"] == ["näme"] * 2
  assert len(ask("toy", ["data.jpg"], "--signature=back")["outputs"]["same_bytes"]) == 1


def test_numbers_come_back_to_the_bit(ask, root, tmp_path):
  ask("toy", ["numbers.npy"], "--signature=tell", f"--output_dir={tmp_path}/out")
  np.testing.assert_array_equal(read(tmp_path / "out", "same.npy"), np.load(root / "numbers.npy"))
  told = ask("toy", ["row.npy"], "--signature=tell", f"--output_dir={tmp_path}/row")
  np.testing.assert_array_equal(read(tmp_path / "row", "same.npy"), [np.load(root / "row.npy")])
  assert told["outputs"]["same"] == [[1.0, None, None]]


@pytest.mark.parametrize("words, model, given, flags", [
    ("has not loaded none .*Servable not found", "none", ["photo.png"], []),
    ("has not loaded drawer", "drawer", ["bee.npz"], ["--version=9"]),
    ("has no signature 'paint'; it has encode, serving_default", "drawer", ["bee.npz"], [
        "--signature=paint"]),
    ("is no file that image can be made of", "drawer", ["words.txt"], []),
    ("has 2 drawings in test, so there is no row 2", "drawer", ["bee.npz"], ["--row=2"]),
    ("has 0 drawings in valid", "drawer", ["bee.npz"], ["--split=valid"]),
    ("no row -1", "drawer", ["bee.npz"], ["--row=-1"]),
    ("nothing.npz", "drawer", ["nothing.npz"], []), ("broken.npz", "drawer", ["broken.npz"], []),
    ("81 x 81 pixels, but image is float32 .*48, 48, 1", "drawer", ["sketch.png"], []),
    ("nothing.png can't be read", "recogniser", ["nothing.png"], []),
    ("nothing.npy can't be read", "drawer", ["nothing.npy"], []),
    ("<U1 .*but numbers is float32", "toy", ["texts.npy"], ["--signature=tell"]),
    (r"float32 \[2, 3\], but code is float32 \[\?, 5\]", "toy", ["numbers.npy"], [
        "--signature=sample"]),
    ("no input 'photo'; it takes image", "drawer", ["photo=photo.png"], []),
    ("no input 'seed'; it takes image", "drawer", ["seed=numbers.npy"], []),
    ("needs a file for code", "toy", ["seed=numbers.npy"], ["--signature=sample"]),
    ("needs a file for joint", "toy", ["mask=mask.png"], COMPLETE),
    ("drawing file, of which joint", "toy", ["bee.npz"], COMPLETE),
    ("gray_mask.png has gray", "toy", ["joint=joint.png", "mask=gray_mask.png"], COMPLETE),
    ("gives no result: The mask is empty", "toy", ["joint=joint.png", "mask=empty_mask.png"],
     COMPLETE),
    ("gives a file twice", "toy", ["joint=joint.png", "joint=joint.png"], COMPLETE),
    ("does not take this request .*multiples of 4", "toy", ["odd.png"], [
        "--signature=photo_to_sketch"]),
    ("no picture of 1 or 3 channels", "toy", ["photo.png"], ["--signature=tell"])])
def test_what_does_not_fit_is_a_sentence(ask, tmp_path, words, model, given, flags):
  told = ask(model, given, f"--output_dir={tmp_path}/out", *flags)
  assert re.search(words, told), told


def test_no_server(ask, server, tmp_path):
  server.server_close()
  for address in (server.address, "127.0.0.1:1", "no such place:x", "http://[", ":::"):
    assert "No model server answers" in ask("drawer", ["bee.npz"], address=address), address


def _web_page(handler):
  handler.send(200, b"<html>")


def _other_json(handler):
  handler.send(200, {"outputs": {"mean": [[1], [2, 3]]}})


def _no_page(handler):
  handler.send(404, b"<html>")


def _cut(handler):
  handler.send_response(200)
  handler.send_header("Content-Length", "99")
  handler.end_headers()
  handler.wfile.write(b"{")


def _in_trouble(handler):
  handler.send(503, {"error": "Too many requests.\nin a queue"})


def _hung_up(handler):
  handler.connection.close()


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("fault, words", [
    (_web_page, "no TensorFlow Serving"), (_other_json, "no TensorFlow Serving"),
    (_no_page, "HTTP 404"), (_cut, "no TensorFlow Serving"),
    (_in_trouble, r"failed \(Too many requests\); look at its log"),
    (_hung_up, "No model server answers")])
def test_a_strange_answer_is_a_sentence(ask, server, tmp_path, fault, words, at_once):
  server.fault, server.fault_at_once = fault, at_once
  told = ask("drawer", ["bee.npz"], "--signature=encode", f"--output_dir={tmp_path}/out")
  assert re.search(words, told), told


def test_a_server_that_takes_too_long(ask, server):
  end = threading.Event()
  server.fault = lambda handler: end.wait(20)
  told = ask("drawer", ["bee.npz"], "--timeout=0.3")
  end.set()
  assert "has not answered within 0.3 s" in told


def test_results_replace_nothing(ask, root):
  assert "is there already" in ask("drawer", ["bee.npz"], f"--output_dir={root}")
