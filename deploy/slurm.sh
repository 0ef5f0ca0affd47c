#!/bin/bash
#SBATCH --job-name=pixel-debate
#SBATCH --ntasks=1
#SBATCH --exclusive
#SBATCH --time=24:00:00
#SBATCH --signal=TERM@60
#
# Workers, one a node:  sbatch --array=1-40 deploy/slurm.sh nats://head:4222 TOKEN-FILE
#
# They end when there has been nothing to do for ten minutes. A minute before its time is over, Slurm
# sends SIGTERM, and the worker gives back what it is at.
set -euo pipefail

exec srun pixel-debate worker --nats "$1" --nats-token-file "$2" \
    --threads "${SLURM_CPUS_ON_NODE:-1}" --idle 600 \
    --name "$(hostname)-${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}-${SLURM_ARRAY_TASK_ID:-0}"
