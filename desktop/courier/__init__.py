"""Search and download: the only process with internet sockets. It never sees a chat."""
