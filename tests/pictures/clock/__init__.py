"""What moves the clock of a demo, see `sitecustomize`."""
