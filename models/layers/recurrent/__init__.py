"""Recurrent cells of sketch-rnn and a fast way to run them over sequences."""

from models.layers.recurrent.cell import RecurrentCell
from models.layers.recurrent.hyper_lstm import HyperLSTMCell
from models.layers.recurrent.layer_norm_lstm import LayerNormLSTMCell
from models.layers.recurrent.lstm import LSTMCell
from models.layers.recurrent.scan import scan

CELLS = {"lstm": LSTMCell, "layer_norm": LayerNormLSTMCell, "hyper": HyperLSTMCell}

__all__ = ["CELLS", "HyperLSTMCell", "LSTMCell", "LayerNormLSTMCell", "RecurrentCell", "scan"]
