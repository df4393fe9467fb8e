"""`git session init`: the shared knowledge in `.session/`, and the hooks."""

from __future__ import annotations

import os
import time

from git_session import agentsetup, checkout, config, eventlog, git, knowledge, output
from git_session.analysis import survey
from git_session.errors import REFUSED, SessionError
from git_session.options import Option, Syntax, Values

ABOUT = 'Write .session/ from what this repository shows, and install the hooks.'
FORMS = {
    '': Syntax(
        '', 0, 0,
        (
            Option(('-f', '--force'), 'write existing files anew, after a backup'),
            Option(('--no-hooks',), 'do not install the hooks'),
            Option(('--agents',), 'install the hooks of these AI agents too', value='list'),
        ),
    )
}  # fmt: skip


def run(action: str, values: Values) -> int:
    repo = git.discover()  # no more than that: it may be here to replace a broken config.yaml
    top = repo.top
    if top is None:
        raise SessionError('this operation must be run in a work tree')
    if knowledge.leads_out(top):
        raise SessionError(f"'{knowledge.FOLDER}' leads out of the working tree", status=REFUSED)
    programs = agentsetup.named((values.text('agents') or '').split(','))
    found = survey.survey(git.read('-C', top, 'ls-files', '-z').split('\0')[:-1])
    texts = {
        'config.yaml': config.template(),
        'architecture.md': survey.architecture(found),
        'conventions.md': survey.conventions(found),
        'decision-log.md': '# Decision log\n',
        '.gitattributes': 'decision-log.md merge=union\n',
    }
    folder = os.path.join(top, knowledge.FOLDER)
    try:
        os.makedirs(folder, exist_ok=True)
        for name, text in texts.items():
            _write(os.path.join(folder, name), f'.session/{name}', text, force=values.flag('force'))
    except OSError as error:
        raise SessionError(f"cannot write in '{folder}': {error.strerror}") from None
    if not values.flag('no-hooks'):
        for line in checkout.ensure_hooks(repo) or ['git hooks are installed already']:
            output.talk(output.plain(line))
    for program in programs:
        for line in agentsetup.install(agentsetup.project(program, top, repo.sessions)):
            output.talk(output.plain(line))
    output.hint("commit .session to share it: 'git add .session'")
    return 0


def _write(path: str, shown: str, text: str, *, force: bool) -> None:
    if os.path.lexists(path):
        if not force:
            output.talk(f'kept {shown}')
            return
        backup = _free(f'{path}.{time.strftime("%Y%m%dT%H%M%S")}.bak')
        os.rename(path, backup)
        output.talk(f'backed up {shown} as {os.path.basename(backup)}')
    eventlog.write_file(path, text)
    output.talk(f'wrote {shown}')


def _free(path: str) -> str:
    """`path`, with a number when that is taken."""
    found, number = path, 1
    while os.path.lexists(found):
        number += 1
        found = f'{path}{number}'
    return found
