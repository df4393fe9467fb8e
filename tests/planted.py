"""Secrets of the common providers, and ordinary text that looks a little like them.

Nothing here is a secret: the values are drawn from a seeded generator and put together
from pieces, so that no scanner of this repository finds one in its source.
"""

from __future__ import annotations

import base64
import json
import random
import string
import zlib

_DIGITS = string.digits
_UPPER = string.ascii_uppercase
_LETTERS = string.ascii_letters
_WORD = _LETTERS + _DIGITS
_HEX = '0123456789abcdef'
_BASE62 = _DIGITS + _UPPER + string.ascii_lowercase
_BASE64 = _WORD + '+/'
_URL64 = _WORD + '-_'


def _draw(rng: random.Random, alphabet: str, length: int) -> str:
    return ''.join(rng.choice(alphabet) for _ in range(length))


def _checked(rng: random.Random, prefix: str, length: int = 30) -> str:
    """A token that ends in the checksum GitHub and npm put there: CRC-32 in base 62."""
    body = _draw(rng, _WORD, length)
    number, digits = zlib.crc32(body.encode()), ''
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return prefix + body + digits.rjust(6, '0')


def _jwt(rng: random.Random) -> str:
    def part(value: object) -> str:
        text = json.dumps(value, separators=(',', ':')).encode()
        return base64.urlsafe_b64encode(text).decode().rstrip('=')

    head = part({'alg': 'HS256', 'typ': 'JWT'})
    body = part({'sub': _draw(rng, _DIGITS, 10), 'name': 'Ada', 'iat': 1700000000})
    return f'{head}.{body}.{_draw(rng, _URL64, 43)}'


def _pem(rng: random.Random, kind: str, lines: int = 12) -> str:
    """A private key of that kind, `lines` of base64."""
    dashes = '-' * 5
    body = '\n'.join(_draw(rng, _BASE64, 64) for _ in range(lines))
    return (
        f'{dashes}BEGIN {kind}PRIVATE KEY{dashes}\n{body}\n'
        f'{_draw(rng, _BASE64, 22)}==\n{dashes}END {kind}PRIVATE KEY{dashes}'
    )


def _tokens(rng: random.Random) -> dict[str, str]:
    """Tokens that say themselves whose they are: kind -> value."""
    base32 = _UPPER + '234567'
    lower = string.ascii_lowercase + _DIGITS
    slack = '-'.join(_draw(rng, _DIGITS, 12) for _ in range(2))
    discord = base64.b64encode(('1' + _draw(rng, _DIGITS, 17)).encode()).decode()
    return {
        'AWS access key': 'AKI' + 'A' + _draw(rng, base32, 16),
        'AWS session key': 'ASI' + 'A' + _draw(rng, base32, 16),
        'Google API key': 'AI' + 'za' + _draw(rng, _WORD, 35),
        'Google OAuth secret': 'GOC' + 'SPX-' + _draw(rng, _WORD, 28),
        'GitHub personal': _checked(rng, 'gh' + 'p_'),
        'GitHub OAuth': _checked(rng, 'gh' + 'o_'),
        'GitHub app': _checked(rng, 'gh' + 's_'),
        'GitHub fine-grained': 'github' + '_pat_' + _draw(rng, _WORD, 22) + '_'
        + _draw(rng, _WORD, 59),
        'GitLab personal': 'gl' + 'pat-' + _draw(rng, _WORD, 20),
        'GitLab runner': 'gl' + 'rt-' + _draw(rng, _WORD, 20),
        'Slack bot': 'xo' + f'xb-{slack}-' + _draw(rng, _WORD, 24),
        'Slack user': 'xo' + f'xp-{slack}-{_draw(rng, _DIGITS, 12)}-' + _draw(rng, _HEX, 32),
        'Slack webhook': 'https://hooks.' + 'slack.com/services/T' + _draw(rng, _UPPER, 8)
        + '/B' + _draw(rng, _UPPER, 8) + '/' + _draw(rng, _WORD, 24),
        'Stripe live': 'sk_' + 'live_' + _draw(rng, _WORD, 24),
        'Stripe restricted': 'rk_' + 'live_' + _draw(rng, _WORD, 24),
        'Twilio key id': 'S' + 'K' + _draw(rng, _HEX, 32),
        'SendGrid': 'S' + 'G.' + _draw(rng, _WORD, 22) + '.' + _draw(rng, _WORD, 43),
        'Mailchimp': _draw(rng, _HEX, 32) + '-us' + '12',
        'OpenAI': 'sk' + '-' + _draw(rng, _WORD, 20) + 'T3Blbk' + 'FJ' + _draw(rng, _WORD, 20),
        'OpenAI project': 'sk-' + 'proj-' + _draw(rng, _WORD, 74) + 'T3Blbk' + 'FJ'
        + _draw(rng, _WORD, 74),
        'Anthropic': 'sk-' + 'ant-api03-' + _draw(rng, _WORD, 93) + 'AA',
        'npm': _checked(rng, 'np' + 'm_'),
        'PyPI': 'py' + 'pi-AgEIcHlwaS5vcmc' + _draw(rng, _WORD, 150),
        'Hugging Face': 'h' + 'f_' + _draw(rng, _LETTERS, 34),
        'DigitalOcean': 'dop' + '_v1_' + _draw(rng, _HEX, 64),
        'Telegram': _draw(rng, '123456789', 10) + ':AA' + _draw(rng, _WORD, 33),
        'Discord': discord + '.' + _draw(rng, _WORD, 6) + '.' + _draw(rng, _WORD, 27),
        'JWT': _jwt(rng),
        'age': 'AGE-SECRET-' + 'KEY-1' + _draw(rng, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58),
        'Shopify': 'shp' + 'at_' + _draw(rng, _HEX, 32),
        'Databricks': 'da' + 'pi' + _draw(rng, _HEX, 32),
        'Grafana': 'gl' + 'sa_' + _draw(rng, _WORD, 32) + '_' + _draw(rng, _HEX, 8),
        'Linear': 'lin' + '_api_' + _draw(rng, lower, 40),
        'Vault': 'hv' + 's.' + _draw(rng, _WORD, 96),
    }  # fmt: skip


