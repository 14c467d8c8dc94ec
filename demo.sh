#!/bin/sh
# RPCL-pix2seq end to end on the built-in drawings; ends with pictures.
# Usage: sh demo.sh PYTHON FOLDER      (make demo)
set -eu
python=$1
folder=$2
export TF_CPP_MIN_LOG_LEVEL=3

if [ -e "$folder/run/checkpoints/last" ]; then
  echo "Going on with the run in $folder/run (make clean-demo starts afresh)." >&2
  resume=--resume_training
else
  resume=--noresume_training
fi

"$python" train/rpcl_pix2seq.py --preset=demo --log_root="$folder/run" $resume
"$python" evaluate/sample.py --model="$folder/run" --output_dir="$folder/samples" --num_samples=12
"$python" evaluate/retrieval.py --model="$folder/run" --generate
"$python" evaluate/interpolate.py --model="$folder/run" --output_dir="$folder/interpolation"
"$python" evaluate/latent_space.py --model="$folder/run" --output_dir="$folder/latent_space"

echo "Look at these pictures:" >&2
find "$folder" -name '*.png' -path '*/samples/contact_sheet.png' -o -name '*.png' \
  -path '*/interpolation/*' -o -name '*.png' -path '*/latent_space/*' | sort >&2
