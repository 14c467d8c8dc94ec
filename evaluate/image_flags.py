"""The flags that every metric on images takes: where the true ones are, and the ones to judge."""

from absl import flags

_MEANING = ("a folder (not searched below), or a text file with one path a line, relative to that "
            "file")
REFERENCE_DIR = flags.DEFINE_string("reference_dir", None, f"The true images: {_MEANING}.",
                                    required=True)
GENERATED_DIR = flags.DEFINE_string("generated_dir", None, f"The images to judge: {_MEANING}.",
                                    required=True)
