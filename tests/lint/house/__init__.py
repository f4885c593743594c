"""The house rules as code: each rule reads one source file and tells what in it the house does not do."""
