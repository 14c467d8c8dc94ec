"""VGG-Face's .mat file in both layouts, on a narrow network, and everything that may be wrong."""

import numpy as np
import pytest
import scipy.io

from data_tools.errors import UserError
from models.vggface.vgg_face import LAYERS, kernel_shapes
from pretrained import vgg_face_conversion, vgg_face_weights

WIDTH, SIZE = 2, 64


@pytest.fixture(scope="module", name="arrays")
def arrays_of_a_network():
  """Filters and biases of conv1_1 .. fc8 by name."""
  random = np.random.default_rng(0)
  return {name: (random.normal(0, (2 / np.prod(shape[:3])) ** 0.5, shape).astype(np.float32),
                 random.normal(0, 0.1, [1, shape[3]]).astype(np.float32))
          for name, shape in kernel_shapes(WIDTH, SIZE).items()}


AVERAGE = np.random.default_rng(1).uniform(60, 160, [SIZE, SIZE, 3]).astype(np.float32)


def struct(**fields):
  """A MATLAB struct of one element."""
  made = np.empty([1, 1], [(name, object) for name in fields])
  for name, value in fields.items():
    made[name][0, 0] = value
  return made


def cells(values):
  made = np.empty([1, len(values)], object)
  for place, value in enumerate(values):
    made[0, place] = value
  return made


def new_layers(arrays):
  """With layers that learn nothing between those that do, as simplenn has them."""
  layers = []
  for name, pair in arrays.items():
    layers += [struct(type="conv", name=name, weights=cells(pair), pad=[1, 1, 1, 1], stride=[1, 1]),
               struct(type="relu", name=name.replace("conv", "relu"), weights=cells([]))]
  return cells([*layers, struct(type="softmax", name="prob")])


def old_layers(arrays):
  layers = [struct(name=name, type="conv", filters=filters, biases=biases)
            for name, (filters, biases) in arrays.items()]
  return cells([*layers, struct(name="prob", type="softmax")])


def normalization(average=AVERAGE):
  return struct(averageImage=average, imageSize=[SIZE, SIZE, 3])


def save(path, arrays, layout="new", average=AVERAGE):
  """Writes a file in one of the layouts that are around."""
  content = {
      "new": lambda: {"layers": new_layers(arrays),
                      "meta": struct(normalization=normalization(average))},
      "old": lambda: {"layers": old_layers(arrays), "normalization": normalization(average)},
      "net": lambda: {"net": struct(layers=new_layers(arrays),
                                    meta=struct(normalization=normalization(average)))},
  }[layout]()
  scipy.io.savemat(path, content, do_compression=layout == "old")
  return path


@pytest.mark.parametrize("layout", ["new", "old", "net"])
def test_a_file_of_any_layout_is_read(layout, arrays, tmp_path):
  found = vgg_face_weights.read(save(tmp_path / "vgg_face.mat", arrays, layout))
  assert (found.width, found.input_size) == (WIDTH, SIZE)
  assert list(found.kernels) == list(found.biases) == [
      name for name in LAYERS if not name.startswith("pool")]
  for name, kernel in found.kernels.items():
    np.testing.assert_array_equal(kernel, arrays[name][0])
    np.testing.assert_array_equal(found.biases[name], arrays[name][1][0])
  np.testing.assert_array_equal(found.average, AVERAGE)


def test_an_average_colour_is_that_of_every_pixel(arrays, tmp_path):
  colour = np.array([[[129.1863, 104.7624, 93.5940]]])
  found = vgg_face_weights.read(save(tmp_path / "a.mat", arrays, average=colour))
  assert found.average.shape == (SIZE, SIZE, 3) and found.average.dtype == np.float32
  np.testing.assert_allclose(found.average - colour[0], 0, atol=1e-4)


def test_ones_at_the_end_of_a_shape_may_be_missing(tmp_path):
  """MATLAB has no [3, 3, 2, 1]; a network of width 1 has such filters."""
  shapes = kernel_shapes(1, 32)
  arrays = {name: (np.ones(shape, np.float32).reshape(shape[:3 if shape[3] == 1 else 4]),
                   np.zeros([shape[3], 1], np.float32)) for name, shape in shapes.items()}
  found = vgg_face_weights.read(save(tmp_path / "a.mat", arrays, average=np.ones([1, 1, 3])))
  assert {name: kernel.shape for name, kernel in found.kernels.items()} == {
      name: shape for name, shape in shapes.items() if name != "fc8"}


