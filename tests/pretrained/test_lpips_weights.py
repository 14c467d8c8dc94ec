"""Weights of LPIPS: read from files like the published ones, and refused where they are not."""

import hashlib
import json
import os

import numpy as np
import pytest

from data_tools.errors import UserError
from models.lpips.model import BACKBONES, Lpips
from pretrained import lpips_weights, public_weights
from tests.pretrained import lpips_files


def broken(arrays, **changes):
  """A copy with other entries; None removes one. Keys have _ for a dot."""
  renamed = {name.replace("_", "."): value for name, value in changes.items()}
  return {name: value for name, value in {**arrays, **renamed}.items() if value is not None}


@pytest.mark.parametrize("net", ["alex", "squeeze"])
def test_files_are_read_and_assigned(net, tmp_path, capsys):
  files = lpips_files.write(net, tmp_path)
  model = lpips_weights.load(net, *files, allow_other=True)
  assert capsys.readouterr().err.count("Warning") == 2
  backbone, heads = lpips_files.backbone(net), lpips_files.heads(net)
  assert len(backbone) == 2 * len(model.backbone.convolutions) + 1  # with the classifier's
  for name, conv in model.backbone.convolutions.items():
    kernel = conv.kernel.numpy()
    assert kernel[0, 0, 1, 2] == backbone[f"{name}.weight"][2, 1, 0, 0]
    np.testing.assert_array_equal(kernel.transpose(3, 2, 0, 1), backbone[f"{name}.weight"])
    np.testing.assert_array_equal(conv.bias, backbone[f"{name}.bias"])
  for level, head in enumerate(model.heads):
    np.testing.assert_array_equal(head, heads[f"lin{level}.model.1.weight"].ravel())


def test_published_files_need_no_permission(tmp_path, monkeypatch, capsys):
  files = lpips_files.write("squeeze", tmp_path)
  with pytest.raises(UserError, match="backbone.pth is not the published squeezenet1_1.*leave "
                     "--backbone_weights away"):
    lpips_weights.load("squeeze", *files)
  entries = public_weights.entries()
  for name, path in zip(("torchvision_squeezenet1_1", "lpips_squeeze"), files):
    entries[name] |= {"size": os.path.getsize(path),
                      "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    (tmp_path / "registry.json").write_text(json.dumps(entries))
    monkeypatch.setattr(public_weights, "REGISTRY", tmp_path / "registry.json")
    if name != "lpips_squeeze":
      with pytest.raises(UserError, match="heads.pth is not the published lpips_v0.1_squeeze.pth"):
        lpips_weights.load("squeeze", *files)
  assert lpips_weights.load("squeeze", *files).net == "squeeze"
  assert "Warning" not in capsys.readouterr().err


def test_without_a_network_a_sentence_names_the_flag(monkeypatch):
  monkeypatch.setenv("SKETCH_ZOO_OFFLINE", "1")
  with pytest.raises(UserError, match="vgg16-397923af.pth.*--backbone_weights"):
    lpips_weights.load("vgg")


@pytest.mark.parametrize("net", BACKBONES)
def test_what_every_net_needs_is_published(net):
  names = {"vgg": "vgg16", "alex": "alexnet", "squeeze": "squeezenet1_1"}
  assert {f"lpips_{net}", f"torchvision_{names[net]}"} <= public_weights.entries().keys()
  old, new = (lpips_weights.HEAD_SUMS[version][net] for version in ("0.0", "0.1"))
  assert len(old) == len(new) == len(BACKBONES[net].CHANNELS)


@pytest.mark.parametrize("changes, words", [
    ({"features_0_weight": None}, r"missing: features.0.weight\)"),
    ({"features_13_bias": np.zeros(3)}, "unknown: features.13.bias"),
    ({"features_0_bias": np.zeros(3, "f")}, r"misshapen: features.0.bias \[3\] instead of \[64\]"),
    ({"features_0_bias": np.full(64, np.nan, "f")}, "without finite numbers: features.0.bias"),
    ({"features_0_bias": np.zeros(64, np.int64)}, "without finite numbers: features.0.bias")])
def test_backbones_that_do_not_fit(changes, words):
  model = Lpips("squeeze")
  before = model.get_weights()
  with pytest.raises(UserError, match=f"{words}.*torchvision's .pth file of SqueezeNet 1.1"):
    lpips_weights.assign(model, broken(lpips_files.backbone("squeeze"), **changes),
                         lpips_files.heads("squeeze"))
  for old, new in zip(before, model.get_weights()):
    np.testing.assert_array_equal(old, new)


def test_many_misfits_are_counted():
  with pytest.raises(UserError, match="missing: features.0.weight, .* and 6 more"):
    lpips_weights.assign(Lpips("alex"), {}, lpips_files.heads("alex"))


@pytest.mark.parametrize("changes, words", [
    ({"lin3_model_1_weight": None}, "missing: lin3.model.1.weight"),
    ({"lin5_model_1_weight": np.ones(1)}, "unknown: lin5.model.1.weight"),
    ({"lin0_model_1_weight": np.ones([64, 1, 1, 1], "f")}, r"\[64, 1, 1, 1\] instead of \[1, 64"),
    ({"lin0_model_1_weight": np.full([1, 64, 1, 1], -1e-3, "f")}, "below 0")])
def test_heads_that_do_not_fit(changes, words):
  with pytest.raises(UserError, match=f"{words}.*PerceptualSimilarity's v0.1 file of alex"):
    lpips_weights.assign(Lpips("alex"), lpips_files.backbone("alex"),
                         broken(lpips_files.heads("alex"), **changes))


def test_heads_of_version_0_0_are_refused_by_name(tmp_path):
  old = {name: np.full_like(array, total / array.size) for (name, array), total in
         zip(lpips_files.heads("squeeze").items(), lpips_weights.HEAD_SUMS["0.0"]["squeeze"])}
  assert lpips_weights.sum_error("squeeze", old, "0.0") < 1e-5
  backbone, path = lpips_files.write("squeeze", tmp_path)
  lpips_files.save(path, old)
  for allow_other in (False, True):
    with pytest.raises(UserError, match="heads.pth holds the calibration weights of version 0.0"):
      lpips_weights.load("squeeze", backbone, path, allow_other)
  with pytest.raises(UserError, match="version 0.0"):
    lpips_weights.assign(Lpips("squeeze"), lpips_files.backbone("squeeze"), old)


def test_files_of_keras_are_refused_by_name(tmp_path):
  by_content, by_name = tmp_path / "vgg16.pth", tmp_path / "vgg16_notop.h5"
  by_content.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(99))
  for path in (by_content, by_name):
    with pytest.raises(UserError, match="is a weight file of Keras.*torchvision's .pth file of V"):
      lpips_weights.load("vgg", path)


def test_hostile_and_missing_files(tmp_path):
  backbone, heads = lpips_files.write("squeeze", tmp_path)
  hostile = tmp_path / "evil.pth"
  hostile.write_bytes(b"cos\nsystem\n(S'touch pwned'\ntR.")
  for files in ((hostile, heads), (backbone, hostile)):
    with pytest.raises(UserError, match="evil.pth"):
      lpips_weights.load("squeeze", *files, allow_other=True)
  with pytest.raises(UserError, match="no file .*nowhere.pth"):
    lpips_weights.load("squeeze", backbone, tmp_path / "nowhere.pth", allow_other=True)
