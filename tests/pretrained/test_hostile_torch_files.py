"""PyTorch's weight files that are damaged, or made to run something or to cost memory."""

import io
import random
import tracemalloc
import zipfile

import pytest

from data_tools.errors import UserError
from pretrained import torch_files, torch_tensors, torch_unpickler, torch_zip_file
from tests.pretrained.torch_fixtures import FOLDER, FORMATS
from tests.pretrained.torch_writer import (MAGIC, NUMBERS, call, items, listed, name, named, number,
                                           pickled, storage, tensor, text, write)

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")


@pytest.fixture(params=FORMATS)
def form(request):
  return request.param


@pytest.fixture
def refuses(tmp_path, form):
  """Writes a value in both formats and asks that reading it ends in a certain sentence."""
  def run(value, message, storages=None):
    _refused(write(tmp_path, form, value, storages), message)
  return run


def _refused(path, message):
  with pytest.raises(UserError, match=message) as caught:
    torch_files.read_tree(path)
  assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("what", [
    "builtins eval", "__builtin__ eval", "posix system", "os system", "subprocess Popen",
    "numpy.core.multiarray scalar", "numpy load", "torch load", "torch._utils _rebuild_qtensor",
    "torch.nn.modules.linear Linear", "__builtin__ set", "copyreg _reconstructor",
    "pretrained.torch_values CALLS", "torch ComplexFloatStorage", "collections defaultdict"])
def test_no_other_name_is_loaded(refuses, what):
  module, function = what.split()
  message = f"asks to load {module}.{function}, which.*was not read further"
  refuses(name(module, function), message)
  refuses(named(x=tensor(), y=text(module) + text(function) + b"\x93"), message)


def test_a_name_can_not_spoil_the_sentence(refuses):
  refuses(text("a\n\x1b[31m") + text("é" * 999) + b"\x93", r"load a\\n\\x1b\[31m\.(\\xe9)+")


def test_nothing_is_run(refuses, tmp_path):
  proof = tmp_path / "proof"
  value = call("posix", "system", text(f"touch {proof}"))
  for attempt in (value, named(x=tensor(), y=value), value + b"0" + named(x=tensor())):
    refuses(attempt, "asks to load posix.system")
  assert not proof.exists()


@pytest.mark.parametrize("value, instruction", [
    (b"(iposix\nsystem\n", "INST"), (b"(" + name("torch", "Size") + b"o", "OBJ"),
    (name("torch", "Size") + b")\x81", "NEWOBJ"), (b"\x82\x01", "EXT1"), (b"P0\n", "PERSID"),
    (b"\x97", "NEXT_BUFFER"), (b"I1\n", "INT"), (b"\x8f", "EMPTY_SET")])
def test_instructions_that_make_objects(refuses, value, instruction):
  refuses(value, f"uses the pickle instruction {instruction}, ")


@pytest.mark.parametrize("value", [
    tensor() + named(x=number(1)) + b"b",                       # state for a tensor
    b"}" + named(x=number(1)) + b"b",                           # state for a dict
    name("torch", "Size") + named(__call__=number(1)) + b"b",   # state for a name
    name("torch", "FloatStorage") + b")R",                      # a call of what is no function
    text("torch.Size") + b")R", number(1) + b"Q", items(text("storage")) + b"Q", b"", b"t",
    b"h\x05", call("torch", "Size", number(3)), call("torch", "device", number(3)),
    call("torch._utils", "_rebuild_tensor_v2"), call("torch._utils", "_rebuild_parameter", b"N"),
    call("collections", "OrderedDict", text("abc")), named(x=tensor()) + number(1) + b"a",
    tensor(shape=(2,)), tensor(shape=(-2, 3)), tensor(strides=(-3, 1)), tensor(offset=-1),
    tensor(shape=(2**63, 1)), tensor(shape=(1,) * 33, strides=(1,) * 33),
    tensor(storage(kind="UntypedStorage", numel=24, module="torch.storage")),
    tensor(storage(numel=-6))])
