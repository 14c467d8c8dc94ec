"""Checkpoints of the original SC-Lmser become ours, and broken ones are refused."""

import dataclasses
import json
import pathlib
import re
import shutil

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import saving
from models.sc_lmser.model import ScLmser
from pretrained import sc_lmser_conversion
from pretrained.original_checkpoint import OriginalCheckpoint
from pretrained.sc_lmser_conversion import convert
from tests import commands
from tests.models import tiny_sc_lmser
from tests.pretrained import built_once
from tests.reference_checks import lmser_checkpoint as reference
from tests.reference_checks.finding import require
from tests.strategies import replicas

ROOT = pathlib.Path(__file__).parents[2]
STORED = ROOT / "tests" / "reference" / "lmser" / "tf1_checkpoint"
DATA = "cufs-2.data-00000-of-00001"
FLAGS = {"data_type": "CUFSF", "gan_type": "lsgan", "l1_lambda": 5, "beta1": 0.9, "batch_size": 2,
         "in_size": [200, 250], "pad_size": [286, 286], "out_size": [256, 256], "num_epochs": 7,
         "lr": 0.1, "share": False, "pool_size": 50}


@pytest.fixture(scope="module")
def variables():
  """The stored checkpoint's, by name."""
  checkpoint = OriginalCheckpoint(STORED)
  return {name: checkpoint.read(name) for name in checkpoint.shapes}


@pytest.fixture(scope="module", name="converted")
def converted_folder(tmp_path_factory):
  """Through the command line: what it says on stdout, and the model folder."""
  folder = tmp_path_factory.mktemp("converted") / "ours"
  done = run(f"--source={STORED}", f"--output_dir={folder}")
  assert done.returncode == 0, done.stderr
  return json.loads(done.stdout), folder


@pytest.fixture(name="ready_model")
def conversion_with_a_ready_model(monkeypatch):
  built_once.use(monkeypatch, sc_lmser_conversion, ScLmser)


def run(*flags):
  return commands.command("pretrained/convert.py", "--model=sc_lmser", *flags)


def write(folder, variables, flags=None, name="cufs-7"):
  """A checkpoint in TensorFlow's V2 format, as Saver writes it."""
  folder.mkdir(exist_ok=True)
  names = sorted(variables)
  tf.raw_ops.SaveV2(prefix=str(folder / name), tensor_names=names,
                    shape_and_slices=[""] * len(names),
                    tensors=[tf.constant(variables[key]) for key in names])
  if flags is not None:
    (folder / "model_config.json").write_text(json.dumps(flags))
  return folder


def state_of(model):
  """Every variable of a compiled model and its optimisers."""
  return [variable.numpy() for variable in model.variables + [
      one for adam in model.adams.values() for one in adam.variables()]]


def test_variables_training_state_and_pictures_are_the_originals():
  """The `checkpoint` file names a folder of another machine; there is no model_config.json."""
  assert "/somewhere/else/" in (STORED / "checkpoint").read_text()
  require(reference.check(STORED))


def test_through_the_command_line_and_loaded_for_use(converted):
  printed, folder = converted
  assert printed["step"] == 2 and printed["converted_from"] == "cufs-2"
  model, content = saving.load_model(folder)
  assert content["data"] == {"data_type": "CUFS", "converted_from": "cufs-2", "step": 2}
  assert model.config.generator_width == model.config.discriminator_width == 2
  assert not model.adams and int(model.step) == 2 and model.config.select_on_test
  require(reference.check_pictures(dict(np.load(STORED / reference.ARRAYS)), model))


@pytest.mark.slow
def test_training_goes_on_from_the_folder_as_from_the_checkpoint(converted):
  given, _ = convert(STORED)
  restored = ScLmser(given.config)
  restored.compile()
  saving.restore_training_state(restored, converted[1])
  assert {int(adam.iterations) for adam in restored.adams.values()} == {2}
  data = tiny_sc_lmser.batch(rows=1)
  for model in (given, restored):
    model.train_step(data)  # not traced, which would take longer than it saves
  assert int(restored.step) == 3
  for one, two in zip(state_of(given), state_of(restored), strict=True):
    np.testing.assert_array_equal(one, two)


def test_the_new_runs_rates_are_kept_on_every_device(converted):
  config = dataclasses.replace(saving.read_config(converted[1])["hparams"], beta1=0.5,
                               generator_learning_rate=0.25, batch_size=4, gan_type="hinge")
  with replicas(2).scope():
    model = ScLmser(config)
    model.compile()
  saving.restore_training_state(model, converted[1])
  adam = model.adams["loss_G2"]
  assert [one.numpy() for one in (adam.learning_rate, adam.beta_1, adam.iterations)] == [
      0.25, 0.5, 2]
  for one in adam.get_slot(model.G.trainable_variables[0], "v").values:
    assert np.any(one)


