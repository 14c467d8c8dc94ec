"""Contents of the original Sketch-to-Image's checkpoints, of random numbers, for small models."""

import numpy as np

from models.layers import torch_state
from models.layers.linear_maps import LinearMap
from tests.models import tiny_sketch2image as tiny

STEP = 12001
UPDATES = {"opt_s": 2 * STEP, "opt_c": 2 * STEP, "opt_d": 2 * STEP, "opt_s_cls": 431}
NETWORKS = {"s": "style_encoder", "c": "content_encoder", "d": "decoder"}
# Last parts of the names of what PyTorch trains.
TRAINED = {"weight", "bias", "weight_orig", "base_feat", "weight_a", "weight_b", "bias_a", "bias_b",
           "bs_0", "bs_1", "bs_2"}
# An Adam of 2019 numbers its parameters by their addresses.
ADDRESS = 140_000_000_000_000


def state_of(network, seed=0):
  """A state dict of random numbers with PyTorch's shapes, in an order of its own."""
  axes = {id(layer.kernel): layer.TORCH_AXES for layer in network.submodules
          if isinstance(layer, LinearMap)}
  random, variables = np.random.default_rng(seed), torch_state.named_variables(network)
  names, state = list(variables), {}
  for name in map(str, random.permutation(names)):
    shape = list(variables[name].shape)
    if id(variables[name]) in axes:
      for axis, size in zip(axes[id(variables[name])], variables[name].shape):
        shape[axis] = size
    elif len(shape) == 4:  # [1, h, w, C] -> [1, C, h, w]
      shape = [shape[0], shape[3], *shape[1:3]]
    state[name] = random.normal(scale=0.1, size=shape).astype(np.float32)
    if name.endswith(("weight_orig", "weight_u", "weight_v", "running_var")):
      state[name] = np.abs(state[name])  # no spectral norm near 0
    if name.endswith(("weight_u", "weight_v")):
      state[name] /= np.linalg.norm(state[name])
    if name.endswith("running_var"):
      state[f"{name.removesuffix('running_var')}num_batches_tracked"] = np.float32(3)
  return state


def names_of(state, start="", without="none"):
  """What PyTorch trains of a state dict, in its order."""
  return [name for name in state if name.rsplit(".", 1)[-1] in TRAINED and name.startswith(start)
          and not name.startswith(without)]


def adam_of(state, names, step, idle=(), first=0):
  """What torch.optim.Adam saves; `idle` starts names of what never had a gradient."""
  numbers = [first + number for number in range(len(names))]
  entries = {number: {"step": step, "exp_avg": 0.5 * state[name], "exp_avg_sq": state[name] ** 2}
             for number, name in zip(numbers, names) if not name.startswith(tuple(idle))}
  return {"state": entries, "param_groups": [{"lr": 1, "params": numbers}]}


def autoencoder_tree():
  """Of a small first stage, for `torch_trees.write`."""
  networks = tiny.autoencoder().networks
  tree = {key: state_of(getattr(networks, name), seed)
          for seed, (key, name) in enumerate(NETWORKS.items())}
  return tree | {
      "opt_c": adam_of(tree["c"], names_of(tree["c"]), UPDATES["opt_c"], first=ADDRESS),
      "opt_s_cls": adam_of(tree["s"], names_of(tree["s"], "final_cls."), UPDATES["opt_s_cls"]),
      "opt_s": adam_of(tree["s"], names_of(tree["s"], without="final_cls."), UPDATES["opt_s"]),
      "opt_d": adam_of(tree["d"], names_of(tree["d"]), UPDATES["opt_d"])}


def gan_tree(step=STEP, **changes):
  """Of a small second stage, of shoes if nothing else is said, with all that is never used."""
  model = tiny.gan(**changes)
  tree = {key: state_of(network, seed) for seed, (key, network) in enumerate(
      {"ae": model.networks, "ig": model.G, "id": model.D}.items())}
  classes = {"weight": np.ones([4, 64], np.float32), "bias": np.ones([4], np.float32)}
  tree["ae"] |= {f"style_encoder.final_cls.1.{name}": value for name, value in classes.items()}
  idle = ()
  if model.config.data_name == "shoe":
    extra = {f"bs_{n}": np.ones([1, 16 * 2 ** n], np.float32) for n in range(3)}
    tree["ig"], idle = {**extra, **tree["ig"]}, ("bs_", "from_style.", "style_")
  names = names_of(tree["ig"])
  return tree | {"ig_ema": [0.25 * tree["ig"][name] for name in names],
                 "opt_ig": adam_of(tree["ig"], names, step, idle),
                 "opt_id": adam_of(tree["id"], names_of(tree["id"]), step)}
