"""LPIPS, the learned perceptual image patch similarity (Zhang et al., CVPR 2018), version 0.1."""
