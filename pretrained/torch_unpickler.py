"""The pickles in PyTorch's weight files, read by a machine that can only build plain values.

Python's own unpickler calls whatever a file names. This one can neither import nor call anything a
file asks for: it walks the instructions and knows those that make numbers, text, lists, tuples and
dicts; names are looked up in `torch_values`, nowhere else. Format: the module pickletools of
Python, binary instructions of the protocols 2 to 5, without those that make objects.
"""

import io
import pickletools
from collections import OrderedDict
from typing import Any

from pretrained.torch_values import CALLS, KNOWN, Name, Refused, Storage, checked_key, stretch

_MAX_INSTRUCTIONS = 2_000_000  # a tensor takes about 25

# What damage or malice can raise below, in NumPy and in zipfile.
BROKEN = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, MemoryError,
          EOFError, RecursionError)


def unpickle(stream: io.BytesIO) -> tuple[Any, dict[str, Storage]]:
  """Reads one pickle; the stream is left behind it.

  Args:
    stream: in memory, so that a length in the pickle can't ask for more than there is.

  Returns:
    value: made of None, bool, int, float, str, bytes, list, tuple, dict, OrderedDict and the
      classes of `torch_values`. Lists and dicts may be shared or hold themselves.
    storages: those it mentions, by key.

  Raises:
    Refused: it is damaged or asks for more.
  """
  machine = _Machine()
  try:
    return machine.run(stream), machine.storages
  except BROKEN as error:
    raise Refused(f"is damaged or cut short (its pickle: {type(error).__name__})") from error


class _Machine:
  """A stack machine; its methods are the instructions, with what genops decoded as argument."""

  def __init__(self):
    self.stack: list[Any] = []
    self.marked: list[list[Any]] = []
    self.memo: dict[int, Any] = {}
    self.storages: dict[str, Storage] = {}
    self.work = 0

  def run(self, stream: io.BytesIO) -> Any:
    for opcode, argument, _ in pickletools.genops(stream):
      if opcode.name == "STOP":
        return self.stack.pop()
      if opcode.name not in _INSTRUCTIONS:
        raise Refused(f"uses the pickle instruction {opcode.name}, which tensors have no use for")
      self.spend(1)
      _INSTRUCTIONS[opcode.name](self, argument)
    raise EOFError

  def spend(self, work: int) -> None:
    self.work += work
    if self.work > _MAX_INSTRUCTIONS:
      raise Refused(f"has a pickle of more than {_MAX_INSTRUCTIONS:,} instructions")

  def ignore(self, _: Any) -> None:
    pass

  def push(self, argument: Any) -> None:
    self.stack.append(argument)

  def push_true(self, _: Any) -> None:
    self.stack.append(True)

  def push_false(self, _: Any) -> None:
    self.stack.append(False)

  def push_list(self, _: Any) -> None:
    self.stack.append([])

  def push_dict(self, _: Any) -> None:
    self.stack.append({})

  def push_tuple(self, _: Any) -> None:
    self.stack.append(())

  def mark(self, _: Any) -> None:
    self.marked.append(self.stack)
    self.stack = []

  def pop_marked(self) -> list[Any]:
    items, self.stack = self.stack, self.marked.pop()
    return items

  def make_tuple(self, _: Any) -> None:
    self.push(tuple(self.pop_marked()))

  def make_tuple1(self, _: Any) -> None:
    self.push((self.stack.pop(),))

  def make_tuple2(self, _: Any) -> None:
    second, first = self.stack.pop(), self.stack.pop()
    self.push((first, second))

  def make_tuple3(self, _: Any) -> None:
    third, second, first = self.stack.pop(), self.stack.pop(), self.stack.pop()
    self.push((first, second, third))

  def append(self, _: Any) -> None:
    self.extend([self.stack.pop()])

  def appends(self, _: Any) -> None:
    self.extend(self.pop_marked())

  def extend(self, items: list[Any]) -> None:
    if type(self.stack[-1]) is not list:
      raise TypeError("list")
    self.stack[-1].extend(items)

  def set_item(self, _: Any) -> None:
    value, key = self.stack.pop(), self.stack.pop()
    self.update([key, value])

  def set_items(self, _: Any) -> None:
    self.update(self.pop_marked())

  def update(self, items: list[Any]) -> None:
    target = self.stack[-1]
    if type(target) not in (dict, OrderedDict):
      raise TypeError("dict")
    for key, value in zip(items[::2], items[1::2], strict=True):
      target[checked_key(key)] = value

  def put(self, index: int) -> None:
    self.memo[index] = self.stack[-1]

  def memoize(self, _: Any) -> None:
    self.memo[len(self.memo)] = self.stack[-1]

  def get(self, index: int) -> None:
    self.push(self.memo[index])

  def load(self, argument: str) -> None:
    module, name = argument.split(" ", 1)
    self.load_name(Name(module, name))

  def load_from_stack(self, _: Any) -> None:
    name, module = self.stack.pop(), self.stack.pop()
    if type(name) is not str or type(module) is not str:
      raise TypeError("name")
    self.load_name(Name(module, name))

  def load_name(self, name: Name) -> None:
    if name not in KNOWN:
      raise Refused(f"asks to load {_shown(name)}, which plain tensors have no use for and which "
                    "may be harmful")
    self.push(name)

  def load_storage(self, _: Any) -> None:
    found = stretch(self.stack.pop())
    if self.storages.setdefault(found.storage.key, found.storage) != found.storage:
      raise Refused("describes the same numbers in two ways")
    self.push(found)

  def call(self, _: Any) -> None:
    arguments, name = self.stack.pop(), self.stack.pop()
    if type(arguments) is not tuple or type(name) is not Name:
      raise TypeError("call")
    self.spend(sum(len(argument) for argument in arguments if type(argument) is list))
    self.push(CALLS[name](*arguments))

  def set_state(self, _: Any) -> None:
    self.stack.pop()  # of an OrderedDict: the versions of the modules, which nobody needs
    if type(self.stack[-1]) is not OrderedDict:
      raise TypeError("state")


_INSTRUCTIONS = {
    **dict.fromkeys(["PROTO", "FRAME"], _Machine.ignore),
    **dict.fromkeys(["NONE", "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT",
                     "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINSTRING",
                     "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"], _Machine.push),
    "NEWTRUE": _Machine.push_true, "NEWFALSE": _Machine.push_false,
    "EMPTY_LIST": _Machine.push_list, "EMPTY_DICT": _Machine.push_dict,
    "EMPTY_TUPLE": _Machine.push_tuple, "MARK": _Machine.mark,
    "TUPLE": _Machine.make_tuple, "TUPLE1": _Machine.make_tuple1, "TUPLE2": _Machine.make_tuple2,
    "TUPLE3": _Machine.make_tuple3, "APPEND": _Machine.append, "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item, "SETITEMS": _Machine.set_items,
    "BINPUT": _Machine.put, "LONG_BINPUT": _Machine.put, "MEMOIZE": _Machine.memoize,
    "BINGET": _Machine.get, "LONG_BINGET": _Machine.get,
    "GLOBAL": _Machine.load, "STACK_GLOBAL": _Machine.load_from_stack,
    "BINPERSID": _Machine.load_storage, "REDUCE": _Machine.call, "BUILD": _Machine.set_state}


def _shown(name: Name) -> str:
  text = str(name)
  return (text if text.isascii() and text.isprintable() else ascii(text)[1:-1])[:80]