def test_a_converted_network_computes_with_the_files_values(arrays, tmp_path):
  path = save(tmp_path / "vgg_face.mat", arrays)
  model, data = vgg_face_conversion.convert(path)
  assert data == {"converted_from": "vgg_face.mat"} and model.config.feature_layer == "fc7"
  pixels = np.random.default_rng(2).integers(0, 256, [2, SIZE, SIZE, 3]).astype(np.uint8)
  value = pixels - AVERAGE
  levels = 0
  for name, (filters, biases) in arrays.items():
    if name == "fc8":
      break
    level = int(name[4]) if name.startswith("conv") else 6
    if level > levels + 1:
      rows, height, width, channels = value.shape
      value = value.reshape(rows, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
      levels += 1
    value = np.maximum(correlated(value, filters, name.startswith("conv")) + biases[0], 0)
  found = model.embed(pixels / np.float32(127.5) - 1)
  assert value.max() > 0
  np.testing.assert_allclose(found, value.reshape(2, -1), atol=1e-3 * value.max())


def correlated(x, filters, padded):
  """What MatConvNet's vl_nnconv computes: the sum of products, filters not turned."""
  kernel = filters.shape[0]
  if padded:
    x = np.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
  height, width = (side - kernel + 1 for side in x.shape[1:3])
  return sum(x[:, i:i + height, j:j + width] @ filters[i, j]
             for i in range(kernel) for j in range(kernel))


def changed(arrays, name, filters=None, biases=None):
  own = arrays[name]
  return {**arrays, name: (own[0] if filters is None else filters,
                           own[1] if biases is None else biases)}


@pytest.mark.parametrize("change, words", [
    (lambda a: {n: p for n, p in a.items() if n != "conv3_2"}, "missing: conv3_2"),
    (lambda a: changed(a, "fc7", filters=a["fc7"][0][..., :5]), r"fc7 \[1, 1, 128, 5\]"),
    (lambda a: changed(a, "fc8", filters=a["fc8"][0][..., :5]), r"fc8 \[1, 1, 128, 5\]"),
    (lambda a: changed(a, "conv2_1", filters=a["conv2_1"][0].transpose(3, 2, 0, 1)), "misshapen"),
    (lambda a: changed(a, "fc6", biases=a["fc6"][1][:, 1:]), "fc6 .* with 127 biases"),
    (lambda a: changed(a, "conv1_2", filters=np.nan * a["conv1_2"][0]), "without finite numbers"),
    (lambda a: changed(a, "conv1_2", biases=np.array([["x", "y"]])), "without finite numbers"),
    (lambda a: {n: p for n, p in a.items() if n != "fc6"}, "no filters of conv1_1 or fc6"),
    (lambda a: {}, "no filters of conv1_1 or fc6")])
def test_other_networks_are_a_sentence(change, words, arrays, tmp_path):
  with pytest.raises(UserError, match=words) as caught:
    vgg_face_weights.read(save(tmp_path / "a.mat", change(arrays)))
  assert "give vgg_face.mat of the VGG Face Descriptor" in str(caught.value)
  assert "\n" not in str(caught.value)


def test_a_file_without_fc8_is_enough(arrays, tmp_path):
  kept = {name: pair for name, pair in arrays.items() if name != "fc8"}
  assert len(vgg_face_weights.read(save(tmp_path / "a.mat", kept)).kernels) == 15


@pytest.mark.parametrize("average", [np.ones([5, 5, 3]), np.ones([SIZE, SIZE]), np.zeros([0, 0]),
                                     np.full([1, 1, 3], np.inf), np.array(["abc"])])
def test_other_averages_are_a_sentence(average, arrays, tmp_path):
  with pytest.raises(UserError, match="no averageImage of 64 x 64 x 3"):
    vgg_face_weights.read(save(tmp_path / "a.mat", arrays, average=average))


@pytest.mark.parametrize("content", [
    {"x": 1}, {"layers": 5}, {"layers": "abc"}, {"net": 3}, {"layers": cells([1, 2])},
    {"layers": cells([struct(weights=cells([1, 2]))])}, {"layers": struct(name="a")}])
def test_other_contents_are_a_sentence(content, tmp_path):
  scipy.io.savemat(tmp_path / "a.mat", content)
  with pytest.raises(UserError, match="give vgg_face.mat"):
    vgg_face_weights.read(tmp_path / "a.mat")


def test_no_average_at_all_is_a_sentence(arrays, tmp_path):
  for content in ({}, {"meta": struct(classes=1)}, {"normalization": 5}):
    scipy.io.savemat(tmp_path / "a.mat", {"layers": new_layers(arrays), **content})
    with pytest.raises(UserError, match="no averageImage"):
      vgg_face_weights.read(tmp_path / "a.mat")


def test_what_is_no_mat_file_is_a_sentence(arrays, tmp_path):
  with pytest.raises(UserError, match="There is no file"):
    vgg_face_weights.read(tmp_path / "none.mat")
  with pytest.raises(UserError, match="There is no file"):
    vgg_face_weights.read(tmp_path)
  whole = save(tmp_path / "whole.mat", arrays).read_bytes()
  packed = save(tmp_path / "packed.mat", arrays, "old").read_bytes()
  for number, content in enumerate([
      b"", b"no", b"<html>not found</html>" * 50, b"\x89HDF\r\n\x1a\n" + bytes(600),
      *(source[:int(share * len(source))] for source in (whole, packed)
        for share in (0.001, 0.01, 0.3, 0.7, 0.99))]):
    path = tmp_path / f"{number}.mat"
    path.write_bytes(content)
    with pytest.raises(UserError, match="give vgg_face.mat") as caught:
      vgg_face_weights.read(path)
    assert "\n" not in str(caught.value)
