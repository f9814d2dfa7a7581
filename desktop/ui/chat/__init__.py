"""The transcript, the composer and everything that draws a message."""
