"""The original Sketch-to-Image's checkpoints: names, layouts, optimisers, and every doubt told."""

import json
import pathlib

import numpy as np
import pytest

from data_tools.errors import UserError
from models import saving
from models.layers import torch_state
from models.sketch2image.autoencoder_model import SketchAutoEncoder
from models.sketch2image.gan_model import SketchGan
from pretrained import sketch2image_ae_conversion, sketch2image_gan_conversion
from tests import commands
from tests.models import tiny_sketch2image as tiny
from tests.pretrained import built_once, torch_trees
from tests.pretrained.sketch2image_trees import (NETWORKS, STEP, UPDATES, adam_of,
                                                 autoencoder_tree, gan_tree, names_of)
from tests.reference_checks import s2i_rules
from tests.reference_checks.finding import require

S2I = pathlib.Path(__file__).parents[1] / "reference/s2i"
ADAMS = {"S": "s", "classifier": "s", "C": "c", "D": "d"}
OPTIMISERS = {"S": "opt_s", "classifier": "opt_s_cls", "C": "opt_c", "D": "opt_d"}


def assert_filled(network, state, adam, optimised=None, idle=()):
  """Every variable, and the moments of those whose names are given."""
  expected, variables = (torch_state.from_torch(network, state),
                         torch_state.named_variables(network))
  assert set(expected) == set(variables)
  for name, variable in variables.items():
    np.testing.assert_array_equal(variable, expected[name], err_msg=name)
  for name in optimised or ():
    moved = 0 if name.startswith(tuple(idle)) else 1
    for slot, value in (("m", np.float32(0.5) * expected[name]), ("v", expected[name] ** 2)):
      np.testing.assert_array_equal(adam.get_slot(variables[name], slot), moved * value)


def assert_autoencoder(model, tree):
  for ours, key in ADAMS.items():
    keep = {"S": {"without": "final_cls."}, "classifier": {"start": "final_cls."}}.get(ours, {})
    adam = model.adams[ours]
    assert_filled(getattr(model.networks, NETWORKS[key]), tree[key], adam,
                  names_of(tree[key], **keep))
    assert int(adam.iterations) == UPDATES[OPTIMISERS[ours]]
  assert int(model.step) == STEP


def assert_gan(model, tree, step=STEP, idle=()):
  averages = {id(variable): average
              for variable, average in zip(model.G.trainable_variables, model.average)}
  used = {name: value for name, value in tree["ig"].items() if not name.startswith("bs_")}
  for network, state, name in ((model.networks, tree["ae"], None), (model.G, used, "G"),
                               (model.D, tree["id"], "D")):
    assert_filled(network, state, model.adams.get(name), name and names_of(state),
                  idle if name == "G" else ())
  expected = torch_state.from_torch(model.G, used)
  for name, variable in torch_state.named_variables(model.G).items():
    if variable.trainable:
      np.testing.assert_array_equal(averages.pop(id(variable)), 0.25 * expected[name])
  assert not averages and int(model.step) == step
  assert {int(adam.iterations) for adam in model.adams.values()} == {step}


@pytest.fixture(scope="module", name="stage_1")
def stage_1_file(tmp_path_factory):
  tree = autoencoder_tree()
  return tree, torch_trees.write(tmp_path_factory.mktemp("ae") / "12000.pth", tree)


@pytest.fixture(scope="module", name="stage_2")
def stage_2_file(tmp_path_factory):
  tree = gan_tree()
  return tree, torch_trees.write(tmp_path_factory.mktemp("gan") / "1.pth", tree)


def run(model, *flags):
  return commands.command("pretrained/convert.py", f"--model={model}", *flags)


