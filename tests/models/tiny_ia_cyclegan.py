"""Small IACycleGAN models and batches that the tests share."""

import numpy as np
import tensorflow as tf

from models.ia_cyclegan.config import IaCycleGanConfig
from models.ia_cyclegan.model import IaCycleGan

SIZE = 32
WITHOUT = {"recogniser": "none", "identity_perception_weight": 0.0}
RECOGNISERS = {"recogniser": "small", "recogniser_feature_layer": "embedding",
               "recogniser_input_size": 32, "recogniser_width": 2, "recogniser_embedding_size": 8,
               "identity_perception_weight": 0.5}


def config(**changes) -> IaCycleGanConfig:
  values = {"in_size": (24, 30), "pad_size": (36, 36), "out_size": (SIZE, SIZE),
            "generator_width": 2, "residual_blocks": 1, "discriminator_width": 2, "batch_size": 2,
            "num_epochs": 1, "decay_epochs": 1, "pool_size": 3, **RECOGNISERS, **changes}
  return IaCycleGanConfig(**values)


def model(seed=0, jit_compile_networks=False, steps_per_epoch=None, **changes) -> IaCycleGan:
  made = IaCycleGan(config(**changes), seed, jit_compile_networks)
  made.compile(steps_per_epoch)
  return made


def batch(rows=2, seed=0, size=SIZE) -> dict[str, np.ndarray]:
  """Pictures with something in every corner: noise over a gradient."""
  random = np.random.default_rng(seed)
  shade = np.linspace(0, 120, size)[:, None, None]
  photo = random.integers(0, 136, [rows, size, size, 3]) + shade
  sketch = random.integers(0, 136, [rows, size, size, 1]) + shade
  return {"photo": photo.astype(np.uint8), "sketch": sketch.astype(np.uint8)}


def train(model, steps=1, rows=2, first=0):
  """Steps one by one, not traced, which would take longer; the figures of the last one."""
  for step in range(first, first + steps):
    model.reset_metrics()
    found = model.train_step(batch(rows, seed=step))
  return {name: float(value) for name, value in found.items()}


def fit(model, steps=1, rows=2):
  """The same with Keras's `fit`."""
  data = tf.data.Dataset.from_generator(
      lambda: (batch(rows, seed=i) for i in range(steps)),
      output_signature=tf.nest.map_structure(
          tf.type_spec_from_value, tf.nest.map_structure(tf.constant, batch(rows))))
  history = model.fit(data.apply(tf.data.experimental.assert_cardinality(steps)), verbose=0)
  return {name: values[-1] for name, values in history.history.items()}


def values_of(variables):
  return [variable.numpy() for variable in variables]
