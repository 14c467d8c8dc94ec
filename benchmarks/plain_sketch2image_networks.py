"""Sketch-to-Image's networks written plainly: what the fast ones are proved and measured against.

As in the original program (Liu et al., 2021): zeros put around every map before a convolution,
maps enlarged before one, every norm by its formula. A network is a `Net`: its variables by their
names in the original's checkpoints, in our layout. Pictures and maps are float [B, H, W, C].
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf

_EPSILON, _SHORTEST, _MOMENTUM = 1e-5, 1e-12, 0.9
_Normal = Callable[[tf.Tensor], tf.Tensor]


class Net(NamedTuple):
  """One pass through a network."""

  named: Mapping[str, tf.Variable]
  training: bool = True  # whether norms take the batch's statistics and their state moves


# === Parts ===


def _spectral(net, name, weight):
  u, v = net.named[f"{name}.weight_u"], net.named[f"{name}.weight_v"]
  matrix = tf.transpose(tf.reshape(weight, [-1, weight.shape[-1]]))  # a row for each result
  if net.training:
    fixed = tf.stop_gradient(matrix)
    v.assign(_unit(tf.linalg.matvec(fixed, u, transpose_a=True)))
    u.assign(_unit(tf.linalg.matvec(fixed, v)))
  return weight / tf.reduce_sum(u * tf.linalg.matvec(matrix, v))


def _unit(vector):
  return vector / tf.maximum(tf.norm(vector), _SHORTEST)


def _weight(net, name):
  if f"{name}.weight_orig" in net.named:
    return _spectral(net, name, net.named[f"{name}.weight_orig"])
  return net.named[f"{name}.weight"]


def _conv(net, name, x, padding=0, stride=1):
  x = tf.pad(x, [[0, 0], [padding] * 2, [padding] * 2, [0, 0]])
  return tf.nn.conv2d(x, _weight(net, name), stride, "VALID")


def _dense(net, name, x):
  out = x @ _weight(net, name)
  return out + net.named[f"{name}.bias"] if f"{name}.bias" in net.named else out


def _batch_norm(net, name, x):
  gamma, beta = _weight(net, name), net.named[f"{name}.bias"]
  moving = net.named[f"{name}.running_mean"], net.named[f"{name}.running_var"]
  if not net.training:
    return tf.nn.batch_normalization(x, *moving, beta, gamma, _EPSILON)
  pixels = tf.reshape(x, [x.shape[0], -1, 1, x.shape[-1]])
  out, *moments = tf.compat.v1.nn.fused_batch_norm(pixels, gamma, beta, epsilon=_EPSILON)
  for variable, value in zip(moving, moments):  # the variance is the unbiased one
    variable.assign(_MOMENTUM * variable + (1 - _MOMENTUM) * value)
  return tf.reshape(out, x.shape)


def _instance_norm(x):
  mean, variance = tf.nn.moments(x, [1, 2], keepdims=True)
  return (x - mean) / tf.sqrt(variance + _EPSILON)


def _doubled(x):
  return tf.image.resize(x, [2 * x.shape[1], 2 * x.shape[2]], "nearest")


def _glu(x):
  values, gates = tf.split(x, 2, axis=-1)
  return values * tf.sigmoid(gates)


def _averaged(x, side):
  if x.shape[1] < side:  # of pictures below 256 pixels
    return tf.repeat(tf.repeat(x, side // x.shape[1], axis=1), side // x.shape[2], axis=2)
  window = [x.shape[1] // side, x.shape[2] // side]
  return tf.nn.avg_pool2d(x, window, window, "VALID")


def _scales(net, name, vector):
  inner = tf.nn.relu(_dense(net, f"{name}.0", vector))
  return tf.sigmoid(_dense(net, f"{name}.2", inner))[:, None, None, :]


def _squeeze_excite(net, name, x):
  hidden = tf.nn.relu(_dense(net, f"{name}.fc.0", tf.reduce_mean(x, [1, 2])))
  return x * tf.sigmoid(_dense(net, f"{name}.fc.2", hidden))[:, None, None, :]


def _encoder_block(net, name, x):
  main = tf.nn.silu(_batch_norm(net, f"{name}.main.0", x))
  main = _batch_norm(net, f"{name}.main.3", _conv(net, f"{name}.main.2", main, 1))
  main = _conv(net, f"{name}.main.5", tf.nn.silu(main), 1)
  return x + _squeeze_excite(net, f"{name}.main.6", main)


def _generator_block(net, name, x):
  main = _conv(net, f"{name}.main.1", _batch_norm(net, f"{name}.main.0", x))
  main = tf.nn.silu(_batch_norm(net, f"{name}.main.2", main))
  kernel = tf.transpose(_weight(net, f"{name}.main.4"), [0, 1, 3, 2])  # [5, 5, C, 1]
  main = tf.nn.depthwise_conv2d(main, kernel, [1, 1, 1, 1], "SAME")
  main = tf.nn.silu(_batch_norm(net, f"{name}.main.5", main))
  main = _batch_norm(net, f"{name}.main.8", _conv(net, f"{name}.main.7", main))
  return x + _squeeze_excite(net, f"{name}.main.9", main)


# === The auto-encoder ===


def content(net: Net, sketch: tf.Tensor, prefix: str = "cf") -> list[tf.Tensor]:
  """The content encoder's maps of 1/16, 1/32 and 1/64; with "sf" those of the style encoder."""
  conv = lambda place, x: _conv(net, f"{prefix}_{place}", x, 1, 2)
  block = lambda place, x: _encoder_block(net, f"{prefix}_{place}", x)
  x = tf.nn.leaky_relu(conv("256.0", sketch), 0.2)
  for level in (128, 64):
    x = tf.nn.leaky_relu(_batch_norm(net, f"{prefix}_{level}.1", conv(f"{level}.0", x)), 0.1)
  first = tf.nn.leaky_relu(block("32.1", conv("32.0", x)), 0.1)
  second = tf.nn.leaky_relu(block("16.2", conv("16.1", first)), 0.1)
  return [first, second, block("8.2", conv("8.1", second))]


