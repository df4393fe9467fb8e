"""What files are called now that had other names before, on each line of history.

A file that was renamed had its name before on the line of commits that leads to that commit.
A name on another line is another file: that of a repository that was merged, of a branch.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from git_session.wholelog import Entry


class Names:
    """Asked for commits from the newest on; `present` are the paths where they begin.

    A commit has a number whose bits are the renaming commits that lead to it: lines meet in
    it by an or, whatever the number of names.
    """

    def __init__(self, present: Collection[str] = ()) -> None:
        self._present = present
        # A name before -> (bit of the commit, name where they begin), the oldest commit last.
        self._renamed: dict[str, list[tuple[int, str]]] = {}
        self._leading: dict[str, int] = {}  # of commits that are not yet looked at
        self._bits = 0

    def of(self, entry: Entry) -> Sequence[str]:
        """The paths of its lines, as they are called where the commits begin."""
        leading = self._leading.pop(entry.oid, 0)
        paths, renamed = [], {}
        for line in entry.lines:
            path = self._now(line.path, leading) if line.path in self._renamed else line.path
            paths.append(path)
            if line.old:
                renamed[line.old] = path
        if renamed:
            bit = 1 << self._bits
            self._bits += 1
            leading |= bit
            for old, path in renamed.items():  # after all: two files may take each other's name
                self._renamed.setdefault(old, []).append((bit, path))
        for parent in entry.parents:
            self._leading[parent] = self._leading.get(parent, 0) | leading
        return paths

    def at(self, oid: str) -> Mapping[str, str]:
        """A name at a commit that is looked at next -> the one where the commits begin."""
        leading = self._leading.get(oid, 0)
        now = {old: self._now(old, leading) for old in self._renamed}
        return {old: path for old, path in now.items() if path != old}

    def _now(self, path: str, leading: int) -> str:
        renamed = self._renamed[path]
        for bit, new in reversed(renamed):
            if leading & bit:
                return new
        # A branch that was merged after the renaming has the file under its name before.
        return path if path in self._present else renamed[-1][1]
