"""The FID network's weights out of both public kinds of file."""

import pathlib

import numpy as np
import pytest

from data_tools.errors import UserError
from models.inception_v3.network import InceptionV3
from pretrained import inception_weights, public_weights
from tests.reference_checks import inception

NAMES = pathlib.Path(__file__).parents[1] / "reference" / "lmser" / inception.NAMES
# Nodes that the published graph is known to have.
KNOWN = {"Conv2d_1a_3x3": "conv", "Conv2d_4a_3x3": "conv_4", "Mixed_5b.branch1x1": "mixed/conv",
         "Mixed_5b.branch5x5_2": "mixed/tower/conv_1",
         "Mixed_5c.branch_pool": "mixed_1/tower_2/conv",
         "Mixed_5d.branch3x3dbl_3": "mixed_2/tower_1/conv_2", "Mixed_6a.branch3x3": "mixed_3/conv",
         "Mixed_6a.branch3x3dbl_3": "mixed_3/tower/conv_2",
         "Mixed_6e.branch7x7dbl_5": "mixed_7/tower_1/conv_4",
         "Mixed_7a.branch3x3_2": "mixed_8/tower/conv_1",
         "Mixed_7a.branch7x7x3_4": "mixed_8/tower_1/conv_3",
         "Mixed_7b.branch3x3_2b": "mixed_9/tower/mixed/conv_1",
         "Mixed_7c.branch3x3dbl_3a": "mixed_10/tower_1/mixed/conv",
         "Mixed_7c.branch_pool": "mixed_10/tower_2/conv"}


@pytest.fixture(scope="module")
def weights():
  return inception.generated_weights(NAMES)


@pytest.fixture(scope="module")
def graph(weights, tmp_path_factory):
  """Path of a frozen graph with the generated weights."""
  path = tmp_path_factory.mktemp("graph") / "weights.bin"  # the ending decides nothing
  inception.write_graph(path, weights)
  return path


def test_names_of_the_graph():
  names = inception_weights.graph_names()
  assert len(names) == len(set(names.values())) == 94
  assert {unit: names[unit] for unit in KNOWN} == KNOWN


def test_both_kinds_of_file_give_one_network(weights, graph, monkeypatch, tmp_path, capsys):
  of_torch_names = inception.generated_network(NAMES)
  of_graph = inception_weights.load(graph, allow_other=True)
  assert "can't be compared" in capsys.readouterr().err
  for name, unit in of_graph.units().items():
    for one, other in zip(unit.get_weights(), of_torch_names.units()[name].get_weights()):
      np.testing.assert_array_equal(one, other, err_msg=name)
    kernel = weights[f"{name}.conv.weight"]
    assert unit.conv.kernel.numpy()[0, -1, 0, 1] == kernel[1, 0, 0, -1], name
  path = tmp_path / "weights"
  path.write_bytes(b"PK\x03\x04")  # the start of a zip archive, which PyTorch's files are
  monkeypatch.setattr(inception_weights, "read_state_dict", lambda _: weights)
  monkeypatch.setattr(inception_weights, "InceptionV3", lambda: of_graph)
  for unit in of_graph.units().values():
    unit.conv.kernel.assign(0 * unit.conv.kernel)
  loaded = inception_weights.load(path, allow_other=True)
  last = "Mixed_7c.branch_pool"
  np.testing.assert_array_equal(loaded.units()[last].get_weights()[0],
                                of_torch_names.units()[last].get_weights()[0])


def test_identity(graph, monkeypatch):
  with pytest.raises(UserError, match="not the published.*inception_weights"):
    inception_weights.find(graph)
  found = inception_weights.find(graph, allow_other=True)
  assert found.name == inception_weights.TENSORFLOW
  assert found.identity == public_weights.sha256_of(graph)
  monkeypatch.setattr(public_weights, "is_published", lambda name, path: True)
  assert inception_weights.find(graph, allow_other=True).identity == inception_weights.PUBLISHED


class _Network:
  """One unit in the place of the network."""

  def __init__(self):
    self._units = {"Conv2d_1a_3x3": InceptionV3.units(inception.generated_network(NAMES))
                   ["Conv2d_1a_3x3"]}

  def units(self):
    return self._units


@pytest.mark.parametrize("name, change, message", [
    ("bn.running_var", lambda array: None, "has no Conv2d_1a_3x3.bn.running_var"),
    ("conv.weight", lambda array: array.transpose(2, 3, 1, 0), r"shape \[3, 3, 3, 32\].*\[32, 3"),
    ("bn.bias", lambda array: array[:5], r"shape \[5\], but the FID network needs \[32\]"),
    ("bn.weight", lambda array: array * np.nan, "not finite floats"),
    ("bn.running_mean", lambda array: array.astype(np.int64), "not finite floats")])
def test_wrong_arrays(weights, name, change, message):
  name = f"Conv2d_1a_3x3.{name}"
  arrays = {key: array for key, array in weights.items() if key != name}
  changed = change(weights[name])
  if changed is not None:
    arrays[name] = changed
  with pytest.raises(UserError, match=message):
    inception_weights.from_torch_names(_Network(), arrays, "file")


def test_wrong_files(tmp_path, graph):
  for name, content in (("empty", b""), ("text", b"hello"), ("zip", b"PK\x03\x04..."),
                        ("gzip", b"\x1f\x8b..."), ("cut", graph.read_bytes()[:10**6])):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError):
      inception_weights.load(path, allow_other=True)
  with pytest.raises(UserError, match="no file"):
    inception_weights.load(tmp_path / "nowhere.pth")
