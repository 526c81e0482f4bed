"""What has nothing to do with memories: files, optional packages, executors, sweeps, threads,
messages."""
