"""The process that runs llama.cpp, and the app's side of it."""
