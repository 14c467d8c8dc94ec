"""Checkpoints of the original RPCL-pix2seq become ours, and broken ones are refused."""

import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import hparams, saving
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq
from pretrained import rpcl_pix2seq_conversion
from pretrained.original_checkpoint import OriginalCheckpoint, find_prefix
from pretrained.rpcl_pix2seq_variables import original_shape, variable_map
from tests import commands
from tests.reference_checks import checkpoint as reference
from tests.reference_checks.finding import require

ROOT = pathlib.Path(__file__).parents[2]
STORED = ROOT / "tests" / "reference" / "rpcl" / "synthetic" / "tf1_checkpoint"
DATA = "vector-2.data-00000-of-00001"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
  folder = tmp_path_factory.mktemp("original")
  reference.unpack(STORED, folder)
  return folder


@pytest.fixture(scope="module")
def variables(original):
  """What a model needs of the checkpoint, by name."""
  checkpoint = OriginalCheckpoint(original)
  return {name: checkpoint.read(name) for name in checkpoint.shapes
          if not rpcl_pix2seq_conversion._OF_TRAINING.fullmatch(name)}


def write(folder, variables):
  """A checkpoint in TensorFlow's V2 format, as Saver writes it."""
  folder.mkdir(exist_ok=True)
  names = sorted(variables)
  tf.raw_ops.SaveV2(prefix=str(folder / "vector-7"), tensor_names=names,
                    shape_and_slices=[""] * len(names),
                    tensors=[tf.constant(variables[name]) for name in names])
  (folder / "model_config.json").write_bytes((STORED / "model_config.json").read_bytes())
  return folder


def change_config(folder, **changes):
  path = folder / "model_config.json"
  content = {**json.loads(path.read_text()), **changes}
  path.write_text(json.dumps({name: value for name, value in content.items()
                              if value is not None}))


def run(*flags):
  return commands.command("pretrained/convert.py", "--model=rpcl_pix2seq", *flags)


def test_stored_outputs_and_sketches_through_the_command_line(original, tmp_path):
  """The `checkpoint` file names a folder of another machine."""
  assert "/somewhere/else/" in (original / "checkpoint").read_text()
  done = run(f"--source={original}", f"--output_dir={tmp_path / 'ours'}", "--scale_factor=4.5")
  assert done.returncode == 0, done.stderr
  result = json.loads(done.stdout)
  assert result["categories"] == ["ant", "bee"] and result["count"] == 12
  model, content = saving.load_model(tmp_path / "ours")
  assert content["data"]["scale_factor"] == 4.5 and content["data"]["epoch"] == 2
  assert content["hparams"].dec_model == "hyper" and content["hparams"].use_recurrent_dropout
  require(reference.check_model(STORED, model))


def test_a_mistake_is_a_sentence_and_exit_code_1(tmp_path):
  done = run(f"--source={tmp_path}", f"--output_dir={tmp_path / 'ours'}")
  assert done.returncode == 1 and "holds no checkpoint" in done.stderr
  assert "Traceback" not in done.stderr and not (tmp_path / "ours").exists()


def test_every_variable_is_read(original):
  require(reference.check_reading(STORED, OriginalCheckpoint(original)))


@pytest.mark.slow
def test_without_what_only_training_needs(variables, tmp_path):
  folder = write(tmp_path / "bare", variables)
  model, data = rpcl_pix2seq_conversion.convert(folder)
  require(reference.check_model(STORED, model))
  assert data == {"categories": ["ant", "bee"], "converted_from": "vector-7"}


@pytest.mark.parametrize("cell", ["lstm", "layer_norm", "hyper"])
def test_every_cell_and_every_variable_arrives(cell, tmp_path):
  """Random originals, written by name and shape, read, and joined by hand."""
  random = np.random.default_rng(0)
  config = RpclPix2SeqConfig(dec_model=cell, dec_rnn_size=8, z_size=4, max_seq_len=6)
  pairs = variable_map(RpclPix2Seq(config))
  originals = {name: random.normal(size=original_shape(variable.shape, len(names), axis))
               .astype(np.float32) for variable, names, axis in pairs for name in names}
  folder = write(tmp_path / cell, originals)
  (folder / "model_config.json").write_text(hparams.to_json(config))
  change_config(folder, **{name: None for name in ("momentum", "delearning_rate", "rpcl_start",
                                                   "rpcl_period")})
  model, _ = rpcl_pix2seq_conversion.convert(folder)
  assert len(variable_map(model)) == len(model.trainable_variables) + 3  # the mixture's three
  for variable, names, axis in variable_map(model):
    parts = [originals[name] for name in names]
    stacked = parts[0] if axis is None else (
        np.stack(parts) if variable.shape.rank > parts[0].ndim else np.concatenate(parts, axis))
    np.testing.assert_array_equal(variable, stacked)