def style(net: Net, photo: tf.Tensor) -> list[tf.Tensor]:
  """The three style vectors [B, *]."""
  return [_conv(net, f"sfv_{level}.1", _averaged(one, 4))[:, 0, 0]
          for level, one in zip((32, 16, 8), content(net, photo, "sf"))]


def classified(net: Net, vectors: Sequence[tf.Tensor]) -> tf.Tensor:
  """The style encoder's logits [B, classes] of the style vectors."""
  return _dense(net, "final_cls.1", tf.nn.leaky_relu(vectors[2], 0.1))


def decoded(net: Net, codes: Sequence[tf.Tensor], vectors: Sequence[tf.Tensor]) -> tf.Tensor:
  """The decoder's picture of content maps and style vectors."""
  base = tf.tile(net.named["base_feat"], [codes[2].shape[0], 1, 1, 1])
  x = _smallest(net, tf.concat([codes[2], base], -1), codes[2], vectors[2])
  larger = lambda name, x: _conv(net, name, _doubled(x), 1)
  x = _generator_block(net, "feat_16.3", larger("feat_16.2", tf.nn.leaky_relu(x, 0.1)))
  x = tf.concat([_mask_injected(net, "dmi_16", x, codes[1]), codes[1]], -1)
  x = _generator_block(net, "feat_32.3", larger("feat_32.2", tf.nn.leaky_relu(x, 0.1)))
  x = tf.nn.leaky_relu(tf.concat([x, codes[0]], -1), 0.1)
  for name, scaled_by, vector in (("feat_64.1", "style_64", vectors[2]),
                                  ("feat_128", "style_128", vectors[1]),
                                  ("feat_256", "style_256", vectors[0])):
    x = _glu(_instance_norm(larger(f"{name}.1", x))) * _scales(net, scaled_by, vector)
  x = _glu(_instance_norm(larger("feat_512.1", x)))
  return tf.tanh(_conv(net, "to_rgb.0", x, 1))


def _smallest(net, x, code, vector):
  x = _generator_block(net, "feat_8_1.0", x)
  x = _instance_norm(_conv(net, "feat_8_1.2", tf.nn.leaky_relu(x, 0.1), 1))
  x = _mask_injected(net, "dmi_8", x, code)
  scales = _dense(net, "style_8.2", tf.nn.relu(_dense(net, "style_8.0", vector)))
  x = tf.nn.leaky_relu(x * _batch_norm(net, "style_8.3", scales)[:, None, None, :], 0.1)
  return _generator_block(net, "feat_8_2.1", x)


def _mask_injected(net, name, x, mask):
  own = lambda part: net.named[f"{name}.{part}"]
  return (own("weight_a") * x * mask + own("bias_a") + own("weight_b") * x * (1 - mask)
          + own("bias_b"))


# === The refinement generators and the discriminator ===


