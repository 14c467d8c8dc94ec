"""The models, which are written for Keras 2."""

from data_tools import keras_2

keras_2.choose()
