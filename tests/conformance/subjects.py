"""Every registered model as the conformance suite sees it: small, with what it takes and gives.

A model joins by a line in SUBJECTS; `test_every_model_is_a_subject` fails until it is there.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.layers.noise import RowNoise
from tests.conformance import bad_hyperparameters
from tests.models import (tiny, tiny_contextual_gan, tiny_ia_cyclegan, tiny_sc_lmser,
                          tiny_sketch2image, tiny_sketch_a_net, tiny_tom, tiny_vggface)

SYNCHRONIZED = {"synchronized_batch_norm": True}


@dataclasses.dataclass(frozen=True)
class Subject:
  """One model under test.

  Attributes:
    model: from a seed, and changes of hyperparameters, to a small compiled model.
    batch: from rows and a seed to a training batch.
    inputs: from rows to what `outputs` takes: arrays whose first axis is the rows.
    outputs: what the model gives for them in use: arrays whose first axis is the rows.
    small_rate: the hyperparameters that make a step's moves vanish, for replicas: an Adam turns
      rounding of a gradient near zero into a whole step, which later updates would see.
    rows: of the batches that two replicas share.
    other_size: a hyperparameter whose value times two makes other weights.
    bad: texts of --hparams, and words of the sentence about them.
    dear: its steps take seconds: what the suite asks besides the necessary is left to slow tests.
    exported: the model whose export is asked; None: `model`.
    exempt: names of properties that it is not asked for, each with the reason.
  """

  model: Callable[..., tf.keras.Model]
  batch: Callable[[int, int], dict[str, Any]]
  inputs: Callable[[int], dict[str, np.ndarray]]
  outputs: Callable[[tf.keras.Model, dict[str, np.ndarray]], Any]
  small_rate: dict[str, Any]
  other_size: str
  bad: tuple[tuple[str, str], ...]
  rows: int = 4
  dear: bool = False
  exported: Callable[[], tf.keras.Model] | None = None
  exempt: tuple[tuple[str, str], ...] = ()


def _called(model, inputs):
  return model(inputs)


def _latent(rows):
  return {"z": np.random.default_rng(0).uniform(-1, 1, [rows, 4]).astype(np.float32)}


def _pairs(rows):
  return tiny_sketch2image.batch(rows=rows)["paired"]


def _seeded_pairs(rows):
  return {**_pairs(rows), "seed": np.arange(5, 5 + rows, dtype=np.int32)}


def _refined(model, inputs):
  noise = RowNoise(tf.constant(inputs["seed"]))
  return model({name: inputs[name] for name in ("sketch", "photo")}, noise=noise)


_REPLICAS = (("replicas", "tests/models/test_sketch2image_replicas.py asks more of it"),)

SUBJECTS: dict[str, Subject] = {
    "contextual_gan": Subject(
        tiny_contextual_gan.model, tiny_contextual_gan.batch, _latent,
        lambda model, inputs: model(inputs["z"]), {**SYNCHRONIZED, "learning_rate": 1e-9},
        "width", bad_hyperparameters.CONTEXTUAL_GAN,
        exported=lambda: tiny_contextual_gan.model(iterations=2)),
    "ia_cyclegan": Subject(
        tiny_ia_cyclegan.model, tiny_ia_cyclegan.batch, tiny_ia_cyclegan.batch, _called,
        {"learning_rate": 1e-9}, "generator_width", bad_hyperparameters.IA_CYCLEGAN, dear=True),
    "rpcl_pix2seq": Subject(
        tiny.model, tiny.batch, tiny.batch, _called,
        {"learning_rate": 1e-9, "min_learning_rate": 0.0}, "dec_rnn_size",
        bad_hyperparameters.RPCL_PIX2SEQ),
    "sc_lmser": Subject(
        tiny_sc_lmser.model, tiny_sc_lmser.batch, tiny_sc_lmser.batch, _called,
        {**SYNCHRONIZED, "generator_learning_rate": 1e-9, "discriminator_learning_rate": 1e-9,
         "pool_size": 3}, "generator_width", bad_hyperparameters.SC_LMSER, dear=True),
    "sketch2image": Subject(
        tiny_sketch2image.gan, lambda rows=2, seed=0: tiny_sketch2image.batch(seed, rows)["paired"],
        _seeded_pairs, _refined,
        {**SYNCHRONIZED, "learning_rate": 1e-9, "later_learning_rate": 1e-9}, "nfc",
        bad_hyperparameters.SKETCH2IMAGE, dear=True, exempt=_REPLICAS,
        exported=lambda: tiny_sketch2image.settled(tiny_sketch2image.gan())),
    "sketch2image_ae": Subject(
        tiny_sketch2image.autoencoder,
        lambda rows=2, seed=0: tiny_sketch2image.batch(seed, rows), _pairs, _called,
        {**SYNCHRONIZED, "learning_rate": 1e-9, "later_learning_rate": 1e-9}, "nfc",
        bad_hyperparameters.SKETCH2IMAGE, dear=True, exempt=_REPLICAS,
        exported=lambda: tiny_sketch2image.settled(tiny_sketch2image.autoencoder())),
    "sketch_a_net": Subject(
        tiny_sketch_a_net.model, tiny_sketch_a_net.batch, tiny_sketch_a_net.batch,
        lambda model, inputs: model.recognise(inputs["image"]),
        {"learning_rate": 1e-9, "min_learning_rate": 0.0}, "width_multiplier",
        bad_hyperparameters.SKETCH_A_NET),
    "tom": Subject(
        tiny_tom.model, tiny_tom.batch, tiny_tom.batch,
        lambda model, inputs: model(inputs["photo"]), {**SYNCHRONIZED, "lr": 1e-9},
        "generator_width", bad_hyperparameters.TOM, dear=True),
    "vggface": Subject(
        tiny_vggface.model, lambda rows=4, seed=0: tiny_vggface.batch(rows // 2, 2, seed),
        lambda rows: tiny_vggface.batch(rows, 1), _called, {"learning_rate": 1e-9}, "width",
        bad_hyperparameters.VGGFACE,
        rows=6, exported=lambda: tiny_vggface.model(
            values=dataclasses.asdict(tiny_ia_cyclegan.config().recogniser_config("sketch")))),
}


def every(property_name: str = "", *, dear_are_slow: bool = False) -> list[Any]:
  """Parameters of a test: the names of all subjects that a property is asked of.

  Args:
    property_name: as in `Subject.exempt`.
    dear_are_slow: whether the default suite does without the dear ones.
  """
  return [pytest.param(name, marks=[pytest.mark.slow] * (dear_are_slow and subject.dear))
          for name, subject in SUBJECTS.items() if property_name not in dict(subject.exempt)]