@pytest.mark.slow
def test_stage_1_arrives_whole_and_training_goes_on(stage_1, tmp_path):
  tree, path = stage_1
  done = run("sketch2image_ae", f"--source={path}", f"--output_dir={tmp_path / 'ours'}",
             "--data_name=shoe")
  assert done.returncode == 0, done.stderr
  result = json.loads(done.stdout)
  assert result["step"] == STEP and result["converted_from"] == "12000.pth"
  loaded, content = saving.load_model(tmp_path / "ours")
  config = content["hparams"]
  assert (config.data_name, config.nfc, config.nbr_cls, config.im_size_ae) == ("shoe", 8, 4, 128)
  kernel = tree["d"]["feat_8_1.2.weight"]  # [out, in, h, w]
  np.testing.assert_array_equal(loaded.networks.decoder.conv_8.kernel, kernel.transpose(2, 3, 1, 0))
  np.testing.assert_array_equal(loaded.networks.decoder.base,
                                tree["d"]["base_feat"].transpose(0, 2, 3, 1))
  model = tiny.autoencoder(seed=5)
  saving.restore_training_state(model, tmp_path / "ours")
  assert_autoencoder(model, tree)
  figures = model.train_step(tiny.batch())
  assert all(np.isfinite(value) for value in figures.values()) and int(model.step) == STEP + 1
  assert int(model.adams["S"].iterations) == 2 * STEP + 2
  assert float(model.adams["S"].learning_rate) == pytest.approx(1e-4)


def test_stage_2_arrives_whole_and_training_goes_on(stage_2, tmp_path, capsys):
  tree, path = stage_2
  model, data = sketch2image_gan_conversion.convert(path)
  assert data == {"converted_from": "1.pth", "step": STEP}
  config = model.config
  assert (config.data_name, config.nfc, config.ndf, config.nbr_cls) == ("shoe", 8, 8, 4)
  assert config.im_size_gan == config.im_size_ae == 128
  told = capsys.readouterr().err
  assert told.count("\n") == 1 and "without any effect" in told and "bs_0 of ig, bs_1" in told
  assert "style_encoder.final_cls.1.bias of ae" in told
  saving.save_model(model, tmp_path / "ours", data)
  again = tiny.gan(seed=5)
  saving.restore_training_state(again, tmp_path / "ours")
  assert_gan(again, tree, idle=("from_style.", "style_"))
  before = again.average[0].numpy()
  figures = again.train_step(tiny.batch()["paired"])
  assert all(np.isfinite(value) for value in figures.values()) and int(again.step) == STEP + 1
  assert not np.array_equal(before, again.average[0])


@pytest.mark.parametrize("data_name, given", [
    *(pytest.param(name, None, marks=pytest.mark.slow) for name in ("art", "face")),
    ("celeba", "celeba")])
def test_other_generators_larger_and_of_several_gpus(data_name, given, tmp_path, capsys):
  tree = gan_tree(20000, data_name=data_name, im_size_gan=256, ndf=12)
  written = {key: {f"module.{name}": one for name, one in value.items()}
             if key in ("ae", "ig", "id") else value for key, value in tree.items()}
  path = torch_trees.write(tmp_path / "1.pth", written)
  model, _ = sketch2image_gan_conversion.convert(path, given)
  assert (model.config.data_name, model.config.im_size_gan) == (data_name, 256)
  assert model.config.ndf == 12 and "by its name" not in capsys.readouterr().err
  tree["ae"] = {name: value for name, value in tree["ae"].items() if "final_cls" not in name}
  assert_gan(model, tree, 20000)


def test_what_a_file_does_not_tell_or_tells_twice_is_told(stage_1, tmp_path, capsys):
  tree, _ = stage_1
  model, data = sketch2image_ae_conversion.convert(torch_trees.write(tmp_path / "2000.pth", tree))
  told = capsys.readouterr().err.splitlines()
  assert model.config.data_name == "art" and data["step"] == STEP and len(told) == 2
  assert "iteration 2000, that is of 2000 to 2001 steps, but" in told[0] and "12001" in told[0]
  assert "taken for art" in told[1]


