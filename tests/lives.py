"""Random working lives, held against git alone and against what the documents say.

A life is a list of steps, each of which is a name of an action and four numbers, so that
any part of the list is a life too: that is how one that failed is made short.
Longer on request: ``python -m tests.lives --minutes 60 --seed 7``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import traceback
from pathlib import Path
from typing import NamedTuple

from git_session import events
from git_session.replay import replay
from tests import truth
from tests.campaign import Faults, unlock
from tests.deeds import ACTIONS, NAMES
from tests.repo import Repo, Result
from tests.team import noted
from tests.world import CLONES, State, World, blob, bound, index, refs

TICKS = (0, 1, 7, 60, 60, 600, 1700, 2000, 30000)  # seconds between two steps
EVERY = 40  # steps between two looks at everything
LOOKING = ('status', 'brief', 'log', 'history', 'prompt', 'wip', 'handoff', 'report', 'analyze')
# Commands whose last word is a text -> the type of event that has it.
RECORDED = {
    ('objectives', 'add'): 'objective.add', ('objectives', 'edit'): 'objective.edit',
    ('blockers', 'add'): 'blocker.add', ('decisions', 'add'): 'decision.add',
    ('decisions', 'supersede'): 'decision.supersede', ('note', '--dead-end'): 'dead-end',
    ('note',): 'note', ('checkpoint', '--no-commit'): 'checkpoint',
}  # fmt: skip


class Step(NamedTuple):
    """`where` chooses the place, `a` and `b` what is done, `c` what goes wrong."""

    action: str
    where: int
    a: int
    b: int
    c: int


QUIET = Step('rest', 0, 0, 0, 0)
LOOKS = (('brief',), ('log',), ('history', '--metrics'), ('show', '@{0}'), ('handoff',))


class Tally:
    """What was done in all lives."""

    def __init__(self) -> None:
        self.lives = self.steps = self.gits = self.commands = self.faults = self.kills = 0

    def __str__(self) -> str:
        return ', '.join(f'{count} {name}' for name, count in vars(self).items())


class Shelf(NamedTuple):
    """A working tree that was put aside with its session."""

    commit: str
    state: State


class Life:
    """One life; raises AssertionError, with the story so far, when something is not as it must."""

    def __init__(self, world: World, tally: Tally) -> None:
        self.world, self.tally = world, tally
        self.story: list[str] = []
        self.number = self.turn = self.steps = 0
        self.output = ''
        self.known: dict[str, dict[str, str]] = {clone: {} for clone in CLONES}  # id -> line
        self.hurt: set[str] = set()  # clones in which something was killed
        self.halves: set[str] = set()  # places with work saved and still there, by a switch killed
        self.homes: dict[str, dict[str, str]] = {}  # clone -> session id -> branch
        self.spent: dict[tuple[str, str], tuple[float, int]] = {}  # active seconds, undos
        self.shelves: dict[tuple[str, str], Shelf] = {}
        tally.lives += 1

    def live(self, steps: list[Step]) -> None:
        try:
            for self.steps, step in enumerate(steps):
                self.step(step)
                if self.steps % EVERY == EVERY - 1:
                    self.check()
            self.check()
            self.meet()
            for name in (*CLONES, 'origin.git'):
                self.world.fsck(name)
        except Exception as error:
            raise AssertionError(f'{error}\n\n' + '\n'.join(self.story)) from error

    def step(self, step: Step) -> None:
        self.tally.steps += 1
        places = self.world.places()
        place = places[step.where % len(places)]
        self.world.now += TICKS[step.b % len(TICKS)]
        self.story.append(f'{place}: {step.action}')
        ACTIONS[step.action](self, place, step)
        self.look(place)

    # --- means

    def text(self) -> str:
        self.number += 1
        return f'text {self.number:03}'

    def clone(self, place: str) -> str:
        return self.world.common(place).parent.name

    def branch(self, place: str) -> str:
        """What HEAD names, '' when it is detached."""
        head = (self.world.gitdir(place) / 'HEAD').read_text().strip()
        return head.removeprefix('ref: refs/heads/') if head.startswith('ref: ') else ''

    def bound(self, place: str) -> str:
        """The id of the session of the branch that a place is on, '' without one."""
        path = self.world.sessions(place) / (self.branch(place) or '.') / 'id'
        return path.read_text().strip() if path.is_file() else ''

    def git(self, place: str, *words: str, stdin: str | None = None, **env: str) -> Result:
        """The same git in both worlds."""
        self.tally.gits += 1
        result = self.world.run(place, 'git', *words, stdin=stdin, **env)
        said = ' '.join([*(f'{key}={value}' for key, value in env.items()), 'git', *words])
        self.story[-1] += f'\n    {said} -> {result.status}'
        return result

    def alone(self, place: str, *words: str) -> Result:
        """A git that only looks, in ours."""
        return Repo(self.world.ours / place).run('git', '--no-optional-locks', *words)

    def write(self, place: str, path: str, text: str) -> None:
        def write(top: Path) -> None:
            full = top / path
            if full.is_symlink() or full.is_file():
                full.unlink()
            if not full.is_dir():
                full.parent.mkdir(parents=True, exist_ok=True)
                full.write_text(text)

        self.story[-1] += f'\n    write {path}'
        self.world.both(place, write)

    def doing(self, place: str) -> str:
        """What git is in the middle of: merge, rebase, cherry-pick, revert, conflict or nothing."""
        for name, what in (
            ('rebase-merge', 'rebase'), ('rebase-apply', 'rebase'), ('MERGE_HEAD', 'merge'),
            ('CHERRY_PICK_HEAD', 'cherry-pick'), ('REVERT_HEAD', 'revert'),
            ('sequencer', 'cherry-pick'),
        ):  # fmt: skip
            if (self.world.gitdir(place) / name).exists():
                return what
        return 'conflict' if self.unmerged(place) else ''

    def unmerged(self, place: str) -> list[str]:
        entries = index(self.world.gitdir(place))
        return sorted({each.path for each in entries if each.flags[0] & 0x3000})

    def branches(self, place: str) -> list[str]:
        found = refs(self.world.common(place))
        return sorted(each[11:] for each in found if each.startswith('refs/heads/'))

    def settle(self, place: str, a: int) -> None:
        """Go on with what git is in the middle of, or abort it."""
        for turn in range(9):
            doing = self.doing(place)
            if not doing:
                return
            how = 'abort' if turn > 5 else ('go on', 'abort', 'go on', 'skip')[(a + turn) % 4]
            if how == 'go on':
                self._resolve(place)
            if doing == 'conflict':
                self.git(place, 'reset', '-q', '--hard')
            elif doing == 'merge':
                words = ('commit', '--no-edit') if how == 'go on' else ('merge', '--abort')
                self.git(place, *words)
            else:
                option = {'go on': '--continue', 'abort': '--abort', 'skip': '--skip'}[how]
                done = self.git(place, doing, option, GIT_EDITOR=':')
                if done.status != 0 and turn > 5:
                    self.git(place, doing, '--quit')
                    self.git(place, 'reset', '-q', '--hard')
            if how != 'go on' and turn > 2 and self.doing(place) == doing:
                self.git(place, 'reset', '-q', '--hard')
        raise AssertionError('git does not get out of ' + self.doing(place))

    def _resolve(self, place: str) -> None:
        paths = self.unmerged(place)
        for path in paths:
            self.write(place, path, self.text() + '\n')
        if paths:
            self.git(place, 'add', '-A', '--', *paths)

    def free(self, place: str, step: Step) -> bool:
        """Whether git is in the middle of nothing; else that is gone on with."""
        if not self.doing(place):
            return True
        self.settle(place, step.a)
        return False

    # --- git session

    def do(self, place: str, step: Step, *words: str) -> int | str:
        """Run a command that leaves the working tree alone; sometimes something goes wrong."""
        before = self.bound(place)
        status = self._command(place, step, *words)
        self.world.same(place)
        if status == 0 and before:
            self._acknowledged(place, before, words)
        return status

    def _command(self, place: str, step: Step, *words: str) -> int | str:
        self.tally.commands += 1
        if step.c % 4 == 3:
            way = Faults.WAYS[step.c // 4 % len(Faults.WAYS)]
            self.world.faults.arm(way, 1 + (step.c // 24 * 5 + step.a) % 30)
        status, out, err = self.world.session(place, *words)
        struck, way = self.world.struck, ''
        if struck:
            self.tally.faults += 1
            self.hurt.add(self.clone(place))
            for common in (self.world.common(place), self.world.origin.path):
                unlock(common)
            way = f' ({Faults.WAYS[step.c // 4 % len(Faults.WAYS)]})'
        self.story[-1] += f'\n    git session {" ".join(words)} -> {status}{way}'
        assert struck or status in (0, 1, 128), f'{words}: {status}\n{err}'
        assert 'Traceback' not in err and 'BUG' not in err, err
        self.output = out
        if words[0] not in LOOKING or struck:
            self.homes.pop(self.clone(place), None)
        return status

    def _acknowledged(self, place: str, name: str, words: tuple[str, ...]) -> None:
        """What was said to be recorded is there, once."""
        kind = RECORDED.get(words[:2]) or RECORDED.get(words[:1])
        if kind is None:
            return
        found = {
            line['id']
            for texts in truth.logs(self.world.sessions(place)).values()
            for line in map(json.loads, texts)
            if line['type'] == kind and line['session'] == name and words[-1] in line.values()
        }
        assert len(found) == 1, f'{words} was acknowledged, and there is {found}'

    def move(
        self, place: str, step: Step, *words: str, like: tuple[str, ...] | None = ()
    ) -> int | str:
        """Run a command that may change branch and working tree.

        `like` is the git that does the same where nothing is put aside or taken back; with
        () nothing moves, with None the command changes what no git does in one.
        """
        before, branch = self.world.state(place), self.branch(place)
        head = self.alone(place, 'rev-parse', '-q', '--verify', 'HEAD').out
        saved = self._saved(place)
        # From a detached HEAD, whose work cannot be put aside, that comes along.
        carries = not branch and self.alone(place, 'status', '--porcelain').out != ''
        status = self._command(place, step, *words)
        after = self.world.state(place)
        if self.world.struck and after == before and saved == self._saved(place):
            pass
        elif (
            self.world.struck or saved != self._saved(place) or (status == 0 and like is None)
            or place in self.halves
        ):  # fmt: skip
            self.halves.discard(place)
            self._kept(place, before)
            if status == 0 and not self.world.struck:
                self._shelve(place, branch, Shelf(head, before), saved, None if carries else after)
            self.world.retwin()
        elif like is None:  # a merge that failed has written ORIG_HEAD
            assert after._replace(doing=()) == before._replace(doing=()), f'{words} -> {status}'
            self.world.retwin()
        elif status != 0 or not like:
            assert after == before, f'{words} -> {status}: {after} instead of {before}'
        else:
            done = Repo(self.world.twin / place).run('git', *like, **self.world.env)
            assert done.status == 0, f'{like} in the twin: {done}'
        self.world.same(place)
        return status

    def _saved(self, place: str) -> dict[str, str]:
        """Branch -> what is saved of it."""
        form = '--format=%(refname:lstrip=3) %(objectname)'
        lines = self.alone(place, 'for-each-ref', form, 'refs/session/wip').out.splitlines()
        return dict(line.split(' ') for line in lines)

    def _kept(self, place: str, before: State) -> None:
        """All content that was there is in files, the index, or what is saved or committed."""
        listed = self.alone(
            place, 'rev-list', '--objects', '--all', '--reflog', '--indexed-objects'
        ).out
        there = {line.split(' ')[0] for line in listed.splitlines()}
        now = self.world.state(place)
        there |= {blob(data) for _, data in now.files.values()}
        there |= {entry.oid for entry in now.index}
        there.add(blob(b''))  # an entry of `git add -N`, which is no object
        wanted = [(path, blob(data)) for path, (_, data) in before.files.items()]
        wanted += [(each.path, each.oid) for each in before.index]
        lost = {path for path, oid in wanted if oid not in there}
        assert not lost, f'lost: {lost}'

    def _shelve(
        self, place: str, branch: str, shelf: Shelf, saved: dict[str, str], after: State | None
    ) -> None:
        """Remember what was put aside; what comes back has to be as it was.

        `after` is how it is now, None where other work is beside it.
        """
        clone, now = self.clone(place), self._saved(place)
        older = {  # what is the newest again when the newest has come back
            each: self.alone(place, 'rev-parse', '-q', '--verify', f'{commit}^4').out.strip()
            for each, commit in saved.items()
        }
        back = {each for each in saved if now.get(each, '') == older[each]}
        # What was saved before has another name where a renamed branch was followed.
        is_new = branch in now and now[branch] not in saved.values()
        if is_new and branch not in back:
            self.shelves[clone, now[branch]] = shelf
            left = self.alone(place, 'status', '--porcelain').out
            assert not left or back, f'not put aside: {left}'
        for each in back:
            known = self.shelves.get((clone, saved[each]))
            if known and after and each == self.branch(place) != branch:
                head = self.alone(place, 'rev-parse', 'HEAD').out
                if head == known.commit:
                    pair = (after, known.state)
                    # Its branch may have another name now.
                    found, wanted = (each._replace(head='', refs='', doing=()) for each in pair)
                    assert found == wanted, f'it came back other than it was: {found} {wanted}'

    # --- looking

    def look(self, place: str) -> None:
        """After each step: no event that there was is gone or other, no lock is left."""
        clone = self.clone(place) if (self.world.ours / place).exists() else CLONES[0]
        sessions = self.world.ours / clone / '.git' / 'sessions'
        found: dict[str, str] = {}
        for where, texts in truth.logs(sessions).items():
            for text in texts:
                name = json.loads(text)['id']
                # The event of a commit is written by whoever finds it, each time the same.
                once = name not in found or '"type":"commit"' in text or clone in self.hurt
                assert once, f'twice, in {where}: {text}'
                found[name] = min(text, found.get(name, text), key=len)
        known = self.known[clone]
        lost = known.keys() - found.keys()
        assert not lost, f'lost: {[known[each] for each in lost]}'
        # A start that is killed before it has written the id has opened nothing.
        opened = {path.read_text().strip() for path in sessions.rglob('id') if path.is_file()}
        known |= {
            name: text for name, text in found.items() if json.loads(text)['session'] in opened
        }
        left = [
            each for each in (self.world.ours / clone / '.git').rglob('*.*')
            if each.suffix in ('.lock', '.tmp') and each.name not in ('.lock', 'session-wip.lock')
        ]  # fmt: skip
        assert not left or clone in self.hurt, f'left: {left}'

    def check(self) -> None:
        """Everything that can be asked answers, and says what the logs and git say."""
        self.story.append('all: check')
        for clone in self.hurt:  # so that all its bindings are looked at
            self.git(clone, 'config', 'some.key', self.text())
        for place in self.world.places():
            self._ask(place)
        for clone in CLONES:
            self.world.same_messages(clone)
            self._check_bindings(clone)
            self._check_logs(clone)

    def _ask(self, place: str) -> None:
        if self._command(place, QUIET, 'status', '--json') == 0:
            self._check_told(place, json.loads(self.output))
        assert self.output or not self.bound(place)
        self.turn += 1
        words = LOOKS[self.turn % len(LOOKS)]
        status = self._command(place, QUIET, *words)
        assert status == 0 or not self.bound(place), f'{place}: {words}: {status}'
        self.world.same(place)

    def _check_told(self, place: str, said: dict[str, object]) -> None:
        """What status says is what the lines of the log say."""
        name = self.bound(place)
        if not name:
            return
        place_of = self.world.sessions(place) / self.branch(place)
        told = truth.Told(name, truth.lines(place_of / 'events.jsonl'))
        context = json.loads((place_of / 'context.json').read_text())
        metrics = said['metrics']
        assert isinstance(metrics, dict)
        active = told.active()
        assert 0 <= metrics['active_seconds'] <= told.wall() + 1, metrics
        assert abs(metrics['active_seconds'] - active) <= 1, (metrics, active)
        self._check_time(place, told, active)
        states = sorted(told.objectives().values())
        assert sorted(each['state'] for each in context['objectives']) == states
        is_open = [each for each in context['blockers'] if each['state'] == 'open']
        assert len(is_open) == told.blockers()
        assert len(context['decisions']) == len(told.of('decision.add', 'decision.supersede'))
        assert len(context['notes']) == len(told.of('note'))

    def _check_time(self, place: str, told: truth.Told, active: float) -> None:
        """What was active time stays so, but for stops that others have made or that are undone."""
        key = self.clone(place), told.events[0]['session']
        undos = sum(line['type'] == 'undo' for line in told.events)
        before, then = self.spent.get(key, (0.0, undos))
        by = {line['by'] for line in told.events if 'by' in line}
        assert active >= before or undos != then or len(by) > 1, (active, before)
        self.spent[key] = active, undos

    def _check_bindings(self, clone: str) -> None:
        """Each live session has its branch, each branch its own, and all are where they were."""
        repo = Repo(self.world.ours / clone)
        live = truth.live(repo.path / '.git' / 'sessions')
        said = bound(self.world, clone)
        named = repo.git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads').split('\n')
        places = [each for each in self.world.places() if self.clone(each) == clone]
        named += [self.branch(each) for each in places]
        assert len(set(live.values())) == len(live), live
        assert not live.keys() - set(named), f'{live} without a branch'
        assert said == live, f'{clone}: bound {said}, live {live}'
        expected = self.homes.get(clone)
        if expected is not None:
            assert {name: branch for branch, name in live.items()} == expected
        self.homes[clone] = {name: branch for branch, name in live.items()}

    def _check_logs(self, clone: str) -> None:
        """Replay is of the set of lines alone; what is marked as published is in the notes."""
        repo = Repo(self.world.ours / clone)
        sessions = repo.path / '.git' / 'sessions'
        notes = {json.loads(line)['id'] for line in noted(repo)}
        for where, texts in truth.logs(sessions).items():
            if not texts:
                continue
            name = json.loads(texts[0])['session']
            mixed = texts + texts[::2]
            random.Random(len(texts)).shuffle(mixed)
            states = []
            for each in (texts, mixed):
                found, lost = events.decode_all('\n'.join(each).encode())
                assert not lost
                states.append(vars(replay(name, found)))
            assert states[0] == states[1], f'{where}: {states}'
            mark = sessions / where / 'published'
            size = (sessions / where / 'events.jsonl').stat().st_size
            if mark.exists() and mark.read_text().split(' ')[0] == str(size):
                # A start that was killed may have left lines of what became nobody's session.
                home = sessions / where / 'id'
                mine = home.read_text().strip() if home.is_file() else name
                listed = map(json.loads, texts)
                missing = {each['id'] for each in listed if each['session'] == mine} - notes
                assert not missing, f'{where}: not in the notes: {missing}'

    def meet(self) -> None:
        """Both push and pull until all know all that there is."""
        self.story.append('all: meet')
        for _ in range(2):
            for word in ('push', 'pull'):
                for clone in CLONES:
                    status = self._command(clone, QUIET, word)
                    assert status == 0, f'{clone}: {word}: {status}'
        for clone in CLONES:  # an end that has just come from the other one is finished here
            self._command(clone, QUIET, 'status')
        logs = [truth.logs(self.world.sessions(clone)) for clone in CLONES]
        for clone in CLONES:
            assert self._command(clone, QUIET, 'pull') == 0
        for clone, before in zip(CLONES, logs, strict=True):
            after = truth.logs(self.world.sessions(clone))
            new = {where: after[where] for where in after if after[where] != before.get(where)}
            assert after == before, f'{clone}: {before.keys() - after.keys()} and {new}'
        there = [noted(Repo(self.world.ours / each)) for each in CLONES]
        assert there[0] == there[1] == noted(self.world.origin)
        for clone in CLONES:
            self.look(clone)
            self._check_logs(clone)


def walk(seed: int, size: int) -> list[Step]:
    """A random list of steps."""
    dice = random.Random(seed)
    return [
        Step(dice.choice(NAMES), dice.randrange(12), *(dice.randrange(256) for _ in range(3)))
        for _ in range(size)
    ]


class Campaign:
    """Leads lives in worlds below `place`; where the seed is even, object ids are compared."""

    def __init__(self, start: Path, place: Path) -> None:
        self.start, self.place = start, place
        self.tally = Tally()

    def lead(self, seed: int, size: int) -> None:
        """One life; raises AssertionError with the shortest story of its failure."""
        steps = walk(seed, size)
        failed = self.fails(steps, exact=seed % 2 == 0)
        if failed is None:
            return
        number, error = failed
        # That takes long, and what depends on the time does not fail again.
        where = ''.join(traceback.format_exception(error.__cause__))
        print(f'seed {seed} fails: {where}\n{error}\nLooking for a shorter story.', flush=True)
        steps, error = self._shortest(steps[: number + 1], error, exact=seed % 2 == 0)
        listed = ''.join(f'    {tuple(each)},\n' for each in steps)
        raise AssertionError(f'seed {seed}, {seed % 2 == 0 = }\n{listed}\n{error}') from error

    def fails(self, steps: list[Step], *, exact: bool) -> tuple[int, AssertionError] | None:
        """The step at which a life fails and how, None if it does not."""
        world = World(self.start, self.place / f'life{self.tally.lives}', exact=exact)
        life = Life(world, self.tally)
        try:
            life.live(steps)
        except AssertionError as error:
            return life.steps, error
        finally:
            world.close()
        return None

    def _shortest(
        self, steps: list[Step], error: AssertionError, *, exact: bool
    ) -> tuple[list[Step], AssertionError]:
        """What is left when parts are taken out, large ones first, as long as it fails alike."""
        size, tries = len(steps) // 2, 0
        kind = str(error.__cause__)[:20]
        while size and tries < 80:
            at = 0
            while at < len(steps) and tries < 80:
                rest = steps[:at] + steps[at + size :]
                failed, tries = self.fails(rest, exact=exact), tries + 1
                if failed is not None and str(failed[1].__cause__)[:20] == kind:
                    steps, error = rest[: failed[0] + 1], failed[1]
                else:
                    at += size
            size //= 2
        return steps, error


def _main() -> None:
    """Run the campaign for so many minutes, one seed after the other."""
    parser = argparse.ArgumentParser(prog='python -m tests.lives', description=_main.__doc__)
    parser.add_argument('--minutes', type=float, default=10)
    parser.add_argument('--seed', type=int, default=1, help='the first one')
    asked = parser.parse_args()
    os.environ |= {'SESSION_MINUTES': str(asked.minutes), 'SESSION_SEED': str(asked.seed)}
    # By pytest, whose fixtures keep the machine's git out of it.
    test = str(Path(__file__).with_name('test_lives.py')) + '::test_as_long_as_asked_for'
    os.execv(sys.executable, (sys.executable, '-m', 'pytest', '-q', '-s', '--tb=short', test))


if __name__ == '__main__':
    _main()
