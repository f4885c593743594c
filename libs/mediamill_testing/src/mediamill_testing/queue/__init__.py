"""The ``test`` queue: kinds for tests and benchmarks, served when MEDIAMILL_TEST_KINDS=1 and never otherwise."""
