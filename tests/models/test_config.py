"""The hyperparameters of RPCL-pix2seq: defaults, and what is refused."""

import dataclasses
import json
import pathlib

import pytest

from data_tools.errors import UserError
from models.rpcl_pix2seq.config import RpclPix2SeqConfig

REFERENCE = pathlib.Path(__file__).parents[1] / "reference" / "rpcl" / "hparams_a.json"


def test_names_and_defaults_are_the_originals():
  original = json.loads(REFERENCE.read_text())
  config = dataclasses.asdict(RpclPix2SeqConfig())
  own = {"momentum", "delearning_rate", "min_variance", "rpcl_start", "rpcl_period",
         "kl_decay_rate", "trim_padding", "length_buckets", "accumulate_gradients"}
  assert set(config) - own == set(original["defaults"])
  documented = {"categories": ("bee", "bus"), "batch_size": 128}  # its README's, not its code's
  for name, value in original["defaults"].items():
    assert config[name] == documented.get(name, value), name
    assert type(config[name]).__name__ == original["types"][name].replace("list", "tuple")


def test_validate_accepts_the_defaults_and_returns_the_config():
  config = RpclPix2SeqConfig()
  assert config.validate() is config
  assert config.num_components == 10


@pytest.mark.parametrize("changes", [
    {"batch_size": -4}, {"batch_size": 0}, {"dec_model": "gru"}, {"dec_model": "lstm "},
    {"categories": ()}, {"categories": ("bee", "bee")}, {"categories": ("bee", "")},
    {"png_width": 28}, {"png_width": 0}, {"png_width": -16}, {"recurrent_dropout_prob": 0.0},
    {"input_dropout_prob": 1.5}, {"output_dropout_prob": -0.1}, {"augment_stroke_prob": 1.1},
    {"augment_stroke_prob": -0.1}, {"momentum": 1.0}, {"momentum": -0.1},
    {"delearning_rate": -1e-4}, {"learning_rate": 0.0}, {"learning_rate": float("nan")},
    {"learning_rate": float("inf")}, {"min_learning_rate": -1e-5}, {"decay_rate": 0.0},
    {"decay_rate": 1.1}, {"grad_clip": 0.0}, {"de_weight": float("nan")}, {"max_seq_len": 0},
    {"max_seq_len": -2}, {"z_size": 0}, {"num_mixture": 0}, {"num_sub": 0}, {"dec_rnn_size": 0},
    {"num_steps": 0}, {"save_every": 0}, {"num_per_category": 0}, {"random_scale_factor": 1.0},
    {"png_scale_ratio": 0.0}, {"png_scale_ratio": 0.01}, {"png_rotate_angle": -1},
    {"png_translate_dist": 48}, {"rpcl_period": 0}, {"rpcl_start": -1}, {"batch_size": 2.5},
], ids=str)
def test_validate_names_field_and_value(changes):
  (name, value), = changes.items()
  with pytest.raises(UserError) as error:
    dataclasses.replace(RpclPix2SeqConfig(), **changes).validate()
  assert str(error.value).startswith(name)
  assert repr(value) in str(error.value) or not value or name == "categories"
