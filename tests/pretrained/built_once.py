"""Models of one config built once, for conversions that end in a refusal.

What they hold does not matter there, and building one with its optimisers takes seconds.
"""

import functools


def use(monkeypatch, module, model):
  """A conversion's module takes models built before.

  Args:
    monkeypatch: pytest's.
    module: the module that builds the model.
    model: its class, which the module has under the same name.
  """
  monkeypatch.setattr(module, model.__name__, lambda config: _built(model, config))


@functools.cache
def _built(model, config):
  made = model(config)
  made.compile()
  made.compile = lambda: None  # it is compiled
  return made
