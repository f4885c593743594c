"""The systems that are compared: Mediamill, and what a user would take or write instead. One file each."""
