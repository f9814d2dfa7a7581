"""What the child processes share: framing, supervision, the worker side of stdin and stdout, the seal."""
