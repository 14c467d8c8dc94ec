"""The networks of Sketch-to-Image: sizes, names, what they must not depend on, the reference."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf

from models.layers.noise import BatchNoise, Noise, RowNoise
from models.layers.noise_injection import NoiseInjection
from models.layers.spectral_norm import SpectralBatchNorm
from models.sketch2image.autoencoder import AutoEncoder
from models.sketch2image.blocks import DualMaskInjection, EncoderResidual, GeneratorResidual
from models.sketch2image.decoder import Decoder
from models.sketch2image.discriminator import Discriminator
from models.sketch2image.encoders import LEAK, ContentEncoder, StyleEncoder
from models.sketch2image.refine import KINDS, refinement_generator
from tests.reference_checks import s2i_networks
from tests.reference_checks.finding import require
from tests.strategies import replicas

S2I = pathlib.Path(__file__).parents[1] / "reference" / "s2i"
WIDTH, SIZE = 8, 128  # the smallest of either
# Of the original's networks at full width.
PARAMETERS = {
    "content encoder": (ContentEncoder, 9_033_664),
    "decoder": (Decoder, 18_987_960),
    "art, 512": (lambda: refinement_generator("art"), 49_812_192),
    "art, 1024": (lambda: refinement_generator("art", enlarge=True), 49_821_072),
    # The original's has 896 more, which it does not use.
    "shoe, 512": (lambda: refinement_generator("shoe"), 49_812_192),
    "face, 512": (lambda: refinement_generator("face"), 5_659_328),
    "celeba, 1024": (lambda: refinement_generator("celeba", enlarge=True), 5_676_688),
    "discriminator": (Discriminator, 16_863_360),
    "discriminator for 1024": (lambda: Discriminator(image_size=1024), 24_074_368),
    **{f"encoder block {size}": (lambda size=size: EncoderResidual(size), count)
       for size, count in ((128, 297_472), (256, 1_188_864), (512, 4_753_408))},
    **{f"generator block {size}": (lambda size=size: GeneratorResidual(size), count)
       for size, count in ((128, 148_480), (256, 563_200), (512, 2_191_360), (768, 4_884_480),
                           (1024, 8_642_560))}}


def random_array(*shape, seed=0):
  return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def parameters(network):
  return sum(variable.shape.num_elements() for variable in network.trainable_variables)


def style(rows=2, seed=0):
  return [tf.constant(random_array(rows, factor * WIDTH, seed=seed + factor))
          for factor in (2, 4, 8)]


def pictures(rows=2, channels=3, size=SIZE, seed=0):
  return tf.constant(np.tanh(random_array(rows, size, size, channels, seed=seed)))


def settled(network):
  """As after some training: a fresh spectral norm divides by anything, and noise starts at zero."""
  for layer in network.submodules:
    if isinstance(layer, NoiseInjection):
      layer.weight.assign(tf.ones_like(layer.weight))
    elif getattr(layer, "spectral", None):
      weight = layer.gamma if isinstance(layer, SpectralBatchNorm) else layer.kernel
      for _ in range(3):
        layer.spectral(tf.convert_to_tensor(weight), training=True)
  return network


def generator(kind, **options):
  narrow = {"channels": 4} if kind in ("face", "celeba") else {}
  return settled(refinement_generator(kind, WIDTH, SIZE, seed=3, **narrow, **options))


# === Sizes ===


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters(name):
  make, expected = PARAMETERS[name]
  with tf.Graph().as_default():  # where variables hold no values
    assert parameters(make()) == expected


def test_parameters_of_the_style_encoder_and_of_all_three():
  with tf.Graph().as_default():
    network = AutoEncoder()
    encoder = network.style_encoder
    assert parameters(encoder) == 14_539_200 and encoder.classifier is None
    encoder.reset_classifier(0)
    assert parameters(encoder) == 14_795_700 and parameters(network) == 42_817_324
    assert sum(one.shape.num_elements() for one in encoder.main_variables()) == 14_539_200


@pytest.mark.slow
def test_shapes_and_ranges():
  vectors, logits = StyleEncoder(WIDTH)(pictures(size=320))
  assert [one.shape[1:] for one in vectors] == [16, 32, 64] and logits is None
  maps = ContentEncoder(WIDTH)(pictures(channels=1, size=192))
  assert [one.shape[1:] for one in maps] == [(12, 12, 16), (6, 6, 32), (3, 3, 64)]
  network = settled(AutoEncoder(WIDTH, image_size=SIZE))
  image, _ = network(pictures(channels=1, size=100), pictures(size=90))
  assert image.shape == (2, SIZE, SIZE, 3) and np.abs(image).max() < 1
  for kind in KINDS:
    for enlarge, size in ((False, SIZE), (True, 2 * SIZE)):
      image = generator(kind, enlarge=enlarge)(pictures(), style(), BatchNoise(tf.constant([0, 1])))
      assert image.shape == (2, size, size, 3) and 0 < np.abs(image).max() < 1
  for built_for, size, side in ((512, 512, 5), (512, 1024, 13), (1024, 1024, 5), (128, 128, 5)):
    logits = Discriminator(4, built_for)(pictures(rows=1, size=size))
    assert logits.shape == (1, side, side, 1)
  with pytest.raises(ValueError, match="kind is 'cat', but must be one of art, shoe, face"):
    refinement_generator("cat")


def test_discriminator_starts_as_the_original_does():
  named = Discriminator(64, 512, seed=1).named_variables()
  assert abs(named["main.3.down_main.3.weight_orig"].numpy().std() / 0.02 - 1) < 0.02
  gains = named["main.5.down_main.1.weight"].numpy()
  assert abs(gains.mean() - 1) < 0.003 and abs(gains.std() / 0.02 - 1) < 0.1
  assert not np.any(named["main.5.down_main.1.bias"])


# === What is easily got wrong ===


def test_returned_features_are_those_after_the_next_levels_activation():
  encoder = ContentEncoder(WIDTH)
  maps, last = encoder(pictures(channels=1)), []
  for number, block in enumerate(encoder.blocks):
    x = pictures(channels=1) if not number else maps[number - 1]
    if not number:
      x = tf.nn.leaky_relu(encoder.convs[0](x), 0.2)
      for conv, norm in zip(encoder.convs[1:3], encoder.norms):
        x = tf.nn.leaky_relu(norm(conv(x)), LEAK)
    last.append(block(encoder.convs[3 + number](x)))
  np.testing.assert_array_equal(maps[2], last[2])
  for ours, raw in zip(maps[:2], last):
    np.testing.assert_allclose(tf.where(ours < 0, 10 * ours, ours), raw, rtol=1e-5)


def test_dual_mask_at_the_start():
  layer, f, m = DualMaskInjection(4), random_array(2, 3, 3, 4), random_array(2, 3, 3, 4, seed=1)
  np.testing.assert_allclose(layer(f, m), 1.01 * f * m + 0.99 * f * (1 - m), atol=1e-6)
  repeated = layer(f, m[..., :2])
  np.testing.assert_allclose(repeated, layer(f, np.concatenate([m[..., :2]] * 2, -1)), atol=1e-6)


def test_classifier_comes_late_and_is_renewed_in_place():
  encoder = StyleEncoder(WIDTH, num_classes=5)
  assert "final_cls.1.weight" not in encoder.named_variables()
  encoder.reset_classifier(1)
  kernel, before = encoder.classifier.kernel, encoder.classifier.kernel.numpy()
  bound = (8 * WIDTH) ** -0.5
  assert np.abs(before).max() <= bound and 0 < np.abs(encoder.classifier.bias).max() <= bound / 10
  assert encoder(pictures()).logits.shape == (2, 5)
  encoder.reset_classifier(2)
  assert encoder.classifier.kernel is kernel and not np.any(kernel.numpy() == before)
  others = {id(one) for one in encoder.main_variables()}
  assert id(kernel) not in others
  assert len(encoder.trainable_variables) == len(others) + 2


def test_frozen_autoencoder_changes_nothing_and_passes_no_gradient():
  network = AutoEncoder(WIDTH, image_size=SIZE)
  before = [variable.numpy() for variable in network.variables]
  sketch = pictures(channels=1)
  with tf.GradientTape() as tape:
    tape.watch(sketch)
    image, vectors = network(sketch, pictures())
  assert tape.gradient([image, *vectors], [sketch, *network.trainable_variables]) == [None] * (
      1 + len(network.trainable_variables))
  for variable, value in zip(network.variables, before):
    np.testing.assert_array_equal(variable, value)
  network(sketch, pictures(), training=True)
  moved = [variable.trainable for variable, value in zip(network.variables, before)
           if not np.array_equal(variable, value)]
  assert not any(moved) and len(moved) > len(network.non_trainable_variables) / 2


@pytest.mark.slow
def test_shoes_ignore_the_style_but_not_the_noise():
  network, images = generator("shoe"), pictures()
  run = lambda style_seed, noise_seed: network(images, style(seed=style_seed),
                                               BatchNoise(tf.constant([0, noise_seed])))
  np.testing.assert_array_equal(run(0, 1), run(9, 1))
  assert np.abs(run(0, 1) - run(0, 2)).max() > 1e-3
  art = generator("art")
  other = [art(images, style(seed=seed), BatchNoise(tf.constant([0, 1]))) for seed in (0, 9)]
  assert np.abs(other[0] - other[1]).max() > 1e-3
  assert set(network.named_variables()) == set(art.named_variables())


class Coins(Noise):
  """No noise, and what falls."""

  def __init__(self, *coins):
    super().__init__()
    self._coins = iter(coins)

  def normal(self, rows, shape):
    return tf.zeros([rows, *shape])

  def coin(self):
    return tf.constant(next(self._coins))


def test_faces_flip_the_styles_map():
  """In a network that sees nothing else, the picture is flipped with it, all rows or one."""
  network, blank = generator("face"), tf.zeros([2, SIZE, SIZE, 3])
  for up in network.ups:  # kernels that do not know left from right, nor up from down
    up.conv.kernel.assign(sum(tf.reverse(up.conv.kernel, axes) for axes in ([], [0], [1], [0, 1])))
  network.final.kernel.assign(sum(tf.reverse(network.final.kernel, axes)
                                  for axes in ([], [0], [1], [0, 1])))
  for down in network.downs:
    down.conv.kernel.assign(tf.zeros_like(down.conv.kernel) + 1e-30)
  run = lambda *coins: network(blank, style(), Coins(*coins)).numpy()
  plain = run([False], [False])
  np.testing.assert_allclose(run([True], [False]), plain[:, ::-1], atol=1e-5)
  np.testing.assert_allclose(run([False], [True]), plain[:, :, ::-1], atol=1e-5)
  mixed = run([True, False], [True, False])
  np.testing.assert_allclose(mixed, [plain[0, ::-1, ::-1], plain[1]], atol=1e-5)
  assert np.abs(plain - plain[:, ::-1]).max() > 1e-3


# === Batches, replicas, saving ===


@pytest.mark.parametrize("kind", [pytest.param("art", marks=pytest.mark.slow), "face"])
def test_a_picture_does_not_depend_on_its_batch(kind):
  network, images, vectors = generator(kind), pictures(3), style(3)
  run = lambda rows, seeds: network(tf.gather(images, rows),
                                    [tf.gather(one, rows) for one in vectors],
                                    RowNoise(tf.constant(seeds)))
  together = run([0, 1, 2], [7, 8, 9])
  for row, seed in ((2, 9), (0, 7)):
    np.testing.assert_allclose(run([row], [seed])[0], together[row], atol=1e-5)
  assert np.abs(run([0], [6])[0] - together[0]).max() > 1e-3


@pytest.mark.slow
def test_two_replicas_train_as_one():
  """With synchronised statistics: pictures, gradients, statistics, vectors."""
  strategy, upstream = replicas(2), random_array(2, SIZE, SIZE, 3)
  images, vectors = pictures(), style()

  def passed(network, rows):
    part = lambda values: tf.gather(values, rows)
    with tf.GradientTape() as tape:
      image = network(part(images), [part(one) for one in vectors],
                      BatchNoise(tf.constant([3, 4])), training=True)
      total = tf.reduce_sum(image * part(upstream))
    return image, tape.gradient(total, network.trainable_variables)

  def on_replicas(network):
    rows = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant([context.replica_id_in_sync_group]))

    def step(rows):
      image, gradients = passed(network, rows)
      context = tf.distribute.get_replica_context()
      return image, context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)

    image, gradients = tf.function(lambda rows: strategy.run(step, (rows,)))(rows)
    return (tf.concat(strategy.experimental_local_results(image), 0),
            [strategy.experimental_local_results(one)[0] for one in gradients])

  with strategy.scope():
    network = generator("face", synchronized=True)
  single = generator("face")
  ours, expected = on_replicas(network), passed(single, [0, 1])
  np.testing.assert_allclose(ours[0], expected[0], atol=2e-5)
  largest = max(float(tf.reduce_max(tf.abs(one))) for one in expected[1])
  for one, other in zip(ours[1], expected[1]):
    np.testing.assert_allclose(one, other, atol=1e-4 * largest)
  for variable, other in zip(network.variables, single.variables):
    for local in strategy.experimental_local_results(variable):
      np.testing.assert_allclose(local, other, rtol=1e-3, atol=1e-5)


NETWORKS = {
    "style": (lambda: StyleEncoder(WIDTH, 5, seed=2),
              lambda net, **mode: net(pictures(), **mode).vectors),
    "content": (lambda: ContentEncoder(WIDTH, seed=2),
                lambda net, **mode: net(pictures(channels=1), **mode)),
    "decoder": (lambda: Decoder(WIDTH, SIZE, seed=2),
                lambda net, **mode: net(ContentEncoder(WIDTH)(pictures(channels=1)), style(),
                                        **mode)),
    "autoencoder": (lambda: AutoEncoder(WIDTH, 5, SIZE, seed=2),
                    lambda net, **mode: net(pictures(channels=1), pictures(), **mode)[0]),
    **{kind: (lambda kind=kind: generator(kind), lambda net, **mode: net(
        pictures(), style(), BatchNoise(tf.constant([0, 1])), **mode)) for kind in ("art", "face")},
    "discriminator": (lambda: Discriminator(8, 256, seed=2),
                      lambda net, **mode: net(pictures(size=256), **mode))}


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=[] if name in ("autoencoder", "face", "discriminator")
                 else pytest.mark.slow) for name in NETWORKS])
def test_config_names_and_checkpoints(name, tmp_path):
  make, run = NETWORKS[name]
  network = make()
  run(network, training=True)
  named = network.named_variables()
  assert {id(one) for one in named.values()} == {id(one) for one in network.variables}
  config = network.get_config()
  again = type(network).from_config(config)
  assert again.get_config() == config
  np.testing.assert_array_equal(again.variables[0], make().variables[0])
  path = tf.train.Checkpoint(network=network).write(str(tmp_path / "weights"))
  status = tf.train.Checkpoint(network=again).read(path)
  status.assert_existing_objects_matched().assert_consumed()
  for ours, expected in zip(tf.nest.flatten(run(again)), tf.nest.flatten(run(network))):
    np.testing.assert_array_equal(ours, expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_mixed_precision_is_finite_and_gives_float32(name):
  make, run = NETWORKS[name]
  try:
    tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
    network = make()
    with tf.GradientTape() as tape:
      results = tf.nest.flatten(run(network, training=True))
      total = tf.add_n([tf.reduce_sum(one ** 2) for one in results])
    gradients = tape.gradient(total, network.trainable_variables)
  finally:
    tf.keras.mixed_precision.set_global_policy("float32")
  assert all(one.dtype == tf.float32 for one in (*results, *network.variables))
  assert all(np.isfinite(one).all() for one in (*results, *network.variables))
  assert all(one is None or np.isfinite(one).all() for one in gradients)


# === The original's numbers ===


@pytest.mark.parametrize("name", [
    "content_encoder_192", "style_encoder_320", "disc_512", "ae", "refine_art_512",
    "refine_face_512"])
def test_networks_are_the_originals(name):
  with np.load(S2I / f"nets_{name}.npz", allow_pickle=False) as file:
    require(s2i_networks.check_modes(dict(file)))
