"""The original TOM's checkpoints: names, layouts, optimisers, and every doubt told."""

import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import saving
from models.layers import torch_state
from models.tom.vgg_features import VggFeatures
from pretrained import backbone_weights, vgg_weights
from pretrained.tom_conversion import convert
from tests import commands
from tests.models import tiny_tom as tiny
from tests.pretrained import torch_trees
from tests.reference_checks import s2i_rules
from tests.reference_checks.s2i_tom import original_model

ROOT = pathlib.Path(__file__).parents[2]
STORED = ROOT / "tests/reference/s2i/tom_train.npz"


def state_of(layers, seed=0):
  """A state dict in the original's order: of a module the parameters, then the buffers.

  Args:
    layers: name of a module -> (channels in, out, side of the kernel), or the channels of a norm.
  """
  random, state = np.random.default_rng(seed), {}
  for name, sizes in layers.items():
    if isinstance(sizes, int):
      entries = {"weight": [sizes], "bias": [sizes], "running_mean": [sizes],
                 "running_var": [sizes]}
    else:
      into, out, side = sizes
      entries = {"bias": [out], "weight_orig": [out, into, side, side], "weight_u": [out],
                 "weight_v": [into * side * side]}
    state |= {f"{name}.{kind}": random.normal(size=shape).astype(np.float32)
              for kind, shape in entries.items()}
    if isinstance(sizes, int):
      state[f"{name}.num_batches_tracked"] = np.float32(3)
  return state


def networks():
  """Of a generator of width 2."""
  return {"g": state_of({"decode_32.main.1": (256, 8, 3), "decode_32.main.2": 8,
                         "decode_64.main.1": (8, 8, 3), "decode_64.main.2": 8,
                         "decode_128.main.1": (8, 4, 3), "decode_128.main.2": 4,
                         "final.0": (4, 3, 3)}),
          "ds": state_of({"main.0.main.0": (384, 192, 3), "main.0.main.1": 192,
                          "main.1.main.0": (192, 96, 3), "main.1.main.1": 96,
                          "main.2": (96, 1, 4)})}


def adams(tree, step=699):
  """What <n>_opt.pth holds: moments by the number of the parameter."""
  made = {}
  for key, state in tree.items():
    trained = [name for name in state if name.rsplit(".", 1)[1] in ("weight", "bias",
                                                                    "weight_orig")]
    made[key] = {"state": {number: {"step": step, "exp_avg": 0.5 * state[name],
                                    "exp_avg_sq": state[name] ** 2}
                           for number, name in enumerate(trained)},
                 "param_groups": [{"params": list(range(len(trained)))}]}
  return made


@pytest.fixture(scope="module", name="source")
def checkpoint(tmp_path_factory):
  folder = tmp_path_factory.mktemp("original")
  tree = networks()
  torch_trees.write(folder / "699_model.pth", tree)
  torch_trees.write(folder / "699_opt.pth", adams(tree))
  return folder / "699_model.pth"


def test_weights_and_moments_land_where_they_belong(source, tmp_path):
  model, data = convert(source, vgg="random")
  assert data == {"converted_from": "699_model.pth", "vgg": "random", "step": 699}
  assert model.config.generator_width == 2 and int(model.step) == 699
  tree = networks()
  kernel = model.G.blocks[1].conv.kernel
  theirs = tree["g"]["decode_64.main.1.weight_orig"]  # [out, in, h, w]
  np.testing.assert_array_equal(kernel, theirs.transpose(2, 3, 1, 0))
  v = model.G.blocks[1].conv.spectral.v.numpy().reshape(3, 3, 8)  # [h, w, in]
  np.testing.assert_array_equal(v, tree["g"]["decode_64.main.1.weight_v"].reshape(8, 3, 3)
                                .transpose(1, 2, 0))
  np.testing.assert_array_equal(model.D.blocks[0].norm.moving_variance,
                                tree["ds"]["main.0.main.1.running_var"])
  np.testing.assert_array_equal(model.adams["loss_G"].get_slot(kernel, "m"),
                                0.5 * theirs.transpose(2, 3, 1, 0))
  bias = model.D.final.bias
  np.testing.assert_array_equal(model.adams["loss_D"].get_slot(bias, "v"),
                                tree["ds"]["main.2.bias"] ** 2)
  assert {int(adam.iterations) for adam in model.adams.values()} == {699}
  saving.save_model(model, tmp_path / "ours", data)
  again = tiny.model()
  saving.restore_training_state(again, tmp_path / "ours")
  np.testing.assert_array_equal(again.adams["loss_G"].get_slot(again.G.blocks[1].conv.kernel, "m"),
                                model.adams["loss_G"].get_slot(kernel, "m"))


