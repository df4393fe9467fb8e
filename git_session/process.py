"""A git that runs: what goes in, what it says, how it ends.  What is run, `git` decides.

Several run side by side, and each is read when its answer is needed.
"""

from __future__ import annotations

import os
import select

from git_session.errors import SessionError
from git_session.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


class Reply(Record):
    """What a finished git said: exit status, stdout and stderr as text."""

    status: int
    out: str
    err: str


class Process:
    """A git that runs; `reply` waits for it."""

    def __init__(
        self, args: tuple[str, ...], env: Mapping[str, str], stdin: bytes | None = None,
        *, room: int = 0,
    ) -> None:  # fmt: skip
        self.args = args
        self.ended: Reply | None = None  # what it said; without stdout after `fields`
        feed = os.pipe() if stdin is not None else None
        out, err = os.pipe(), os.pipe()
        _widen(out[1], room)
        if feed is not None:
            _widen(feed[1], room)
        actions: list[tuple[object, ...]] = []
        if feed is not None:
            actions.append((os.POSIX_SPAWN_DUP2, feed[0], 0))
        else:
            actions.append((os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0))
        actions += [(os.POSIX_SPAWN_DUP2, out[1], 1), (os.POSIX_SPAWN_DUP2, err[1], 2)]
        self.pid = spawn(args, env, actions)
        os.close(out[1])
        os.close(err[1])
        self._pipes = {out[0]: bytearray(), err[0]: bytearray()}
        self._feed, self._rest = -1, memoryview(stdin or b'')
        if feed is not None:
            os.close(feed[0])
            os.set_blocking(feed[1], False)
            self._feed = feed[1]
            self._write()  # it has that while nobody waits for it

    def reply(self) -> Reply:
        """Wait for the end of this git and return what it said, as often as it is asked."""
        if self.ended is not None:
            return self.ended
        for fd, data in self._said():
            self._pipes[fd] += data
        self._close()
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        out, err = (bytes(each).decode('utf-8', 'surrogateescape') for each in self._pipes.values())
        self.ended = Reply(status, out, err)
        return self.ended

    def stop(self) -> None:
        """End this git: nobody wants to know what it says."""
        os.kill(self.pid, 15)
        self._close()
        self.ended = Reply(os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), '', '')

    def fields(self) -> Generator[str, None, None]:
        """The NUL-terminated fields of stdout while git goes on; to be asked instead of `reply`.

        Whoever stops early ends this git.  At its end `ended` has its status and stderr.
        """
        _, err = self._pipes
        rest, is_over = b'', False
        try:
            for fd, data in self._said():
                if fd == err:
                    self._pipes[err] += data
                    continue
                *whole, rest = (rest + data).split(b'\0')
                yield from (each.decode('utf-8', 'surrogateescape') for each in whole)
                is_over = is_over or not data
        finally:
            if self.ended is None:  # else its pipes and its id may be another's by now
                if not is_over:
                    os.kill(self.pid, 15)  # it may be looking for something for long
                self._close()
                status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
                said = self._pipes[err].decode('utf-8', 'surrogateescape')
                self.ended = Reply(status, '', said)

    def _said(self) -> Generator[tuple[int, bytes], None, None]:
        """(pipe, bytes) as they come, none at the end of each pipe, while stdin goes in."""
        poller = select.poll()
        for fd in self._pipes:
            poller.register(fd, select.POLLIN)
        if self._feed >= 0:
            poller.register(self._feed, select.POLLOUT)
        left = len(self._pipes)
        while left:
            for fd, _ in poller.poll():
                if fd == self._feed:
                    if self._write():
                        poller.unregister(fd)
                    continue
                data = os.read(fd, 1 << 16)
                if not data:
                    poller.unregister(fd)
                    left -= 1
                yield fd, data

    def _close(self) -> None:
        for fd in (*self._pipes, self._feed):
            if fd >= 0:
                os.close(fd)
        self._feed = -1

    def _write(self) -> bool:
        """Write what the pipe takes of stdin; whether that was the end of it."""
        try:
            while self._rest:
                self._rest = self._rest[os.write(self._feed, self._rest[: 1 << 16]) :]
        except BlockingIOError:
            return False
        except BrokenPipeError:
            pass
        os.close(self._feed)
        self._feed = -1
        return True


def _widen(pipe: int, room: int) -> None:
    """Let a pipe hold so many bytes before its writer has to wait, where the system can."""
    if not room:
        return
    import fcntl

    if hasattr(fcntl, 'F_SETPIPE_SZ'):
        try:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, room)
        except OSError:
            pass  # more than a user may have: then it waits


def spawn(args: tuple[str, ...], env: Mapping[str, str], actions: list[tuple[object, ...]]) -> int:
    """Start a git; its process id.  Raises SessionError when there is no git."""
    try:
        return os.posix_spawnp('git', ('git', *args), env, file_actions=actions)
    except FileNotFoundError:
        raise SessionError("cannot run 'git': not found on PATH") from None


class Patience:
    """For a `with`: Ctrl-C is for the program that runs, and we wait for what it makes of it.

    To an editor it is a key, and git tidies up before it ends.
    """

    def __init__(self) -> None:
        self._came = False
        self._is_set = False

    def __enter__(self) -> Patience:
        import signal

        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored
            try:
                signal.signal(signal.SIGINT, self._note)
                self._is_set = True
            except ValueError:
                pass  # Ctrl-C does not come to this thread
        return self

    def _note(self, *_: object) -> None:
        self._came = True

    def __exit__(self, *_: object) -> None:
        import signal

        if self._is_set:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def check(self, status: int) -> None:
        """Raise KeyboardInterrupt where the program has ended of it."""
        if status == -2 or (self._came and status != 0):
            raise KeyboardInterrupt
