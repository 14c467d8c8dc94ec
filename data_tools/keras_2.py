"""tf.keras as Keras 2, which the models are written for, whatever the version of TensorFlow.

TensorFlow 2.15 brings Keras 2. From 2.16 on `tf.keras` is Keras 3, unless the package tf-keras,
which is Keras 2, is installed and TF_USE_LEGACY_KERAS=1 is there before `tf.keras` is first used.
"""

import importlib.metadata
import importlib.util
import os
import sys

from data_tools.errors import UserError

VARIABLE = "TF_USE_LEGACY_KERAS"
_CHOSEN = ("1", "true", "True")  # what TensorFlow takes for yes


def choose() -> None:
  """Makes `tf.keras` Keras 2, in this process and in those it starts.

  Raises:
    UserError: it can't be: there is Keras 3 alone, or it was asked for, or is in use already.
  """
  if not importlib.util.find_spec("tf_keras"):
    _refuse_keras_3_alone()
    os.environ.pop(VARIABLE, None)  # TensorFlow 2.15 has Keras 2, but fails if that is asked for
  elif os.environ.setdefault(VARIABLE, "1") not in _CHOSEN:
    raise UserError(f"The environment has {VARIABLE}={os.environ[VARIABLE]}, which makes tf.keras "
                    f"Keras 3, but the models are written for Keras 2; set {VARIABLE}=1 or unset "
                    "it.")
  elif _version_in_use().startswith("3."):
    raise UserError("tf.keras is Keras 3 in this program already, but the models are written for "
                    f"Keras 2; import models before tf.keras is used, or set {VARIABLE}=1.")


def _refuse_keras_3_alone():
  try:
    version = importlib.metadata.version("keras")
  except importlib.metadata.PackageNotFoundError:  # nor is TensorFlow there
    return
  if version.startswith("3."):
    raise UserError(f"Keras {version} is installed without the package tf-keras, but the models "
                    "are written for Keras 2; install tf-keras of TensorFlow's version, or one of "
                    "the sets of docs/dependencies.md.")


def _version_in_use() -> str:
  """Of tf.keras if TensorFlow has been imported, else empty."""
  tensorflow = sys.modules.get("tensorflow")
  return getattr(tensorflow.keras, "__version__", "2.") if tensorflow else ""  # 3 always says it