def test_nonsense(refuses, value):
  refuses(value, "is damaged or cut short")


@pytest.mark.parametrize("value, message", [
    (named(x=tensor(offset=1)), "reaches beyond its numbers"),
    (named(x=tensor(strides=(4, 1))), "reaches beyond"),
    (named(x=tensor(shape=(2**62, 2**62), strides=(1, 1))), "reaches beyond"),
    (named(x=tensor(shape=(2**40, 2), strides=(0, 1))), "far more than its own size"),
    (named(x=tensor(more=(b"\x89", b"N", named(conj=b"\x88")))), "negated or conjugated"),
    (named(x=tensor(), y=tensor(storage(kind="IntStorage"))), "in two ways"),
    (named(x=storage()), "bare storages"),
    (b"}" + items(text("a")) + number(1) + b"s", "a key of type tuple"),
    (b"}" + number(2**70) + number(1) + b"s", "a key of type int")])
def test_what_is_more_than_tensors(refuses, value, message):
  refuses(value, message)


def test_numbers_that_do_not_fit(refuses, form):
  def either(zip_message, legacy_message):
    return zip_message if form == "zip" else legacy_message

  value, content = named(x=tensor()), NUMBERS.tobytes()
  refuses(value, either("holds 20 bytes where its pickle promises 24", "cut short"),
          {"0": (content[:-4], 6)})
  refuses(value, either("holds 28 bytes where its pickle promises 24", "counts of numbers differ"),
          {"0": (content + b"more", 7)})
  for storages in ({}, {"1": (content, 6)}):
    refuses(value, either("lacks numbers", "lists other numbers"), storages)
  refuses(named(x=tensor(storage(numel=2**62))), either("promises", "cut short"))


def test_what_would_cost_memory_or_time(refuses, monkeypatch):
  laughs = listed(number(1)) + b"q\x00"
  for level in range(1, 40):  # ten times the list before: 10^39 numbers for who goes through them
    laughs += listed(*[b"h" + bytes([level - 1])] * 10) + b"q" + bytes([level])
  monkeypatch.setattr(torch_tensors, "_MAX_NODES", 10_000)
  refuses(laughs, "holds over 10,000 values", {})
  refuses(b"]q\x00h\x00a", "nested deeper than 64 levels", {})  # a list that holds itself
  refuses(b")" + b"\x85" * 100_000, "nested deeper than 64 levels", {})
  refuses(b"})" + b"\x85" * 100_000 + b"Ns", "a key of type tuple")  # hashing it would crash
  monkeypatch.setattr(torch_unpickler, "_MAX_INSTRUCTIONS", 20_000)
  many = listed(*[listed(text("a"), b"N")] * 1000) + b"q\x00"
  refuses(many + (name("collections", "OrderedDict") + b"h\x00\x85R") * 50,
          "more than 20,000 instructions")
  monkeypatch.setattr(torch_unpickler, "_MAX_INSTRUCTIONS", 50)
  refuses(listed(*[number(1)] * 60), "more than 50 instructions")


def test_archives_that_are_not_as_torch_writes_them(tmp_path, monkeypatch):
  value = named(x=tensor())
  _refused(write(tmp_path, "zip", value, **{"constants.pkl": b""}), "is a TorchScript program")
  _refused(write(tmp_path, "zip", value, **{"inner/data.pkl": b""}), "without the data.pkl")
  path = tmp_path / "made.pth"
  with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("a/data.pkl", pickled(b"}") + bytes(2**20))
  _refused(path, "is compressed")
  with zipfile.ZipFile(path, "w") as archive:
    archive.writestr("a/readme.txt", b"")
  _refused(path, "without the data.pkl of torch.save")
  with zipfile.ZipFile(path, "w") as archive:
    for _ in range(2):
      archive.writestr("a/data.pkl", pickled(b"}"))
  _refused(path, "two members of the same name")
  monkeypatch.setattr(torch_zip_file, "_MAX_PICKLE", 10)
  _refused(write(tmp_path, "zip", value), "where at most 10 are expected")


