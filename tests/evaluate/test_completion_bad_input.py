"""evaluate/complete.py: what a person can mend is a sentence, told before any result is written."""

import json

import numpy as np
import pytest
from PIL import Image

from data_tools.errors import UserError
from data_tools.joint import joint_dataset
from evaluate import completion_models, completion_run, completion_search, completion_task
from evaluate.completion_run import Options
from models import saving
from models.vggface.config import VggFaceConfig
from models.vggface.model import FaceRecogniser
from tests.evaluate import pair_folders
from tests.models import tiny_contextual_gan as tiny
from tests.models import tiny_tom

SIZE = tiny.SIZE


@pytest.fixture(scope="module")
def root(tmp_path_factory):
  """Models, pictures and masks by name."""
  path = tmp_path_factory.mktemp("root")
  saving.save_model(tiny.model(), path / "model", {"styles": ["xdog"]})
  saving.write_config(tiny_tom.model(), path / "tom", {})
  saving.save_model(FaceRecogniser(VggFaceConfig(
      domain="photo", network="small", in_size=(48, 60), pad_size=(72, 72), out_size=(64, 64),
      feature_layer="embedding", input_size=32, width=2, embedding_size=8)), path / "face", {})
  mask = np.zeros([SIZE, 2 * SIZE], np.uint8)
  save(path / "empty_mask.png", mask)
  mask[:, :3] = 255
  save(path / "mask.png", mask)
  save(path / "gray_mask.png", mask // 2)
  save(path / "other_mask.png", mask[:, :SIZE])
  joint = tiny.batch()["joint"]
  for name, picture in (("joint/a", joint[0]), ("joint/b", joint[1]),
                        ("other/a", joint[0, :8, :16]), ("mixed/a", joint[0]),
                        ("mixed/b", joint[0, :, SIZE:]), ("single/a", joint[0, :, SIZE:]),
                        ("later/a", joint[0, :, SIZE:]), ("later/b", joint[0]),
                        ("small/a", joint[0, :10, :12]), ("named/c", joint[0, :, :SIZE])):
    save(path / f"{name}.png", picture)
  save(path / "twins/a.png", joint[0])
  save(path / "twins/a.bmp", joint[0])
  (path / "nothing").mkdir()
  (path / "broken").mkdir()
  (path / "broken/a.png").write_bytes((path / "joint/a.png").read_bytes()[:80])
  return path


def save(path, picture):
  path.parent.mkdir(exist_ok=True)
  Image.fromarray(picture).save(path)


@pytest.mark.parametrize("words, changes", [
    ("Neither --direction nor --mask", {"direction": None}),
    ("Both --direction and --mask", {"mask": "mask.png"}),
    ("mask is 16 x 16 pixels .* 32 x 16", {"direction": None, "mask": "other_mask.png"}),
    ("empty_mask.png is empty", {"direction": None, "mask": "empty_mask.png"}),
    ("gray_mask.png has gray pixels", {"direction": None, "mask": "gray_mask.png"}),
    ("A --mask needs joint images", {"direction": None, "mask": "mask.png",
                                     "input_dir": "single"}),
    ("photos too small: .* 12 x 10 pixels", {"input_dir": "small"}),
    ("holds no image|is empty", {"input_dir": "nothing"}),
    ("There is no folder", {"input_dir": "missing"}),
    ("damaged or cut off", {"input_dir": "broken"}),
    ("same name but for", {"input_dir": "twins"}),
    ("has 16 x 8 pixels, but a joint picture.* 32 x 16", {"input_dir": "other"}),
    ("b.png has 16 x 16 pixels, but a joint", {"input_dir": "mixed"}),
    ("b.png is a joint image, .* among single", {"input_dir": "later"}),
    ("No picture of .*named has the name", {"input_dir": "single", "truth_dir": "named"}),
    ("hold the truth themselves", {"truth_dir": "single"}),
    ("built-in faces hold the truth", {"input_dir": None, "truth_dir": "single"}),
    ("model of the kind tom", {"model": "tom"}),
    ("neither a folder nor a model", {"model": "none"}),
    ("recognises photos of faces, and this completes photo to sketch", {
        "direction": "photo_to_sketch", "recogniser": "face"}),
    ("recognises photos of faces, and this completes by a mask", {
        "direction": None, "mask": "mask.png", "recogniser": "face"}),
    ("true photos of 4 persons at least, and there are 2", {"recogniser": "face"}),
    ("is there already", {"output_dir": "joint"}),
    ("--iterations is -1, but it must be at least 0", {"iterations": -1}),
    ("--num_init is 0, but", {"num_init": 0}), ("--lambda is nan", {
        "perceptual_weight": float("nan")}),
    ("--momentum is 1.0, but", {"search_momentum": 1.0}),
    ("--learning_rate is 0.0, but", {"search_rate": 0.0})])
def test_a_sentence_and_nothing_written(root, tmp_path, monkeypatch, words, changes):
  monkeypatch.setattr(completion_search, "search", lambda *_: pytest.fail("it searches"))
  given = {"model": "model", "input_dir": "joint", "output_dir": "out",
           "direction": "sketch_to_photo", **changes}
  for name in ("model", "input_dir", "truth_dir", "mask", "recogniser"):
    if given.get(name) is not None and given[name] != "none":
      given[name] = str(root / given[name])
  given["output_dir"] = str(tmp_path / "out" if given["output_dir"] == "out" else root / "joint")
  before = sorted(root.rglob("*"))
  with pytest.raises(UserError, match=words) as found:
    completion_run.run(Options(**given))
  assert "\n" not in str(found.value) and str(found.value).endswith(".")
  assert sorted(root.rglob("*")) == before and not list(tmp_path.iterdir())


def test_a_model_that_makes_nan_writes_nothing(root, tmp_path, monkeypatch):
  model = tiny.model()
  model.G.trainable_variables[-1].assign(np.nan * model.G.trainable_variables[-1])
  monkeypatch.setattr(completion_models, "load",
                      lambda name, jit: (model, saving.read_config(name)))
  with pytest.raises(UserError, match="losses of the search are NaN"):
    completion_run.run(Options(str(root / "model"), str(tmp_path / "out"), "sketch_to_photo",
                               input_dir=str(root / "joint"), iterations=1, num_init=1))
  assert not list(tmp_path.iterdir())


def test_parts_of_joint_images():
  joint = tiny.batch()["joint"]
  for direction, known in (("sketch_to_photo", 0), ("photo_to_sketch", 1)):
    task = completion_task.find(direction, None, SIZE)
    parts = [joint[:, :, :SIZE, 0], joint[:, :, SIZE:]]
    np.testing.assert_array_equal(task.given(joint), parts[known])
    np.testing.assert_array_equal(task.made(joint), parts[1 - known])
    completed = task.completed(joint, np.zeros_like(joint))
    np.testing.assert_array_equal(task.given(completed), parts[known])
    assert not task.made(completed).any()


def test_the_command(root, tmp_path):
  done = pair_folders.command(
      "complete", f"--model={root / 'model'}", f"--input_dir={root / 'joint'}",
      f"--output_dir={tmp_path / 'out'}", "--direction=sketch_to_photo", "--iterations=1",
      "--lambda=0.5", "--num_init=2", "--momentum=0.5", "--learning_rate=0.25", "--seed=4",
      "--sheet_rows=0")
  assert done.returncode == 0, done.stderr
  assert "better  reproduction" in done.stdout
  report = json.loads(done.stdout.splitlines()[-1])
  assert [report[name] for name in ("iterations", "perceptual_weight", "num_init", "momentum",
                                    "rate", "seed", "sheet")] == [1, 0.5, 2, 0.5, 0.25, 4, None]
  joint_dataset.read(tmp_path / "out/completed/a.png", SIZE)
