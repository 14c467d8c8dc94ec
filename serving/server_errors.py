"""Sentences for what a model server answers or doesn't, the same for REST and gRPC."""

from data_tools.errors import UserError


def unreachable(address: str, reason: object) -> UserError:
  """Nobody listens, or the connection broke."""
  return UserError(f"No model server answers at {address} ({_first_line(reason)}); start one, as "
                   "serving/README.md says, or give the right --server.")


def too_slow(address: str, seconds: float) -> UserError:
  """No answer came in time."""
  return UserError(f"The model server at {address} has not answered within {seconds:g} s; give it "
                   "longer by --timeout, or look at its log.")


def not_loaded(address: str, model: str, reason: object) -> UserError:
  """The server has no such model or version."""
  return UserError(f"The model server at {address} has not loaded {model} ({_first_line(reason)}); "
                   "give the --model and --version that its model.config names, or wait until it "
                   "has loaded it.")


def refused(model: str, reason: object) -> UserError:
  """The request reached the model, which does not take it."""
  return UserError(f"{model} does not take this request ({_first_line(reason)}); give files that "
                   "fit the signature.")


def failed(address: str, reason: object) -> UserError:
  """The server has trouble of its own."""
  return UserError(f"The model server at {address} failed ({_first_line(reason)}); look at "
                   "its log.")


def no_model_server(address: str, reason: object) -> UserError:
  """The answer is none that TensorFlow Serving gives."""
  return UserError(f"What answers at {address} is no TensorFlow Serving, or not at this port "
                   f"({_first_line(reason)}); 8501 is the usual port of REST, 8500 of gRPC.")


def _first_line(reason: object) -> str:
  """Without the names of graph nodes that TensorFlow puts on the lines below, and a full stop."""
  lines = str(reason).strip().splitlines()
  return (lines[0].strip() if lines else type(reason).__name__).rstrip(".")