def test_where_training_can_not_go_on(converted, tmp_path):
  config = saving.read_config(converted[1])["hparams"]
  wider = ScLmser(dataclasses.replace(config, discriminator_width=3))
  wider.compile()
  with pytest.raises(UserError, match="do not fit the hyperparameters of the new run"):
    saving.restore_training_state(wider, converted[1])
  used, _ = saving.load_model(converted[1])
  saving.save_model(used, tmp_path / "published", {})
  with pytest.raises(UserError, match="come without their optimisers"):
    saving.restore_training_state(wider, tmp_path / "published")
  for file in converted[1].iterdir():
    shutil.copyfile(file, tmp_path / file.name)
  with open(tmp_path / "weights.index", "r+b") as index:
    index.truncate(100)
  with pytest.raises(UserError, match="can't be read"):
    saving.restore_training_state(wider, tmp_path)
  content = json.loads((tmp_path / "config.json").read_text())
  (tmp_path / "config.json").write_text(json.dumps({**content, "model": "sketch_a_net",
                                                    "hparams": {}}))
  with pytest.raises(UserError, match="a model of sketch_a_net, not of sc_lmser"):
    saving.restore_training_state(wider, tmp_path)


def test_networks_alone_are_a_model_to_use(variables, tmp_path, capsys):
  networks = {name: value for name, value in variables.items()
              if name.split("/")[1] in ("G", "F", "Dy", "Dx")}
  model, data = convert(write(tmp_path / "bare", networks))
  assert not model.adams and "step" not in data
  assert "without their optimisers" in capsys.readouterr().err
  require(reference.check_pictures(dict(np.load(STORED / reference.ARRAYS)), model))


def test_the_best_models_flags_lie_one_folder_up(variables, tmp_path, capsys):
  flags = {**FLAGS, "gan_type": "wgan-gp"}
  (tmp_path / "model_config.json").write_text(json.dumps(flags))
  odd = {"fss/Adam_Dy_step_1": np.int32(3), "fss/beta1_power_4": np.float32(0.125)}
  folder = write(tmp_path / "best_model", {**variables, **odd}, name="fss_model")
  model, data = convert(folder / "fss_model")
  config = model.config
  assert (config.data_type, config.gan_type, config.l1_lambda) == ("cufsf", "wgan", 5.0)
  assert (config.batch_size, config.num_epochs, config.pool_size) == (2, 7, 0)
  assert data == {"data_type": "CUFSF", "converted_from": "fss_model", "selected_on": "test",
                  "step": 2}
  told = capsys.readouterr().err
  assert "left out: lr, pool_size, share." in told and "it becomes 'wgan'" in told
  assert "fss/Adam_Dy_step_1" in told and "is 3, but fss/global_step is 2" in told
  assert re.search("beta1_power_1, fss/beta1_power_4 of .* speak of 0.924, 0.5; going on", told)
  assert re.search("fss/beta2_power_1 of .* speak of 0.9992; going on", told)
  assert int(model.adams["loss_Dy2"].iterations) == 3 != int(model.adams["loss_Dy1"].iterations)


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.999])
def test_powers_as_float32_makes_them(beta):
  value, beta32 = np.float32(1), np.float32(beta)
  for exponent in range(1, 100_001):
    value = value * beta32
    if exponent in (1, 2, 10, 800, 26_801, 100_000):
      assert sc_lmser_conversion._is_power(float(value), beta, exponent), exponent
  assert not sc_lmser_conversion._is_power(beta ** 3, beta, 2)
  assert not sc_lmser_conversion._is_power(float("nan"), beta, 2)


@pytest.mark.parametrize("change, words", [
    ("only G", r"holds only G of SC-Lmser's four networks"),
    ("another program's", "holds none of SC-Lmser's four networks"),
    ("no moment", r"missing: fss/fss/F/decoder_1/skip/conv_0/conv2d/kernel/Adam_F_1\)"),
    ("no step", r"unknown: fss/Adam_Dx_step, .* and \d+ more"),
    ("surprise", r"unknown: fss/surprise\)"),
    ("misshapen", r"misshapen: fss/Dx/layer_2/batch_norm/beta \[3\] instead of \[4\]"),
    ("odd width", r"encoder_5/res2.* has the shape \[3, 3, 32, 33\]; expected \[3, 3, C, 16 times"),
    ("NaN", "encoder_1/res1/instance_norm/scale .*NaN"),
    ("NaN moment", r"decoder_1/skip/conv_0/conv2d/kernel/Adam_F .*NaN"),
    ("texts", "global_step .*whole number"), ("negative", "global_step .*whole number"),
    ("whole numbers", "encoder_1/res1/instance_norm/scale .*int32")])
