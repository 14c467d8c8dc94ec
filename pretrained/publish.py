"""Makes a trained model part of the zoo: pretrained/weights/NAME and its entry in registry.json.

  python pretrained/publish.py --run_dir=runs/demo --name=rpcl_pix2seq_demo \\
      --licence=Apache-2.0 --data="built-in drawings: bee, bus" --score="Ret@1 95 %" \\
      --command="python train/rpcl_pix2seq.py --preset=demo" --description="A small model."

The weights are written without the optimizer; a README.md that is there already is kept. The
registry's entry goes to stdout as one JSON line.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from pretrained import publishing

_RUN_DIR = flags.DEFINE_string("run_dir", None, "A run folder or a model folder.", required=True)
_NAME = flags.DEFINE_string("name", None, "The name that users will give.", required=True)
_FACTS = {fact: flags.DEFINE_string(fact, None, f"For the registry and the card: {fact}.",
                                    required=True) for fact in publishing.FACTS}


def main() -> None:
  cli.emit(publishing.publish(_RUN_DIR.value, _NAME.value,
                              {fact: flag.value for fact, flag in _FACTS.items()}))


if __name__ == "__main__":
  cli.run(main)
