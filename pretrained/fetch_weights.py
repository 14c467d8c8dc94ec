"""Fetches public weight files of others into the cache folder, for machines that go offline later.

  python pretrained/fetch_weights.py --list
  python pretrained/fetch_weights.py --names=inception_2015_torch,torchvision_vgg16,lpips_vgg
  python pretrained/fetch_weights.py --all

Commands fetch what they need by themselves; files that are there already are only checked. One JSON
line per file goes to stdout. The folder is `weights` in $SKETCH_ZOO_CACHE, else in
~/.cache/sketch_zoo; it may be copied to another machine.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from data_tools.errors import UserError
from pretrained import public_weights

_NAMES = flags.DEFINE_list("names", [], "Which files, by the names that --list shows.")
_ALL = flags.DEFINE_bool("all", False, "Fetches all of them (about 1 GB).")
_LIST = flags.DEFINE_bool("list", False, "Shows all of them and fetches nothing.")


def main() -> None:
  """Reads the flags; lists or fetches."""
  if sum((bool(_NAMES.value), _ALL.value, _LIST.value)) != 1:
    raise UserError("Give one of --list, --all and --names=NAME,NAME.")
  known = public_weights.entries()
  names = [name.strip() for name in _NAMES.value] or sorted(known)
  for name in names:
    public_weights.entry_of(name)  # a wrong name is told before anything is fetched
  for name in names:
    entry = known[name]
    path = public_weights.cached_path(name) if _LIST.value else public_weights.locate(name)
    result = {"name": name, "path": str(path), "bytes": entry["size"], "sha256": entry["sha256"],
              "licence": entry["licence"]}
    if _LIST.value:
      result |= {"in_cache": path.is_file(), "url": entry["url"], "what": entry["what"]}
    cli.emit(result)


if __name__ == "__main__":
  cli.run(main)