@pytest.mark.parametrize("kind", ["art", "face"])
def test_the_originals_own_names_and_weights_give_its_pictures(kind, tmp_path):
  """Its networks as the reference has them, through a file; optimisers are made up."""
  arrays = {name: dict(np.load(S2I / f"nets_{name}.npz"))
            for name in ("ae", f"refine_{kind}_512", "disc_512")}
  ae, refine, disc = arrays.values()
  tree = {key: s2i_rules.weights_of(one) for key, one in (("ae", ae), ("ig", refine),
                                                          ("id", disc))}
  tree |= {"ig_ema": [tree["ig"][name] for name in names_of(tree["ig"])],
           "opt_ig": adam_of(tree["ig"], names_of(tree["ig"]), 1),
           "opt_id": adam_of(tree["id"], names_of(tree["id"]), 1)}
  model, _ = sketch2image_gan_conversion.convert(torch_trees.write(tmp_path / "0.pth", tree))
  assert (model.config.data_name, model.config.ndf, model.config.im_size_gan) == (kind, 16, 512)
  pictures = {name: s2i_rules.picture(**rule)
              for name, rule in s2i_rules.meta_of(ae)["inputs"].items()}
  compare("image", model.networks(pictures["skt_img"], pictures["style_img"])[0], ae)
  meta = s2i_rules.meta_of(refine)
  noise = s2i_rules.RuleNoise(meta["noise"]["seed"], meta.get("flips_eval_train", {}).values())
  vectors = [refine[f"in/style_{level}"] for level in (32, 16, 8)]
  image = s2i_rules.picture(**meta["inputs"]["image"])
  with model.averaged():
    compare("image", model.G(image, vectors, noise), refine)
  compare("logits", model.D(s2i_rules.picture(**s2i_rules.meta_of(disc)["inputs"]["image"])), disc)


def compare(name, ours, arrays):
  require(s2i_rules.compare(f"eval/{name}", ours, arrays, 3e-5,
                            s2i_rules.meta_of(arrays).get("sampled", {})))


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


def both(*changes):
  def change(tree):
    for one in changes:
      one(tree)
  return change


def stale(*keys):
  """Other step counts in whole optimisers."""
  def change(tree):
    for key in keys:
      for entry in tree[key]["state"].values():
        entry["step"] = 7
  return change


ONE = np.ones([1], np.float32)
FLAT = np.ones([4 * 64], np.float32)
GENERATOR = "decode_64.1.weight_orig"


def refused(convert, tree, change, path, words, **flags):
  tree = {key: dict(value) if isinstance(value, dict) else list(value)
          for key, value in tree.items()}
  for key, value in tree.items():  # what changes reach
    if key.startswith("opt_"):
      tree[key] = {**value, "state": {number: dict(entry)
                                      for number, entry in value["state"].items()}}
  change(tree)
  with pytest.raises(UserError, match=words) as error:
    convert(torch_trees.write(path, tree), **flags)
  assert str(error.value).startswith(("The ", str(path))) and "\n" not in str(error.value)


@pytest.mark.parametrize("change, words", [
    (drop("c"), "holds s, d, opt_c.* where s, c, d .state dicts., opt_s"),
    (put([], "opt_d"), "were expected; give a whole models/<iteration>.pth"),
    (drop("d", "base_feat"), "12000.pth, d has no base_feat as Sketch-to-Image has it"),
    (drop("s", "final_cls.1.weight"), "12000.pth, s has no final_cls.1.weight"),
    (put(np.ones([1, 64], np.float32), "s", "final_cls.1.weight"), "nbr_cls is 1, but"),
    (put(np.ones([1, 64, 3, 3], np.float32), "d", "base_feat"), "im_size_ae is 192, but"),
    (both(drop("c", "cf_8.1.weight"), put(ONE, "c", "cf_9.weight")),
     r"12000.pth, c, are not those of Sketch-to-Image \(missing: cf_8.1.weight; unknown: cf_9"),
    (put(ONE, "c", 5), "unknown: 5"),
    (put(FLAT, "s", "final_cls.1.weight"), "no final_cls.1.weight"),
    (put(FLAT, "s", "sf_64.0.weight"), r"misshapen: sf_64.0.weight \[256\]\)"),
    (put(1, "s", "sf_64.1.bias"), "without finite numbers: sf_64.1.bias"),
    (put(np.full([8], np.nan, np.float32), "s", "sf_64.1.bias"), "finite numbers: sf_64.1.bias"),
    (drop("opt_s", "state", 3), "opt_s, does not hold the state of 37 parameters"),
    (put([], "opt_s", "param_groups"), "opt_s, does not hold the state of 37 parameters"),
    (drop("opt_s_cls", "param_groups"), "opt_s_cls, does not hold the state of 2 parameters"),
    (put(0, "opt_s_cls", "state", 0), "opt_s_cls, is not the state of Adam"),
    (put(-3, "opt_s_cls", "state", 0, "step"), "a step count is -3"),
    (put(5, "opt_d", "state", 1, "step"), r"opt_d differ \(\[5, 24002\]\)"),
    (put(ONE, "opt_d", "state", 1, "exp_avg"), "opt_d, are not those of .*misshapen"),
    (stale("opt_d"), r"differ \(\[7, 24002\]\)"),
    (stale("opt_s", "opt_c", "opt_d"), "have made 7 updates, but an iteration makes 2")])
