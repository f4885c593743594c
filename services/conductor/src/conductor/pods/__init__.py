"""Telling Kubernetes which workers are busy, so that whoever makes them fewer takes an idle one."""
