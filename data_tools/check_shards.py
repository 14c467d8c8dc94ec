"""Tells what is wrong with a data set of shards, before any training.

  python data_tools/check_shards.py --data_dir=SHARDS
  python data_tools/check_shards.py --data_dir=SHARDS --norecords

Compares every file with manifest.json, reads every record, adds up what the manifest tells, and
draws some pictures again. Prints each problem as a sentence and one JSON line; exits with 1 if
there are problems.
"""

from absl import flags

from data_tools import cli, findings
from data_tools.shards import check, manifest

_DATA_DIR = flags.DEFINE_string("data_dir", None, "Folder of the shards.", required=True)
_RECORDS = flags.DEFINE_bool(
    "records", True, "Reads every record; without, only lengths and sha256 of files are compared.")


def main() -> None:
  """Reads the flags, looks at every file and reports."""
  total = len(manifest.read(_DATA_DIR.value).shards)
  with cli.progress(total=total, desc="checking", unit="shard") as bar:
    report = check.inspect(_DATA_DIR.value, _RECORDS.value, bar.update)
  for problem in report.problems:
    cli.say(f"Problem: {problem}")
  cli.emit({"data_dir": _DATA_DIR.value, **report.as_json()})
  findings.refuse(_DATA_DIR.value, report.problems)


if __name__ == "__main__":
  cli.run(main)
