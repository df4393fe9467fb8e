"""Programs that run apart: without a terminal, bounded in time, ended with all they started."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def trial(*args: str, env: Mapping[str, str], said: str, limit: float) -> int | None:
    """Run a git without a terminal; its exit status, None when it took more than `limit` seconds.

    `env` is the whole environment; what is said goes to the file `said`.  When it takes too
    long or we are interrupted, it and all that it started in its own group are killed.
    """
    return _lead('git', ('git', *args), env, _into(said), lambda seconds: seconds < limit)


def shell(
    command: str, *, folder: str, env: Mapping[str, str], said: str, go_on: Callable[[float], bool]
) -> int | None:
    """Run the user's own command line in a folder, without a terminal; its exit status.

    `env` is the whole environment; what is said goes to the file `said`.  `go_on` is asked
    all the time, with the seconds since it began: when it says no, or when we are interrupted
    or ended, the command and all that it started in its own group are killed.  None then.
    """
    arguments = ('sh', '-c', 'cd -- "$1" && exec sh -c "$2"', 'sh', folder, command)
    import signal

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    ends = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(each, end) for each in ends]
    try:
        return _lead('sh', arguments, env, _into(said), go_on)
    finally:
        for each, handler in zip(ends, before, strict=True):
            signal.signal(each, handler)


def run(
    arguments: Sequence[str], *, env: Mapping[str, str], out: str, err: str = os.devnull,
    go_on: Callable[[float], bool],
) -> int | None:  # fmt: skip
    """Run a program that is not git, found on PATH, without a terminal; its exit status.

    `env` is the whole environment; what it says goes to the files `out` and `err`.  `go_on`
    is asked all the time, with the seconds since it began: when it says no, the program and
    all that it started in its own group are killed.  None then.  Raises OSError when it
    cannot be started, ValueError for an argument that no process can have.
    """
    return _lead(arguments[0], tuple(arguments), env, _into(out, err), go_on)


def _into(out: str, err: str = '') -> list[tuple[object, ...]]:
    """For a program that reads nothing: stdout goes to a file, stderr there or to another."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, out, flags, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, err, flags, 0o600) if err else (os.POSIX_SPAWN_DUP2, 1, 2),
    ]


def _lead(
    program: str, arguments: tuple[str, ...], env: Mapping[str, str],
    actions: Sequence[tuple[object, ...]], go_on: Callable[[float], bool],
) -> int | None:  # fmt: skip
    """Run a program as the leader of a process group; kill the group when it may not go on.

    Signals are held until it is known what to kill: it would be left alone otherwise.  Python
    ignores SIGPIPE, which a pipeline's writers are to end of.
    """
    import signal
    import time

    held = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    pid, begun, pause = 0, time.monotonic(), 0.001
    try:
        pid = os.posix_spawnp(
            program, arguments, env, file_actions=actions, setsid=True, setsigmask=mask,
            setsigdef=(signal.SIGPIPE,),
        )  # fmt: skip
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        while go_on(time.monotonic() - begun):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                pid = 0
                return os.waitstatus_to_exitcode(status)
            time.sleep(pause)
            pause = min(pause * 1.5, 0.02)
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, held)
        if pid:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
