"""Trains IACycleGAN: face photo <-> sketch, with face recognisers that are trained in turns.

  python train/ia_cyclegan.py --preset=demo --log_root=runs/ia_cyclegan           # built-in faces
  python train/ia_cyclegan.py --data_dir=faces --recogniser=runs/vggface --rounds=1 \\
      --log_root=runs/ia_cyclegan
  python train/ia_cyclegan.py --data_dir=faces --recogniser=runs/vggface --rounds=1 \\
      --log_root=runs/ia_cyclegan --resume_training
  python train/ia_cyclegan.py --stage=gan --log_root=runs/cyclegan \\
      --hparams="recogniser=none, identity_perception_weight=0"
  python train/ia_cyclegan.py --stage=recogniser --domain=sketch --preset=demo \\
      --log_root=runs/recogniser_sketch

Ends with a table of all rounds beside the paper's figures, and one JSON line.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

import dataclasses
import json

from absl import flags

from data_tools.errors import UserError
from models import hparams
from train import ia_cyclegan_gan_run, ia_cyclegan_turns, recogniser_run, turn_options
from train.ia_cyclegan_options import IaCycleGanOptions
from train.recogniser_options import RecogniserOptions
from train.turn_options import TurnOptions

turn_options.define()
# Flags of one stage alone.
_OF_STAGE = {turn_options.GAN: ("recogniser_photo", "recogniser_sketch", "init_gan", "init_from"),
             turn_options.RECOGNISER: ("domain", "synthetic_dir", "init_from"),
             turn_options.ALL: ("recogniser",)}


def main() -> None:
  """Trains the stage that is asked for."""
  stage, options = flags.FLAGS.stage, turn_options.options()
  _refuse_other_stages(stage)
  own = {name: getattr(flags.FLAGS, name) for name in _OF_STAGE[stage]}
  if stage == turn_options.ALL:
    _train_all(options)
  elif stage == turn_options.GAN:
    ia_cyclegan_gan_run.run(IaCycleGanOptions(
        **_shared(options, IaCycleGanOptions), recogniser_photo=own["recogniser_photo"],
        recogniser_sketch=own["recogniser_sketch"], init_gan=own["init_gan"]))
  else:
    texts = [options.hparams, options.recogniser_hparams,
             own["domain"] and f"domain={own['domain']}"]
    recogniser_run.run(RecogniserOptions(**{
        **_shared(options, RecogniserOptions), "synthetic_dir": own["synthetic_dir"],
        "preset": options.recogniser_preset, "hparams": ", ".join(filter(None, texts))}))


def _train_all(options: TurnOptions) -> None:
  if options.dry_run:
    gan, recogniser = (json.loads(hparams.to_json(one))
                       for one in ia_cyclegan_turns.configs(options))
    print(json.dumps({"gan": gan, "recogniser": recogniser}, indent=2))
  else:
    cli.emit(ia_cyclegan_turns.Turns(options).run())


def _shared(options: TurnOptions, kind: type) -> dict:
  names = {field.name for field in dataclasses.fields(kind)}
  return {name: value for name, value in vars(options).items() if name in names}


def _refuse_other_stages(stage: str) -> None:
  for other, names in _OF_STAGE.items():
    for name in names:
      if name not in _OF_STAGE[stage] and getattr(flags.FLAGS, name) is not None:
        raise UserError(f"--{name} belongs to --stage={other}, but this is --stage={stage}; leave "
                        "it away.")


if __name__ == "__main__":
  cli.run(main)
