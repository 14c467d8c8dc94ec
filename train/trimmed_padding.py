"""The lengths that a training run with trim_padding pads its batches to."""

import dataclasses
from typing import Any

from data_tools import cli, length_buckets
from data_tools.errors import UserError
from data_tools.shards.shard_split import ShardSplit
from data_tools.sketch_dataset import SketchSplit
from train import devices


def resolved(config: Any, split: SketchSplit | ShardSplit, strategy: str) -> Any:
  """The config with length_buckets as they are used; without trim_padding the config itself.

  What is used is kept with the run, so that it goes on with the same.

  Args:
    config: hyperparameters: trim_padding, length_buckets and max_seq_len (not -1).
    split: the training drawings.
    strategy: of `train.devices`.

  Raises:
    UserError: batches can't be made by length here.
  """
  if not config.trim_padding:
    return config
  if isinstance(split, ShardSplit):
    raise UserError(f"trim_padding makes batches by length of drawings in memory, but "
                    f"{split.folder} holds shards; turn it off, or give a folder of .npz files.")
  if strategy == devices.MULTI_WORKER:
    raise UserError(f"trim_padding can't be used with --strategy={strategy}, whose workers need "
                    "batches of one length; turn it off, or train on one machine.")
  buckets = length_buckets.bucket_lengths(split.lengths, config.max_seq_len, config.length_buckets)
  before, after = (length_buckets.padded_share(split.lengths, config.max_seq_len, lengths)
                   for lengths in ((), buckets))
  cli.say(f"Batches are padded to {', '.join(map(str, buckets))} points instead of "
          f"{config.max_seq_len}: {after:.0%} of all points are padding instead of {before:.0%}.")
  return dataclasses.replace(config, length_buckets=buckets)
