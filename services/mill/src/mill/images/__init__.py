"""The container images: what each Dockerfile says, what an image holds by the lock file, how they are built."""
