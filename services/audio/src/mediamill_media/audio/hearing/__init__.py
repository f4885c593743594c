"""What is said in a recording, and when: an ear of this machine's own, and what is made of a vendor's."""
