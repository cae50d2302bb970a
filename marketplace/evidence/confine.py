"""Run another program with less: `python -I confine.py CPU_SECONDS MEMORY_BYTES FILE_BYTES PROGRAM ARGUMENTS…`.

A stranger's video is opened by a program that was not made for strangers. Here it is given a second or so of processor
time, a bounded memory and no large files, and then takes this process's place (threats.md row 44).
"""

from __future__ import annotations

import os
import sys


def confine(cpu_seconds: int, memory_bytes: int, file_bytes: int) -> None:
    """Windows has no such limits: there the caller's clock alone holds."""
    try:
        import resource
    except ImportError:
        return
    wanted = {
        resource.RLIMIT_CPU: (cpu_seconds, cpu_seconds + 1),
        resource.RLIMIT_DATA: (
            memory_bytes,
            memory_bytes,
        ),  # what it writes to; its libraries are not counted
        resource.RLIMIT_FSIZE: (file_bytes, file_bytes),
        resource.RLIMIT_CORE: (0, 0),
    }
    for limit, values in wanted.items():
        try:
            resource.setrlimit(limit, values)
        except (ValueError, OSError):  # not every system knows each of them
            continue


def main() -> None:
    cpu, memory, size, program, *arguments = sys.argv[1:]
    confine(int(cpu), int(memory), int(size))
    os.execv(program, [program, *arguments])  # noqa: S606  (no shell is wanted)


if __name__ == "__main__":
    main()
