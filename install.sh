#!/bin/sh
# Makes the virtual environment VENV and installs requirements.txt (with this checkout) into it.
# Usage: sh install.sh VENV            $PYTHON: the Python to use, 3.11.
set -eu
venv=$1
python=""
for candidate in "${PYTHON:-}" python3.11 python3 python; do
  if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
      2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "Error: Python 3.11 was not found (TensorFlow 2.15 needs it); install python3.11 and" \
    "python3.11-venv, or run: make PYTHON=/path/to/python3.11" >&2
  exit 1
fi
if ! "$python" -m venv "$venv" >&2; then
  echo "Error: $python can't make virtual environments; install Debian's python3.11-venv." >&2
  exit 1
fi
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt >&2
then
  echo "Error: pip could not install requirements.txt (its own message stands above); check the" \
    "network and run make again." >&2
  exit 1
fi
