"""The networks of the face recogniser, layer by layer, and what they are shown."""

import numpy as np
import pytest
import tensorflow as tf

from data_tools.faces.geometry import Geometry
from models.vggface import small, vgg_face
from models.vggface.scaling import as_input, framed
from models.vggface.small import SmallFace
from models.vggface.vgg_face import VggFace


def pictures(*shape, seed=0):
  return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def test_the_sizes_are_the_papers():
  shapes = vgg_face.kernel_shapes()
  count = lambda names: sum(int(np.prod(shapes[name])) + shapes[name][-1] for name in names)
  assert count(shapes) == 145_002_878
  assert count([name for name in shapes if name.startswith("conv")]) == 14_714_688
  assert count([name for name in shapes if name != "fc8"]) == 134_260_544
  assert shapes["fc6"] == (7, 7, 512, 4096) and shapes["fc8"] == (1, 1, 4096, 2622)
  assert vgg_face.LAYERS[:3] == ("conv1_1", "conv1_2", "pool1")
  assert vgg_face.LAYERS[-4:] == ("conv5_3", "pool5", "fc6", "fc7")


def test_the_variables_are_those_shapes():
  network, shapes = VggFace(64, 2), vgg_face.kernel_shapes(2, 64)
  assert {name: tuple(layer.kernel.shape) for name, layer in network.convolutions.items()} == {
      name: shape for name, shape in shapes.items() if name != "fc8"}
  assert len(network.trainable_variables) == 30 and network.average.shape == (64, 64, 3)


def test_vgg_face_is_a_chain_of_plain_operations():
  """Convolutions as sums over shifted pictures; the average is subtracted from 0..255."""
  network, x = VggFace(32, 2, seed=1), pictures(2, 32, 32, 3)
  average = 255 * (pictures(32, 32, 3, seed=5) + 1) / 2
  network.average.assign(average)
  for layer in network.convolutions.values():
    layer.bias.assign(pictures(layer.bias.shape[0], seed=2))
  value = (x + 1) * 127.5 - average
  for name in vgg_face.LAYERS:
    if name.startswith("pool"):
      rows, height, width, channels = value.shape
      value = value.reshape(rows, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
    else:
      kernel, bias = (variable.numpy() for variable in network.convolutions[name].variables)
      value = np.maximum(plain_convolution(value, kernel) + bias, 0)
  expected = value.reshape(2, -1)
  np.testing.assert_allclose(network(x), expected, atol=1e-4 * expected.max())
  assert expected.max() > 0


def plain_convolution(x, kernel):
  """Stride 1, zeros around: [B, H, W, I], [k, k, I, O] -> [B, H, W, O]."""
  size, (height, width) = kernel.shape[0], x.shape[1:3]
  padded = np.pad(x, [[0, 0], [size // 2] * 2, [size // 2] * 2, [0, 0]])
  return sum(padded[:, i:i + height, j:j + width] @ kernel[i, j]
             for i in range(size) for j in range(size))


@pytest.mark.parametrize("layer, values", [("conv1_1", 64 * 64 * 2), ("pool3", 8 * 8 * 8),
                                           ("pool5", 2 * 2 * 16), ("fc6", 128), ("fc7", 128)])
def test_features_are_those_of_the_layer_that_is_asked_for(layer, values):
  network, x = VggFace(64, 2, layer), pictures(2, 64, 64, 3)
  found = network(x)
  assert found.shape == (2, values) and found.dtype == tf.float32
  whole = VggFace(64, 2)
  assert list(network.convolutions) == list(whole.convolutions)[:len(network.convolutions)]
  for name, part in network.convolutions.items():
    np.testing.assert_array_equal(part.kernel, whole.convolutions[name].kernel)
  assert vgg_face.LAYERS.index(list(network.convolutions)[-1]) <= vgg_face.LAYERS.index(layer)


def test_a_fresh_network_has_the_papers_average_colour():
  np.testing.assert_allclose(VggFace(32, 2).average[5, 7], [129.1863, 104.7624, 93.5940])


def test_the_small_network_has_its_layers():
  network, x = SmallFace(64, 4, embedding_size=10), pictures(2, 64, 64, 3)
  assert network(x).shape == (2, 10) and float(tf.reduce_min(network(x))) < 0
  assert tuple(network.convolutions["embedding"].kernel.shape) == (4, 4, 32, 10)
  assert SmallFace(64, 4, "pool2")(x).shape == (2, 16 * 16 * 8)
  assert small.LAYERS[-1] == "embedding" and len(SmallFace(64, 4, "conv2").convolutions) == 2


def test_the_same_seed_gives_the_same_weights():
  first = lambda seed: VggFace(32, 2, seed=seed).convolutions["conv3_1"].kernel.numpy()
  np.testing.assert_array_equal(first(1), first(1))
  assert not np.allclose(first(1), first(2))
  deviation = VggFace(32, 16).convolutions["fc7"].kernel.numpy().std()
  assert deviation == pytest.approx((2 / 1024) ** 0.5, rel=0.02)


@pytest.mark.parametrize("height, width, size", [(80, 60, 32), (20, 50, 32), (32, 70, 32)])
def test_resizing_is_tensorflows_with_antialias(height, width, size):
  x = pictures(2, height, width, 3)
  expected = tf.image.resize(x, [size, size], antialias=True)
  np.testing.assert_allclose(as_input(x, size), expected, atol=5e-5)
  unknown = tf.function(lambda images: as_input(images, size), [tf.TensorSpec([None] * 3 + [3])])
  np.testing.assert_allclose(unknown(x), expected, atol=5e-5)


def test_enlarging_is_bilinear_and_the_same_size_stays():
  x = pictures(1, 16, 16, 3)
  np.testing.assert_allclose(as_input(x, 64), tf.image.resize(x, [64, 64]), atol=1e-5)
  np.testing.assert_array_equal(as_input(x, 16), x)


def test_only_bare_faces_are_put_on_white():
  geometry = Geometry((25, 20), (36, 36), (32, 32))
  made = framed(tf.constant(pictures(1, 50, 40, 3)), geometry).numpy()
  assert made.shape == (1, 64, 64, 3)
  assert (made[:, :7] == 1).all() and (made[:, :, :12] == 1).all() and (made[0, 7, 12] != 1).all()
  for shape in ((32, 32), (40, 40), (25, 25)):
    assert framed(tf.zeros([1, *shape, 3]), geometry).shape[1:3] == shape
  square = Geometry((32, 32), (36, 36), (32, 32))
  assert framed(tf.zeros([1, 32, 32, 3]), square).shape[1:3] == (32, 32)


@pytest.mark.parametrize("size", [(250, 200), (125, 100), (40, 32), (256, 256), (251, 200),
                                  (250, 201), (249, 200), (30, 24), (64, 51), (7, 90)])
def test_a_size_that_is_not_known_when_tracing_is_framed_alike(size):
  geometry = Geometry()
  pictures = tf.zeros([1, *size, 1])
  dynamic = tf.function(lambda one: framed(one, geometry),
                        [tf.TensorSpec([None, None, None, 1])], autograph=False)
  np.testing.assert_array_equal(dynamic(pictures), framed(pictures, geometry), strict=True)
