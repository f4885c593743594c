"""Films of any kind that are as they should be, and the same with defects: what the last look must tell apart."""