def art(net: Net, image: tf.Tensor, vectors: Sequence[tf.Tensor], normal: _Normal,
        styled: bool = True) -> tf.Tensor:
  """The refinement generator for art, or for shoes: those without `styled`.

  Args:
    net: the generator's.
    image: of the auto-encoder.
    vectors: the style's.
    normal: makes noise of a shape.
    styled: whether style reaches the picture.
  """
  of_style = _seed_map(net, "from_style", 1, tf.concat(vectors, -1), 1, normal)
  of_style = of_style if styled else tf.zeros_like(of_style)
  vector = normal([image.shape[0], net.named["from_noise_32.1.weight_orig"].shape[0]])
  of_noise = _seed_map(net, "from_noise_32", 1, vector, 3, normal)
  maps = _encoded(net, image)
  x = tf.concat([maps[4], tf.tile(of_style, [1, 2, 2, 1])], -1)
  for place in (0, 2):
    x = tf.nn.silu(_generator_block(net, f"residual_16.{place}", x))
  x = tf.concat([_up(net, "decode_32", x, normal), of_noise], -1)
  for level, vector, skip in ((64, vectors[2], maps[2]), (128, vectors[2], maps[1]),
                              (256, vectors[1], maps[0]), (512, vectors[0], None)):
    x = _up(net, f"decode_{level}", x, normal)
    x = x * _scales(net, f"style_{level}", vector) if styled else x
    x = x if skip is None else x + skip
  return tf.tanh(_conv(net, "to_rgb.0", x, 1))


def _encoded(net, image):
  maps = [tf.nn.leaky_relu(_conv(net, "encode_256.0", image, 1, 2), 0.2)]
  for level in (128, 64, 32, 16):
    maps.append(_down(net, f"encode_{level}", maps[-1]))
  return maps


def face(net: Net, image: tf.Tensor, vectors: Sequence[tf.Tensor], normal: _Normal,
         flips: Callable[[], tf.Tensor]) -> tf.Tensor:
  """The refinement generator for faces.

  Args:
    net, image, vectors, normal: of `art`.
    flips: a coin, bool [1].
  """
  code = tf.nn.leaky_relu(_dense(net, "style.0", tf.concat(vectors, -1)), 0.1)
  x = _seed_map(net, "from_style_32", 0, code, 3, normal)
  for axis in (1, 2):
    x = tf.reverse(x, [axis]) if flips()[0] else x
  maps = [image]
  for number in range(1, 5):
    maps.append(_down(net, f"encode_{number}", maps[-1]))
  for number, level in enumerate((64, 128, 256, 512)):
    x = _up(net, f"decode_{level}", tf.concat([maps[4 - number], x], -1), normal)
    x = x * _scales(net, f"style_blocks.{number}", code)
  return tf.tanh(_conv(net, "final.0", x, 1))


def judged(net: Net, image: tf.Tensor, levels: int) -> tf.Tensor:
  """The discriminator's logits.

  Args:
    net: the discriminator's.
    image: in [-1, 1].
    levels: how often it halves the picture.
  """
  maps = [tf.nn.leaky_relu(_conv(net, "main.0.0", image, 1, 2), 0.2)]
  for number in range(1, levels):
    name, x = f"main.{number}", maps[-1]
    for place, stride in ((0, 2), (3, 1)):
      x = _conv(net, f"{name}.down_main.{place}", x, 1, stride)
      x = tf.nn.leaky_relu(_batch_norm(net, f"{name}.down_main.{place + 1}", x), 0.2)
    if number >= 4:
      pooled = tf.nn.relu(_conv(net, f"{name}.skip_conv.1", _averaged(maps[number - 4], 4)))
      scales, shifts = tf.split(_conv(net, f"{name}.skip_conv.3", pooled), 2, axis=-1)
      x = x * tf.sigmoid(scales) + tf.tanh(shifts)
    maps.append(x)
  x = _batch_norm(net, f"main.{levels}.1", _conv(net, f"main.{levels}.0", maps[-1]))
  return _conv(net, f"main.{levels}.3", tf.nn.leaky_relu(x, 0.2))


def _seed_map(net, name, place, vector, ups, normal):
  kernel = _weight(net, f"{name}.{place}")  # [C_in, side, side, C]
  x = tf.reshape(vector @ tf.reshape(kernel, [kernel.shape[0], -1]), [-1, *kernel.shape[1:]])
  x = _glu(_batch_norm(net, f"{name}.{place + 1}", x))
  for number in range(ups):
    x = _up(net, f"{name}.{place + 3 + number}", x, normal)
  return x


def _up(net, name, x, normal):
  x = _batch_norm(net, f"{name}.2", _conv(net, f"{name}.1", _doubled(x), 1))
  return _glu(x + net.named[f"{name}.3.weight"] * normal([*x.shape[:3], 1]))


def _down(net, name, x):
  return tf.nn.leaky_relu(_batch_norm(net, f"{name}.1", _conv(net, f"{name}.0", x, 1, 2)), 0.2)
