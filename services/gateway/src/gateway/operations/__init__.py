"""What operators and machines ask of the process itself."""
