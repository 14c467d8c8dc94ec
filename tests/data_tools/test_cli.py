"""Command lines: what --help lists."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]


def test_help_lists_the_flags_that_commands_share():
  asked = subprocess.run([sys.executable, ROOT / "evaluate/ssim.py", "--help"],
                         capture_output=True, text=True)
  for flag in ("reference_dir", "generated_dir", "workers", "variant"):
    assert f"--{flag}:" in asked.stdout
