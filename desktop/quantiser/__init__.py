"""A smaller copy of a model: llama.cpp's own quantiser in a process of its own, which reads one model and writes one
file."""