def test_a_first_stage_that_is_not_whole_is_a_sentence(stage_1, tmp_path, monkeypatch, change,
                                                       words):
  built_once.use(monkeypatch, sketch2image_ae_conversion, SketchAutoEncoder)
  refused(sketch2image_ae_conversion.convert, stage_1[0], change, tmp_path / "12000.pth", words,
          data_name="shoe")


@pytest.mark.parametrize("change, flags, words", [
    (drop("ig_ema"), {}, "opt_ig, opt_id .optimisers. and ig_ema .a list. were expected"),
    (put({}, "ig"), {}, "1.pth, ig has no encode_256.0.weight_orig"),
    (drop("ig", "bs_1"), {}, r"1.pth, ig, are not those of .*missing: bs_1\)"),
    (put(ONE, "ig", "bs_3"), {}, r"\(unknown: bs_3\)"),
    (drop("ig", GENERATOR), {}, f"missing: {GENERATOR}"),
    (drop("id", "main.4.0.weight_orig"), {}, "1.pth, id has no main.4.0.weight_orig"),
    (drop("ae", "content_encoder.cf_64.0.weight"), {}, "missing: content_encoder.cf_64.0.weight"),
    (both(*[drop("ae", f"style_encoder.final_cls.1.{name}") for name in ("weight", "bias")],
          stale("opt_ig")), {}, r"differ \(\[7, 12001\]\)"),
    (drop("ig_ema", 0), {}, "ig_ema, has 100 tensors for the 101 parameters"),
    (put(ONE, "ig_ema", 50), {}, "ig_ema, are not those of .*misshapen"),
    (drop("opt_id", "state", 0), {}, "opt_id, does not hold the state of"),
    (lambda tree: None, {"data_name": "art"}, r"generator for shoe \(it has bs_0\), not the one "
     "for art; leave out --data_name or give shoe"),
    (both(*[drop("ig", f"bs_{n}") for n in range(3)]), {"data_name": "shoe"}, "generator for art"),
    (put(ONE, "ig", "encode_1.0.weight_orig"), {"data_name": "art"},
     r"for face \(it has encode_1\), .* give face or celeba"),
    (put(ONE, "ig", "encode_1.0.weight_orig"), {}, "unknown: bs_0, bs_1, bs_2")])
def test_a_second_stage_that_is_not_whole_is_a_sentence(stage_2, tmp_path, monkeypatch, change,
                                                        flags, words):
  built_once.use(monkeypatch, sketch2image_gan_conversion, SketchGan)
  refused(sketch2image_gan_conversion.convert, stage_2[0], change, tmp_path / "1.pth", words,
          **flags)


def test_the_other_stages_file_and_broken_ones_leave_no_folder(stage_1, tmp_path):
  path = stage_1[1]
  cut = tmp_path / "12000.pth"
  cut.write_bytes(path.read_bytes()[:path.stat().st_size // 2])
  listed = torch_trees.write(tmp_path / "list.pth", [1, 2])
  for source, words in (
      (path, "holds s, c, d.* where ae, ig, id .*--model=sketch2image_ae is for the first"),
      (listed, "holds list where ae"), (tmp_path / "none.pth", "There is no file")):
    with pytest.raises(UserError, match=words):
      sketch2image_gan_conversion.convert(source)
  done = run("sketch2image_ae", f"--source={cut}", f"--output_dir={tmp_path / 'ours'}")
  assert done.returncode == 1 and "is damaged" in done.stderr and "Traceback" not in done.stderr
  assert not (tmp_path / "ours").exists()
  done = run("tom", f"--source={path}", f"--output_dir={tmp_path / 'ours'}", "--data_name=art")
  assert done.returncode == 2 and "--data_name to --model=sketch2image" in done.stderr