def test_members_inside_each_other_do_not_count_twice(tmp_path):
  """The trick of zip bombs without compression: one member's bytes are another one, whole."""
  inner = io.BytesIO()
  with zipfile.ZipFile(inner, "w") as archive:
    archive.writestr("any name/data/1", bytes(4000))
    info = archive.getinfo("any name/data/1")
    end = inner.tell()
  outer = inner.getvalue()[:end]
  sizes = {"0": len(outer), "1": 4000}
  value = named(**{key: tensor(storage(key, "ByteStorage", size), 0, (size,), (1,))
                   for key, size in sizes.items()})
  path = write(tmp_path, "zip", value, {"0": (outer, 0)})
  begin = path.read_bytes().index(outer)
  with zipfile.ZipFile(path, "a") as archive:
    info.header_offset = begin
    archive.filelist.append(info)
    archive.NameToInfo[info.filename] = info
    archive.writestr("any name/version", "3")  # so that the list of members is written anew
  _refused(path, "promises more numbers than it has bytes")


@pytest.mark.parametrize("content, message", [
    (b"", "is no file that torch.save wrote"), (b"<html>Not found</html>", "is no file that"),
    (b"version https://git-lfs.github.com/spec/v1\n", "is no file that torch.save wrote"),
    (b"PK\x03\x04 and no more", "is damaged or cut short"),
    (pickled(b"}"), "is no file that torch.save wrote"),
    (pickled(number(MAGIC)) + pickled(number(1002)), "of another version"),
    (pickled(number(MAGIC)) + pickled(b"]q\x00h\x00a"), "of another version"),
    (b"sys_info".ljust(257, b"\0") + b"ustar  ".ljust(255, b"\0"), "is a tar archive, the format")])
def test_other_files(tmp_path, content, message):
  path = tmp_path / "other.pth"
  path.write_bytes(content)
  _refused(path, message)


@pytest.mark.parametrize("file", ["state_dict_zip", "state_dict_legacy"])
def test_every_cut_file_is_refused(tmp_path, file):
  content = (FOLDER / f"{file}.pth").read_bytes()
  path = tmp_path / "cut.pth"
  for length in [*range(0, len(content), 10), len(content) - 1]:
    path.write_bytes(content[:length])
    _refused(path, "cut short|no file that")


@pytest.mark.parametrize("file", ["checkpoint_zip", "checkpoint_legacy", "tensors_legacy"])
def test_random_damage_never_escapes_as_another_error(tmp_path, file):
  content = (FOLDER / f"{file}.pth").read_bytes()
  path, dice, refusals = tmp_path / "damaged.pth", random.Random(0), 0
  tracemalloc.start()
  try:
    for _ in range(250):
      damaged = bytearray(content)
      for _ in range(dice.choice([1, 1, 4])):
        damaged[dice.randrange(len(content))] = dice.choice([0, 0xff, dice.randrange(256)])
      path.write_bytes(damaged)
      try:
        torch_files.read_tree(path)
      except UserError as error:
        assert "\n" not in str(error)
        refusals += 1
    assert tracemalloc.get_traced_memory()[1] < 64 * 2**20
  finally:
    tracemalloc.stop()
  assert refusals > 50


def test_random_pickles_never_escape_as_another_error():
  """Instructions in a random order, with random arguments."""
  dice = random.Random(0)
  parts = [*(bytes([code]) for code in b"(NN]})tesuabRQ0\x85\x86\x87\x88\x89\x93\x94"),
           b"q\x00", b"h\x00", b"K\x03", text("a"), number(2), storage(), tensor(),
           name("torch", "Size"), name("collections", "OrderedDict"), name("torch", "float32"),
           name("torch._utils", "_rebuild_parameter"), name("torch._utils", "_rebuild_tensor_v3")]
  for _ in range(3000):
    value = b"".join(dice.choices(parts, k=dice.randint(1, 30)))
    try:
      torch_unpickler.unpickle(io.BytesIO(pickled(value)))
    except torch_unpickler.Refused:
      pass
