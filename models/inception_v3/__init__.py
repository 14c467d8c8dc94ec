"""Inception-v3 as the FID uses it: TensorFlow's release of 2015-12-05."""