def test_the_originals_own_state_dicts_give_its_pictures(tmp_path):
  """At full width, through a file: the reference's networks, named by the original itself."""
  with np.load(STORED) as file:
    arrays = dict(file)
  tree = {key: s2i_rules.weights_of(arrays, f"{key}/") for key in ("g", "ds")}
  path = torch_trees.write(tmp_path / "99_model.pth", tree)
  model, data = convert(path, vgg="random")
  assert data["step"] == 99 and not model.adams
  expected = original_model(arrays)
  for ours, theirs in ((model.G, expected.G), (model.D, expected.D)):
    named = torch_state.named_variables(theirs)
    for name, variable in torch_state.named_variables(ours).items():
      np.testing.assert_array_equal(variable, named[name], err_msg=name)


def changed(change, opt_change=None):
  tree = networks()
  optimisers = adams(tree)
  change(tree)
  if opt_change:
    opt_change(optimisers)
  return tree, optimisers


def put(value, *keys):
  def change(tree):
    for key in keys[:-1]:
      tree = tree[key]
    tree[keys[-1]] = value
  return change


def drop(*keys):
  def change(tree):
    for key in keys[:-1]:
      tree = tree[key]
    del tree[keys[-1]]
  return change


NOTHING = lambda tree: None
ONE = np.ones([1], np.float32)


@pytest.mark.parametrize("change, opt_change, words", [
    (drop("ds"), None, "where g and ds"), (put({}, "g"), None, "no final.0.weight_orig"),
    (drop("g", "final.0.bias"), None, "missing: final.0.bias"),
    (put(ONE, "ds", "main.3.bias"), None, "unknown: main.3.bias"),
    (put(ONE, "ds", "main.0.main.1.bias"), None, r"misshapen: main.0.main.1.bias \[1\]"),
    (put(np.full([3], np.nan, np.float32), "g", "final.0.bias"), None, "without finite numbers"),
    (NOTHING, drop("g"), "where g and ds"), (NOTHING, drop("g", "state", 0), "state of 14 par"),
    (NOTHING, drop("g", "state"), "state of 14 parameters"),
    (NOTHING, drop("ds", "state", 1, "exp_avg"), "not the state of Adam"),
    (NOTHING, put(5, "ds", "state", 1, "step"), r"differ \(\[5, 699\]\)"),
    (NOTHING, put(ONE, "ds", "state", 1, "exp_avg"), "misshapen")])
def test_what_is_not_one_whole_model_is_a_sentence(tmp_path, change, opt_change, words):
  tree, optimisers = changed(change, opt_change)
  path = torch_trees.write(tmp_path / "699_model.pth", tree)
  torch_trees.write(tmp_path / "699_opt.pth", optimisers)
  with pytest.raises(UserError, match=words):
    convert(path, vgg="random")


def run(*flags):
  return commands.command("pretrained/convert.py", "--model=tom", *flags)


def test_the_command_line(source, tmp_path):
  done = run(f"--source={source}", f"--output_dir={tmp_path / 'ours'}", "--vgg=random")
  assert done.returncode == 0, done.stderr
  assert json.loads(done.stdout)["step"] == 699 and "random weights" in done.stderr
  loaded, _ = saving.load_model(tmp_path / "ours")
  assert loaded.config.generator_width == 2
  done = run("--source=none.pth", f"--output_dir={tmp_path / 'other'}", "--vgg=random")
  assert done.returncode == 1 and "There is no file none.pth" in done.stderr
  assert not (tmp_path / "other").exists()


# === VGG-16 ===


def vgg_state(levels=5, seed=1):
  """torchvision's names and layout; small weights, the classifier left out."""
  shapes = backbone_weights.shapes_of(VggFeatures(levels).vgg.convolutions)
  random = np.random.default_rng(seed)
  return {name: random.normal(0, 0.02, shape).astype(np.float32)
          for name, shape in shapes.items()}


def test_vgg_weights_from_a_file(tmp_path, capsys):
  state = vgg_state()
  path = torch_trees.write(tmp_path / "vgg.pth", {**state, "classifier.0.weight": ONE})
  assert vgg_weights.locate(str(path)) == path and "Warning" in capsys.readouterr().err
  layer = VggFeatures(4)
  vgg_weights.load(layer, path)
  for name, conv in layer.vgg.convolutions.items():
    np.testing.assert_array_equal(conv.kernel, state[f"{name}.weight"].transpose(2, 3, 1, 0))
    np.testing.assert_array_equal(conv.bias, state[f"{name}.bias"])
  assert vgg_weights.label(path).startswith("vgg.pth, sha256 ")


@pytest.mark.parametrize("change, words", [
    (drop("features.2.bias"), "missing: features.2.bias"),
    (put(ONE, "features.31.bias"), "unknown: features.31.bias"),
    (put(ONE, "features.0.bias"), "misshapen")])
def test_vgg_weights_that_do_not_fit_are_a_sentence(tmp_path, change, words):
  state = vgg_state(2)
  change(state)
  path = torch_trees.write(tmp_path / "vgg.pth", state)
  layer = VggFeatures(2)
  before = tf.identity(layer.vgg.convolutions["features.0"].kernel)
  with pytest.raises(UserError, match=words):
    vgg_weights.load(layer, path)
  np.testing.assert_array_equal(before, layer.vgg.convolutions["features.0"].kernel)
