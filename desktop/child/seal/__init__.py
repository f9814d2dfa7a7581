"""What a process gives up for good, enforced by the operating system: the network, other programs, files, core dumps.

``filters`` says which system calls each process loses and ``seccomp`` makes the kernel hold it to that; ``landlock``
does the same for files, ``memory`` for what a crash or another program may read; ``macos`` has what that system
offers. Standard library only, so that the porter, which is nothing else, may use it too.
"""
