"""Which precision policies a model can be trained with."""

import tensorflow as tf

from data_tools.errors import UserError


def refuse_float16(model: str) -> None:
  """Raises UserError if the policy computes in float16, whose range losses would have to be scaled
  for.

  Args:
    model: its name in a sentence.
  """
  if tf.keras.mixed_precision.global_policy().compute_dtype == "float16":
    raise UserError("The precision policy computes in float16, whose range the losses of "
                    f"{model} are not scaled for; use mixed_bfloat16 or float32.")
