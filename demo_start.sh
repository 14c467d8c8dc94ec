# What every demo begins with: PYTHON and FOLDER, and `resume_in`.
set -eu
python=$1
folder=$2
export TF_CPP_MIN_LOG_LEVEL=3
export SKETCH_ZOO_OFFLINE=1  # without fetching anything: reports say what they leave out for that

# The flag that a training command needs for a run folder.
resume_in() {
  if [ -e "$1/checkpoints/last" ]; then
    echo "Going on with the run in $1 (make clean-demo starts afresh)." >&2
    echo --resume_training
  else
    echo --noresume_training
  fi
}
