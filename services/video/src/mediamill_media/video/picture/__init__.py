"""Reading pictures and layers that anybody may have sent, and putting them into a frame."""
