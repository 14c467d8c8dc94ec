#!/bin/sh
# Makes the virtual environment VENV and installs REQUIREMENTS (with this checkout) into it.
# Usage: sh install.sh VENV [REQUIREMENTS]
# $PYTHON: the Python to use, 3.11; for requirements-tf2.21.txt also 3.12 or 3.13.
set -eu
venv=${1:?"say where: sh install.sh VENV [REQUIREMENTS]"}
requirements=${2:-requirements.txt}
case $requirements in
  *requirements-tf2.21.txt) versions="3.11 3.12 3.13" ;;
  *) versions=3.11 ;;
esac
python=""
for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3 python; do
  # $versions is a list: no quotes.
  if [ -n "$candidate" ] && "$candidate" -c \
      'import sys; sys.exit("%d.%d" % sys.version_info[:2] not in sys.argv[1:])' $versions \
      2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "Error: Python $versions was not found ($requirements needs it); install python3.11 and" \
    "python3.11-venv, or run: make PYTHON=/path/to/python3.11" >&2
  exit 1
fi
if ! "$python" -m venv "$venv" >&2; then
  echo "Error: $python can't make virtual environments; install Debian's python3.11-venv." >&2
  exit 1
fi
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" >&2
then
  echo "Error: pip could not install $requirements (its own message stands above); check the" \
    "network and run make again." >&2
  exit 1
fi
