"""From the line to the wire: each queue's window is kept full, in fair order."""
