"""Tells what is wrong with a folder of joint pictures, before any training.

  python data_tools/check_joint.py --data_dir=OUT

OUT holds SPLIT/STYLE/NAME.png, or SPLIT/NAME.png for sketches of a single style; SPLIT is train,
valid or test. A joint picture is twice as wide as high: the sketch on the left, gray, and the photo
on the right. Prints a table, each problem as a sentence and one JSON line; exits with 1 if there
are problems.
"""

from absl import flags

from data_tools import cli, findings
from data_tools.joint import joint_check

_DATA_DIR = flags.DEFINE_string("data_dir", None, "Folder of the joint pictures.", required=True)


def main() -> None:
  """Reads the flags, looks at every picture and reports."""
  report = joint_check.inspect(_DATA_DIR.value)
  _show(report)
  cli.emit({**report.as_json(), "data_dir": _DATA_DIR.value})
  findings.refuse(_DATA_DIR.value, report.problems)


def _show(report: joint_check.Report) -> None:
  print(f"{'split':6} {'style':12} {'pictures':>8}")
  for (split, style), count in report.counts.items():
    findings.print_line(f"{split:6} {style:12} {count:8}")
  findings.show(report.problems, report.notes)


if __name__ == "__main__":
  cli.run(main)