def test_missing_unknown_and_misshapen_variables_are_named(variables, tmp_path):
  changed = dict(variables)
  del changed["RPCL-pix2seq/latent_mu"]
  changed["RPCL-pix2seq/surprise"] = np.zeros([2], np.float32)
  changed["RPCL-pix2seq/latent_alpha"] = np.zeros([3, 1], np.float32)
  with pytest.raises(UserError) as error:
    rpcl_pix2seq_conversion.convert(write(tmp_path / "odd", changed))
  for part in ("missing: RPCL-pix2seq/latent_mu", "unknown: RPCL-pix2seq/surprise",
               r"misshapen: RPCL-pix2seq/latent_alpha [3, 1] instead of [4, 1]"):
    assert part in str(error.value)


def test_hyperparameters_of_another_model(variables, tmp_path):
  folder = write(tmp_path / "other", variables)
  change_config(folder, dec_rnn_size=24)
  with pytest.raises(UserError, match=r"misshapen: .*W_hh \[16, 64\] instead of .* and \d+ more"):
    rpcl_pix2seq_conversion.convert(folder)
  change_config(folder, dec_model="gru")
  with pytest.raises(UserError, match="dec_model"):
    rpcl_pix2seq_conversion.convert(folder)
  change_config(folder, dec_model="hyper", max_seq_len=-1)
  with pytest.raises(UserError, match="max_seq_len"):
    rpcl_pix2seq_conversion.convert(folder)
  (folder / "model_config.json").unlink()
  with pytest.raises(UserError, match="holds no model_config.json"):
    rpcl_pix2seq_conversion.convert(folder)


def test_nan_in_a_variable(variables, tmp_path):
  broken = {**variables, "RPCL-pix2seq/latent_mu": np.full([4, 6], np.nan, np.float32)}
  with pytest.raises(UserError, match="latent_mu .*NaN"):
    rpcl_pix2seq_conversion.convert(write(tmp_path / "nan", broken))


@pytest.mark.parametrize("damage", ["no data", "short data", "short index", "no index"])
def test_damaged_files(original, tmp_path, damage):
  for file in original.iterdir():
    (tmp_path / file.name).write_bytes(file.read_bytes())
  kind, name = damage.split()[0], DATA if "data" in damage else "vector-2.index"
  content = (tmp_path / name).read_bytes()
  (tmp_path / name).unlink()
  if kind == "short":
    (tmp_path / name).write_bytes(content[:len(content) // 3])
  with pytest.raises(UserError, match="can't be read|holds no checkpoint"):
    rpcl_pix2seq_conversion.convert(tmp_path)


def test_a_broken_para_file_only_costs_its_figures(original, tmp_path, capsys):
  for file in original.iterdir():
    (tmp_path / file.name).write_bytes(file.read_bytes())
  (tmp_path / "para.npz").write_bytes(b"PK broken")
  _, data = rpcl_pix2seq_conversion.convert(tmp_path)
  assert "count" not in data and "para.npz can't be read" in capsys.readouterr().err


def test_which_checkpoint_is_taken(tmp_path):
  for number in (2, 10, 9):
    (tmp_path / f"vector-{number}.index").touch()
  assert find_prefix(tmp_path).name == "vector-10"
  (tmp_path / "checkpoint").write_text('model_checkpoint_path: "C:\\\\runs\\\\vector-9"\n')
  assert find_prefix(tmp_path).name == "vector-9"
  (tmp_path / "checkpoint").write_text('model_checkpoint_path: "/gone/vector-3"\n')
  assert find_prefix(tmp_path).name == "vector-10"
  with pytest.raises(UserError, match="is not a folder"):
    find_prefix(tmp_path / "nowhere")
