"""What `analyze` shows of a session: health, velocity, patterns, recommendations."""

from __future__ import annotations

from git_session import words
from git_session.output import Style, line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from git_session.analysis.gates import Gate, Judged
    from git_session.analysis.health import Health
    from git_session.analysis.patterns import Pattern
    from git_session.analysis.steps import Step
    from git_session.analysis.velocity import Rate, Velocity

_BLOCKS, _PLAIN_BLOCKS = '▁▂▃▄▅▆▇█', '_.:-=+*#'
_GOOD, _FAIR = 80, 50  # health
_MOST_FINDINGS = 10
_TITLES = {'objectives': 'objectives', 'commits': 'commits', 'lines': 'net lines'}


def sparkline(values: Sequence[float], style: Style) -> str:
    """A character for each value, from nothing to the most."""
    blocks = _BLOCKS if style.unicode else _PLAIN_BLOCKS
    most = max(values, default=0)
    if most <= 0:
        return blocks[0] * len(values)
    steps = len(blocks) - 1
    # What is not nothing is seen.
    return ''.join(
        blocks[max(round(steps * value / most), 1) if value > 0 else 0] for value in values
    )


def health(found: Health, style: Style) -> list[str]:
    """The score, every deduction with its points, and what is not known."""
    color = 'green' if found.score >= _GOOD else 'yellow' if found.score >= _FAIR else 'red'
    filled = found.score // 10
    bar = style.mark('━', '#') * filled + style.mark('╌', '.') * (10 - filled)
    figures = words.count(len(found.unknown), 'figure')
    unknown = f' ({figures} unknown)' if found.unknown else ''
    title = style.paint(f'Health {found.score} of 100 {bar}', 'bold', color)
    lines = style.wrap('', title + unknown, hang=2)
    lines += _wrapped(
        [
            (f'{-each.points:>4}  ', f'{each.name}: {line(each.reason)}')
            for each in found.deductions
        ],
        style,
    )
    if not found.deductions:
        lines.append('  nothing is deducted')
    why = [(f'{"?":>4}  ', f'{name} unknown: {line(reason)}') for name, reason in found.unknown]
    lines += [style.paint(each, 'dim') for each in _wrapped(why, style)]
    return lines


def _wrapped(items: Iterable[tuple[str, str]], style: Style) -> list[str]:
    """Each text after its mark, in lines of the width."""
    return [each for mark, text in items for each in style.wrap(mark, text)]


def velocity(found: Velocity, style: Style) -> list[str]:
    """Every measure with its rate, against the median."""
    spent = words.duration(found.seconds)
    lines = [style.paint(f'Velocity (active time {spent})', 'bold')]
    lines += _wrapped([(f'  {_TITLES[each.name]:<12}', _rate(each)) for each in found.rates], style)
    if not found.sessions:
        lines.append(style.paint('  no other session to compare with', 'dim'))
    for name in [each.name for each in found.rates]:
        values = [rates[name] for _, rates in found.trend]
        known = [value for value in values if value is not None]
        if len(known) > 2:
            last = f'(last {words.count(len(known), "session")})'
            lines += style.wrap(f'  {_TITLES[name]:<12}', f'{sparkline(known, style)}  {last}')
    return lines


def _rate(each: Rate) -> str:
    if each.total is None:
        return 'unknown'
    total = f'{each.total:+d} in all' if each.name == 'lines' else f'{each.total} in all'
    if each.rate is None:
        said = f'{total}, too little active time for a rate'
    else:
        said = f'{_number(each.rate)} an hour ({total})'
    if each.median is not None:
        said += f'; median of {words.count(each.known, "session")} {_number(each.median)}'
        if each.ratio is not None:
            said += f', x{each.ratio:.1f}'
    return said


def _number(value: float) -> str:
    return f'{value:.0f}' if abs(value) >= 10 else f'{value:.1f}'


def patterns(judged: Judged, found: Sequence[Pattern], style: Style) -> list[str]:
    """The imports against the layers, and what is there of each pattern."""
    gate = _imports(judged)
    lines = [style.paint('Patterns', 'bold')]
    if gate is not None and gate.state != 'off':
        lines += style.wrap('  ', line(str(gate)), hang=2)
        findings = [('    ', line(str(each))) for each in judged.findings[:_MOST_FINDINGS]]
        lines += _wrapped(findings, style)
        hidden = len(judged.findings) - _MOST_FINDINGS
        if hidden > 0:
            lines.append(style.paint(f'    + {hidden} more: git session status -v', 'dim'))
    for each in found:
        said = '; '.join([*each.where, *([each.note] if each.note else [])])
        lines += style.wrap('  ', f'{each.name} {each.state}' + (f': {line(said)}' if said else ''))
    if len(lines) == 1:
        lines += style.wrap('  ', 'none is configured (context.architecture, context.patterns)')
    return lines


def _imports(judged: Judged) -> Gate | None:
    return next((each for each in judged.gates if each.name == 'imports'), None)


def steps(found: Sequence[Step], style: Style) -> list[str]:
    """What to do, the command and the fact each."""
    lines = [style.paint('Recommended', 'bold')]
    for each in found:
        lines += _wrapped([(f'  {style.mark("•", "-")} ', each.text)], style)
        lines += _wrapped([('    ', f'because: {each.reason}')], style)
        if each.command:
            lines += [style.paint(one, 'cyan') for one in style.wrap('    ', each.command)]
    return lines if found else [*lines, '  nothing']


# --- as data


def health_data(found: Health) -> dict[str, Any]:
    return {
        'score': found.score,
        'deductions': [each.asdict() for each in found.deductions],
        'unknown': dict(found.unknown),
    }


def velocity_data(found: Velocity) -> dict[str, Any]:
    """Rates per active hour; null is unknown."""
    return {
        'active_seconds': found.seconds,
        'rates': {
            each.name: {
                'total': each.total, 'rate': _rounded(each.rate), 'median': _rounded(each.median),
                'sessions': each.known, 'ratio': _rounded(each.ratio),
            }
            for each in found.rates
        },
        'trend': [
            {'session': name, **{key: _rounded(value) for key, value in rates.items()}}
            for name, rates in found.trend
        ],
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def patterns_data(judged: Judged, found: Sequence[Pattern]) -> dict[str, Any]:
    gate = _imports(judged)
    return {
        'imports': None if gate is None else {'state': gate.state, 'reason': gate.reason or None},
        'findings': [each.asdict() for each in judged.findings],
        'patterns': [
            {'name': each.name, 'state': each.state, 'where': list(each.where),
             'note': each.note or None}
            for each in found
        ],
    }  # fmt: skip


def steps_data(found: Sequence[Step]) -> list[dict[str, Any]]:
    return [
        {'text': each.text, 'reason': each.reason, 'command': each.command or None}
        for each in found
    ]
