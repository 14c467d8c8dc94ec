#!/bin/sh
# SC-Lmser end to end on the built-in faces; ends with pictures.
# Usage: sh demo_faces.sh PYTHON FOLDER      (make demo-faces)
set -eu
python=$1
folder=$2
export TF_CPP_MIN_LOG_LEVEL=3

if [ -e "$folder/checkpoints/last" ]; then
  echo "Going on with the run in $folder (make clean-demo starts afresh)." >&2
  resume=--resume_training
else
  resume=--noresume_training
fi

"$python" train/sc_lmser.py --preset=demo --log_root="$folder" $resume
# Without fetching anything: the report says what it leaves out for that reason.
SKETCH_ZOO_OFFLINE=1 "$python" evaluate/face_report.py --model="$folder" \
  --output_dir="$folder/report"

echo "Look at these pictures:" >&2
ls "$folder/pictures/progress.png" "$folder/report/sheet.png" >&2
