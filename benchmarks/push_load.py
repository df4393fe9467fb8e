"""How many people one ref carries: a team's working day of `git session push`, simulated.

    python benchmarks/push_load.py [--people 50 500 5000] [--pushers 4]

First what one round of a push (fetch, unite, push) costs on this machine: alone, and with
several real pushers at one bare repository.  Then days of people who push ten times in
eight hours, most of them in the morning and in the evening, over a network whose round
trip takes 50 to 150 ms.  The waits between tries and their number are the program's own.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cost import SESSION, World
from sharing import spent

from git_session import exchange

DAY = 8 * 3600
PUSHES = 10
SHARDS = 256
_TRIPS_FETCH, _TRIPS_PUSH = 3, 4  # of the network: connect, refs, objects; and the report


class Cost:
    """Seconds that the parts of one round take without a network.

    The ref of the server is read when `fetch` begins and compared when `push` ends: what is
    between is the window in which another one can be quicker.  `held` is how long the server
    holds the lock of the ref.
    """

    def __init__(self, start: float, fetch: float, unite: float, push: float, held: float) -> None:
        self.start, self.fetch, self.unite = start, fetch, unite
        self.push, self.held = push, held

    @property
    def whole(self) -> float:
        return self.start + self.fetch + self.unite + self.push


def team(world: World, people: int) -> list[Path]:
    """A bare repository and clones of it, each with a session whose notes are pushed."""
    seed = world.repo('seed')
    world.run(seed, 'git', 'clone', '-q', '--bare', '.', '../hub.git')
    clones = []
    for number in range(people):
        path = world.root / f'clone{number}'
        world.run(world.root, 'git', 'clone', '-q', f'file://{world.root}/hub.git', path.name)
        world.run(path, 'git', 'session', 'start', f'w{number}', '-o', 'An objective')
        world.run(path, 'git', 'commit', '-q', '--allow-empty', '-m', f'mine {number}')
        world.run(path, 'git', 'session', 'push')
        clones.append(path)
    return clones


def measured(world: World, clones: list[Path], runs: int) -> Cost:
    """The cost of the parts, by whole processes of git, and of a push less those.

    In seconds of a processor, client and server together: what else this machine does has
    nothing to do with it, and there is little to wait for.
    """
    one, other = clones[:2]
    parts: dict[str, list[float]] = {'fetch': [], 'push': [], 'whole': []}
    for number in range(runs + 1):
        for place in (other, one):  # so that there is always something to unite
            world.run(place, 'git', 'session', 'objectives', 'add', f'{number}')
            whole = spent(world, place, 'git', 'session', 'push')
        fetch = spent(world, one, 'git', 'fetch', '-q', 'origin', '+refs/notes/*:refs/session/*')
        world.run(one, 'git', 'commit', '-q', '--allow-empty', '-m', 'x')
        push = spent(world, one, 'git', 'push', '-q', 'origin', f'HEAD:refs/heads/x{number}')
        if number:  # the first one warms up
            parts['fetch'].append(fetch)
            parts['push'].append(push)
            parts['whole'].append(whole)
    middle = {name: statistics.median(found) for name, found in parts.items()}
    rest = max(middle['whole'] - middle['fetch'] - middle['push'], 0.01)
    return Cost(rest / 2, middle['fetch'], rest / 2, middle['push'], middle['push'] / 4)


def real(world: World, clones: list[Path], rounds: int) -> tuple[float, float, int]:
    """Real pushers at once, again and again: tries a push, mean seconds, those that gave up."""
    took, failed = [], 0
    trace = world.root / 'trace'
    env = world.env | {'GIT_TRACE2_EVENT': str(trace)}
    for number in range(rounds):
        for place in clones:
            world.run(place, 'git', 'session', 'objectives', 'add', f'at once {number}')
        begin = time.perf_counter()
        running = [
            subprocess.Popen(
                ['git', 'session', 'push'], cwd=place, env=env,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for place in clones
        ]  # fmt: skip
        left = list(running)
        while left:
            for process in [each for each in left if each.poll() is not None]:
                took.append(time.perf_counter() - begin)
                failed += process.returncode != 0
                left.remove(process)
            time.sleep(0.002)
    started = [line for line in trace.read_text().split('\n') if '"cmd_name"' in line]
    tries = sum('"name":"push"' in line for line in started)
    return tries / len(took), statistics.mean(took), failed


def moments(people: int, chance: random.Random) -> list[float]:
    """When somebody pushes: half of it around the peaks, at a quarter and at nine tenths."""
    found = []
    for _ in range(people * PUSHES):
        drawn = chance.random()
        if drawn < 0.5:
            found.append(chance.uniform(0, DAY))
        else:
            peak = 0.1 if drawn < 0.75 else 0.92
            found.append(min(max(chance.gauss(peak, 0.04), 0), 1) * DAY)
    return sorted(found)


class Day:
    """What the pushes of a day met."""

    def __init__(self) -> None:
        self.tries: list[int] = []
        self.seconds: list[float] = []
        self.gave_up = 0


def simulate(
    begun: list[float], cost: Cost, refs: int, chance: random.Random, *, away: float = 1
) -> Day:
    """A day of pushes to one server: each takes the ref of its session, of so many.

    A push reads its ref, unites, and is refused when the ref has moved since, or is just
    being moved.  Then it waits as the program does and begins again with a fetch.  `away` is
    0 for a server without a network in between.
    """
    day = Day()
    moved = [0] * refs  # how often each ref has moved
    busy = [0.0] * refs  # until when the server holds its lock
    # (when, number, what, push): at 'read' the ref is looked at, at 'write' it is compared.
    queue: list[tuple[float, int, str, dict[str, float]]] = []
    order = 0

    def plan(at: float, what: str, push: dict[str, float]) -> None:
        nonlocal order
        order += 1
        heapq.heappush(queue, (at, order, what, push))

    for at in begun:
        push = {'begun': at, 'try': 0, 'ref': chance.randrange(refs),
                'trip': chance.uniform(0.05, 0.15) * away}  # fmt: skip
        plan(at + cost.start + push['trip'], 'read', push)
    while queue:
        at, _, what, push = heapq.heappop(queue)
        ref, trip = int(push['ref']), push['trip']
        if what == 'read':
            push['seen'] = moved[ref]
            spent = cost.fetch + cost.unite + cost.push
            plan(at + spent + trip * (_TRIPS_FETCH + _TRIPS_PUSH - 1.5), 'write', push)
            continue
        push['try'] += 1
        won = moved[ref] == push['seen'] and at >= busy[ref]
        if won:
            moved[ref] += 1
            busy[ref] = at + cost.held
        if not won and push['try'] < exchange._TRIES:
            # The server is asked once more what it has.
            wait = exchange.delay(int(push['try']) - 1) + 2 * trip
            plan(at + wait + trip, 'read', push)
            continue
        day.tries.append(int(push['try']))
        day.seconds.append(at + trip / 2 - push['begun'])
        day.gave_up += not won
    return day


def part(numbers: list[float], share: float) -> float:
    return sorted(numbers)[min(int(len(numbers) * share), len(numbers) - 1)]


def table(people: list[int], cost: Cost, seed: int) -> bool:
    """Print the days; whether with shards nobody gave up."""
    print(
        '\n  people  refs   pushes   busiest    retries a push       seconds a push     gave\n'
        '                        minute    mean  99%   max    mean   99%    max      up'
    )
    kept = True
    for number in people:
        for refs in (1, SHARDS):
            chance = random.Random(seed)
            begun = moments(number, chance)
            minutes: dict[int, int] = {}
            for at in begun:
                minutes[int(at // 60)] = minutes.get(int(at // 60), 0) + 1
            day = simulate(begun, cost, refs, chance)
            retries = [float(each - 1) for each in day.tries]
            kept = kept and (refs == 1 or not day.gave_up)
            print(
                f'  {number:>6}  {refs:>4}  {len(begun):>7}  {max(minutes.values()):>6}   '
                f'{statistics.mean(retries):6.2f}  {part(retries, 0.99):>3.0f}   '
                f'{max(retries):>3.0f}  {statistics.mean(day.seconds):6.1f} '
                f'{part(day.seconds, 0.99):>5.1f} {max(day.seconds):>6.1f}  {day.gave_up:>6}'
            )
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--people', type=int, nargs='+', default=[50, 500, 5000])
    parser.add_argument('--pushers', type=int, default=4, help='real ones')
    parser.add_argument('--runs', type=int, default=10)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    print(f'python {sys.version.split()[0]}, {os.cpu_count()} processors')
    if not os.path.exists(SESSION):
        print('fatal: git-session is not installed beside this python', file=sys.stderr)
        return 128
    with tempfile.TemporaryDirectory() as root:
        world = World(Path(root))
        clones = team(world, max(options.pushers, 2))
        cost = measured(world, clones, options.runs)
        print(
            f'one push of one event: {cost.whole * 1000:.0f} ms '
            f'(fetch {cost.fetch * 1000:.0f}, push {cost.push * 1000:.0f}, '
            f'the rest {(cost.start + cost.unite) * 1000:.0f})'
        )
        tries, mean, failed = real(world, clones, 3)
        print(
            f'{len(clones)} real pushers at once, without a network: {tries:.1f} tries a push, '
            f'mean {mean:.2f} s, {failed} gave up'
        )
        model = [
            simulate([0.0] * len(clones), cost, 1, random.Random(seed), away=0)
            for seed in range(100)
        ]
        print(
            f'  the simulation says {statistics.mean(n for day in model for n in day.tries):.1f} '
            f'tries, mean {statistics.mean(n for day in model for n in day.seconds):.2f} s'
        )
    kept = table(options.people, cost, options.seed)
    return 0 if kept and not failed else 1


if __name__ == '__main__':
    sys.exit(main())