def _keys(rng: random.Random) -> dict[str, str]:
    kinds = {'PEM': '', 'RSA': 'RSA ', 'EC': 'EC ', 'OpenSSH': 'OPENSSH '}
    made = {f'{name} private key': _pem(rng, kind) for name, kind in kinds.items()}
    made['PGP private key'] = _pem(rng, 'PGP ').replace('KEY-', 'KEY ' + 'BLOCK-')
    made['private key cut off'] = '\n'.join(_pem(rng, 'RSA ').split('\n')[:4])
    return made


def _named(rng: random.Random) -> dict[str, tuple[str, str]]:
    """Secrets that what stands around them gives away: kind -> (text, the secret in it)."""
    found: dict[str, tuple[str, str]] = {}

    def add(name: str, form: str, secret: str) -> None:
        found[name] = form.replace('@@', secret), secret

    word = _draw(rng, _WORD, 14)
    add('AWS secret key', 'aws_secret_access_key = @@', _draw(rng, _BASE64, 40))
    add(
        'Azure storage',
        'DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=@@;'
        'EndpointSuffix=core.windows.net',
        _draw(rng, _BASE64, 86) + '==',
    )
    add('Azure client secret', 'AZURE_CLIENT_SECRET=@@',
        _draw(rng, _WORD, 3) + '8Q~' + _draw(rng, _WORD, 34))  # fmt: skip
    add('Twilio', 'TWILIO_AUTH_TOKEN=@@', _draw(rng, _HEX, 32))
    add('URL with password', 'use postgres://app:@@@db.example.com:5432/app for now', word)
    add('URL with password, https', 'clone https://ada:@@@git.example.com/x.git', word[::-1])
    add('password quoted', 'password = "@@"', _draw(rng, _WORD, 16))
    add('password bare', 'password=@@', _draw(rng, _WORD, 16))
    add('password colon', 'the staging password: @@', _draw(rng, _WORD, 16))
    add('token colon', 'token: @@', _draw(rng, _WORD, 32))
    add('api key quoted', 'api_key: "@@"', _draw(rng, _WORD, 32))
    add('secret bare', 'CLIENT_SECRET=@@', _draw(rng, _WORD, 32))
    add('bearer', 'curl -H "Authorization: Bearer @@" https://api.example.com',
        _draw(rng, _WORD, 40))  # fmt: skip
    add('token equals', 'TOKEN=@@', _draw(rng, _WORD, 24))
    add('token word', 'TOKEN @@', _draw(rng, _WORD, 40))
    add('token option', 'login --token @@ --now', _draw(rng, _WORD, 24))
    add('Twilio key secret', 'TWILIO_API_KEY_SECRET=@@', _draw(rng, _WORD, 32))
    return found


def secrets(seed: int = 1) -> list[tuple[str, str, str]]:
    """(kind, text, the secret in the text), the texts as a person would type them."""
    rng = random.Random(seed)
    found = []
    for name, value in _tokens(rng).items():
        found.append((name, f'rotate {value} before the release', value))
    for name, value in _keys(rng).items():
        found.append((name, f'the key is\n{value}\nof the old host', value))
    for name, (text, value) in _named(rng).items():
        found.append((name, text, value))
    return found


# What nobody may take for a secret.
ORDINARY = (
    'fix the race that 3f9c2a1b7d4e5f60718293a4b5c6d7e8f9012345 brought in',
    'see 550e8400-e29b-41d4-a716-446655440000 and sha256:' + 'ab12' * 16,
    'an icon: iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgl',
    'merge feature/token-refresh-2026 into release/2.x, keep src/auth/secret_store.py',
    'https://user@example.com/x.git?token=abc#readme and git+ssh://git@github.com:22/x',
    'rotate the token: see docs/secrets.md',
    'the token: a string that names a session; token = lexer.next(), token: str, "token": null',
    'token: feature/refresh-token-2026-rotation, token: sha256-of-the-session-2-cookie',
    'the token: https://example.com/issues/1234#issuecomment-1234567890abcdef',
    'the token OAuth2TokenRefresher reads, --token authentication-middleware, TOKEN STREAM',
    'it begins with -----BEGIN RSA PRIVATE KEY----- and is refused by internationalization.py',
    'hooks.slack.com/services and https://hooks.slack.com/services/..., AGE-SECRET-KEY-1...',
    'password: use the one from the vault; the password must have 12 characters',
    "secret = os.environ['SECRET'], password=$PASSWORD, api_key: ${{ secrets.API_KEY }}",
    'add an api_key parameter to fetch(), api_key=None by default',
    'https://user:<password>@host in the README, Authorization: Bearer <token>',
    'ghp_ tokens and AKIA... keys are refused, sk-learn and hf_hub are not',
    'set DB_PASSWORD=changeme in compose; Set-Cookie: session=abc123; HttpOnly',
    'Change-Id: I8473b95934b5732ac55d26311a706c9c2bde9940',
    'obj-2 Google OAuth, PKCE flow, 80% done: naïve café ▶ 日本語',
)