@pytest.mark.usefixtures("ready_model")
def test_contents_that_are_no_model(variables, tmp_path, change, words):
  with pytest.raises(UserError, match=words) as error:
    convert(write(tmp_path / "odd", changed(variables, change)))
  assert "\n" not in str(error.value)


def changed(variables, change):
  slot, scale = "fss/fss/F/decoder_1/skip/conv_0/conv2d/kernel/Adam_F", (
      "fss/G/encoder_1/res1/instance_norm/scale")
  without = lambda gone: {key: value for key, value in variables.items() if key != gone}
  return {
      "only G": lambda: {key: value for key, value in variables.items()
                         if key.startswith("fss/G/")},
      "another program's": lambda: {"RPCL-pix2seq/latent_mu": np.zeros([4, 6], np.float32)},
      "no moment": lambda: without(f"{slot}_1"), "no step": lambda: without("fss/global_step"),
      "surprise": lambda: {**variables, "fss/surprise": np.float32(1)},
      "misshapen": lambda: {**variables, "fss/Dx/layer_2/batch_norm/beta": np.ones(3, np.float32)},
      "odd width": lambda: {**variables, "fss/G/encoder_5/res2/conv_0/conv2d/kernel":
                            np.zeros([3, 3, 32, 33], np.float32)},
      "NaN": lambda: {**variables, scale: np.float32([np.nan, 1, 1])},
      "NaN moment": lambda: {**variables, slot: variables[slot] * np.float32("inf")},
      "texts": lambda: {**variables, "fss/global_step": np.array(b"2", object)},
      "negative": lambda: {**variables, "fss/global_step": np.int32(-1)},
      "whole numbers": lambda: {**variables, scale: np.int32([1, 1, 1])}}[change]()


@pytest.mark.parametrize("flags, words", [
    ("{", "is not JSON"), ("[]", "is not that of SC-Lmser"),
    ({"dec_model": "hyper", "batch_size": 4}, "names none of gan_type, l1_lambda"),
    ({**FLAGS, "batch_size": 2.5}, "can't have trained .*batch_size is 2.5"),
    ({**FLAGS, "out_size": list("(256, 256)")}, r"can't have trained .*out_size is '\('"),
    ({**FLAGS, "out_size": [250, 250]}, "multiples of 32"),
    ({**FLAGS, "gan_type": "vae"}, "gan_type is 'vae'"),
    ({**FLAGS, "gan_type": 3}, "gan_type is 3"),
    ({**FLAGS, "data_type": "faces"}, "data_type is 'faces'"),
    ({**FLAGS, "beta1": float("nan")}, "beta1 is nan")])
def test_flags_that_trained_no_such_checkpoint(tmp_path, flags, words):
  for file in STORED.iterdir():
    shutil.copyfile(file, tmp_path / file.name)
  text = flags if isinstance(flags, str) else json.dumps(flags)
  (tmp_path / "model_config.json").write_text(text)
  with pytest.raises(UserError, match=words):
    convert(tmp_path)


@pytest.mark.usefixtures("ready_model")
@pytest.mark.parametrize("damage", ["no data", "short data", "short index", "no index"])
def test_damaged_files(tmp_path, damage):
  for file in STORED.iterdir():
    shutil.copyfile(file, tmp_path / file.name)
  kind, path = damage.split()[0], tmp_path / (DATA if "data" in damage else "cufs-2.index")
  content = path.read_bytes()
  path.unlink()
  if kind == "short":
    path.write_bytes(content[:len(content) // 3])
  with pytest.raises(UserError, match="can't be read|holds no checkpoint"):
    convert(tmp_path)


@pytest.mark.usefixtures("ready_model")
def test_a_changed_byte_is_noticed(tmp_path):
  for file in STORED.iterdir():
    shutil.copyfile(file, tmp_path / file.name)
  with open(tmp_path / DATA, "r+b") as data:
    data.seek(100)
    data.write(b"\xff")
  with pytest.raises(UserError, match="can't be read"):
    convert(tmp_path)


def test_a_mistake_is_a_sentence_an_exit_code_and_no_folder(tmp_path):
  done = run(f"--source={STORED / 'cufs-3'}", f"--output_dir={tmp_path / 'ours'}")
  assert done.returncode == 1 and "nor is there a cufs-3.index" in done.stderr
  assert done.stderr.count("\n") == 1 and not list(tmp_path.iterdir())
  done = run(f"--source={STORED}", f"--output_dir={tmp_path / 'ours'}", "--scale_factor=2")
  assert done.returncode == 2 and "belongs to --model=rpcl_pix2seq alone" in done.stderr
  assert not list(tmp_path.iterdir())
