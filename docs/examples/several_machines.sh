#!/bin/bash
# RPCL-pix2seq on two nodes under Slurm. Change the paths, hyperparameters and numbers.
#
#   sbatch several_machines.sh
#SBATCH --job-name=sketch_zoo
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --time=24:00:00
#SBATCH --requeue
set -e
cd "$SLURM_SUBMIT_DIR"

export PORT=$((20000 + SLURM_JOB_ID % 10000))  # its own for each job
export NODES
NODES=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | tr '\n' ' ')

# One process on each node; a process that fails ends the others.
srun --kill-on-bad-exit=1 bash -ec '
  workers=""
  for node in $NODES; do
    workers+="${workers:+, }\"$node:$PORT\""
  done
  export TF_CONFIG="{\"cluster\": {\"worker\": [$workers]},
    \"task\": {\"type\": \"worker\", \"index\": $SLURM_PROCID}}"
  exec python train/rpcl_pix2seq.py --strategy=multi_worker --resume_training \
    --data_dir=/shared/quickdraw --log_root=/shared/runs/bee_bus \
    --hparams="categories=[bee,bus], batch_size=128"
'
