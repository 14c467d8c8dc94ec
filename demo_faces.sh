#!/bin/sh
# SC-Lmser end to end on the built-in faces; ends with pictures.
# Usage: sh demo_faces.sh PYTHON FOLDER      (make demo-faces)
. ./demo_start.sh

"$python" train/sc_lmser.py --preset=demo --log_root="$folder" "$(resume_in "$folder")"
"$python" evaluate/face_report.py --model="$folder" --output_dir="$folder/report"

echo "Look at these pictures:" >&2
ls "$folder/pictures/progress.png" "$folder/report/sheet.png" >&2
