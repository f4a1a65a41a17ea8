"""Operations to log in, to log out, to register, to reset a password, to give a code: known by their words and parts.

Called by the checks of this theme. Words are of English, German, French and Spanish; an operation of a document is
known by its path or name, a form of a page by its fields, too.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.canonical import Json
from setpoint.model.dast import Exchange, Operation, Part, PartPlace, Profile
from setpoint.scan.dast.action_words import LOGINS, PASSWORDS, REGISTERS
from setpoint.scan.dast.identifiers import PEOPLE
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.mail_addresses import ADDRESS
from setpoint.scan.dast.naming import is_parameter, noun_of, words_of
from setpoint.scan.dast.values import is_free_text, value_of

REQUESTS: Final = 3
"""Of one login, at most as a rule: the page, the password, and where that leads."""

MOST_CODES: Final = 2

LOGIN: Final = LOGINS | {"iniciar"}
LOGOUT: Final = frozenset(
    {"logout", "signout", "logoff", "abmelden", "ausloggen", "deconnexion", "déconnexion", "salir"}
)
RESET: Final = frozenset(
    {"forgot", "forgotten", "reset", "resets", "recover", "recovery", "vergessen", "oubli", "olvidado", "lost"}
)
VERIFY: Final = frozenset({"verify", "verification"})
"""What else takes a code: a token of that name is too long to be guessed."""
CODE: Final = frozenset({"otp", "totp", "mfa", "2fa", "pin", "tan", "passcode"})
PASSWORD: Final = PASSWORDS | {"contraseña"}
"""As `words` has them: with their accents."""
USER: Final = frozenset(
    {"email", "mail", "username", "user", "login", "account", "identifier", "phone", "nickname"}
    | {"benutzername", "benutzer", "nutzer", "nutzername", "courriel", "utilisateur", "identifiant"}
    | {"correo", "usuario"}
)
_NAMES: Final = frozenset({"username", "login", "nickname", "benutzername", "nutzername", "utilisateur", "usuario"})
"""Of `USER`, those of which no two accounts may have the same."""

_TELEPHONE: Final = frozenset({"phone", "telephone", "mobile", "telefon", "telefono", "téléphone", "handy", "msisdn"})

_AREAS: Final = ("202", "212", "213", "305", "312", "404", "415", "512", "602", "617", "702", "713", "808", "901")
"""Of the North American plan, whose numbers 555-0100 to 555-0199 are nobody's."""

STANDING: Final = frozenset(
    {"role", "roles", "group", "groups", "admin", "permission", "permissions", "status", "tier"}
)
"""Words of fields by which an account stands above others: whoever registers leaves them out."""

_OLD: Final = frozenset(
    {"old", "current", "previous", "existing", "altes", "aktuelles", "ancien", "actuel", "actual", "anterior"}
)
"""Words of the field that asks for the password that is to be replaced."""

_ABOUT: Final = frozenset(
    {
        "hint",
        "changed",
        "since",
        "policy",
        "expired",
        "expires",
        "age",
        "strength",
        "length",
        "updated",
        "reset",
        "forgot",
    }
)

_PAIRS: Final = {("sign", "in"): "signin", ("log", "in"): "login", ("sign", "out"): "signout", ("log", "out"): "logout",
                 ("sign", "up"): "signup", ("log", "off"): "logoff", ("2", "fa"): "2fa", ("e", "mail"): "email",
                 ("user", "name"): "username", ("pass", "word"): "password", ("pass", "code"): "passcode"}  # fmt: skip


def login_operations(bench: Workbench) -> Iterator[Operation]:
    """What takes a user and a password, and is neither for registering nor for a new password."""
    for each in _sending(bench):
        other = said(each) & (REGISTERS | RESET)
        if len(password_parts(each)) == 1 and user_part(each) and not other and (said(each) & LOGIN or _is_token(each)):
            yield each


def may_try_passwords(bench: Workbench) -> bool:
    """Whether the operator let no login out of the scan, and the profile logs in to try something."""
    return bench.profile is not Profile.PASSIVE and not any(
        password_parts(each) and said(each) & LOGIN for each in bench.surface.operations if bench.excludes(each)
    )


def may_register(bench: Workbench) -> bool:
    """Whether the operator and the profile let checks make accounts."""
    return bench.accounts.may_register and bench.profile is not Profile.PASSIVE


def logout_operations(bench: Workbench) -> Iterator[Operation]:
    """Those of one session."""
    found = [each for each in _wanted(bench) if said(each) & LOGOUT and each.method in {"GET", "POST"}]
    yield from (each for each in found if not {"all", "everywhere"} & said(each))


def reset_operations(bench: Workbench) -> Iterator[Operation]:
    """What sends somebody the means for a new password: it takes who it is, and no password."""
    for each in _sending(bench):
        if said(each) & RESET and user_part(each) and not password_parts(each):
            yield each


def registrations(bench: Workbench) -> Iterator[Operation]:
    for each in _sending(bench):
        is_said = said(each) & REGISTERS or len(password_parts(each)) > 1 or _makes_account(each)
        if password_parts(each) and user_part(each) and is_said:
            yield each


def password_changes(bench: Workbench) -> Iterator[Operation]:
    """What gives the account that calls it another password: neither a login, nor a registration, nor by a code."""
    for each in _wanted(bench):
        fresh = [part for part in password_parts(each) if not is_old_password(part)]
        methods = {"POST", "PUT", "PATCH"} | ({"GET"} if len(fresh) > 1 else set())
        is_other = said(each) & (LOGIN | REGISTERS | RESET) or _makes_account(each) or code_part(each)
        is_said = said(each) & PASSWORD or len(fresh) < len(password_parts(each))
        if fresh and each.method in methods and is_said and not is_other and _names_only_people(each):
            yield each


def is_old_password(part: Part) -> bool:
    return bool(words(part.name) & _OLD)


def _names_only_people(operation: Operation) -> bool:
    return all(words(each.name) & USER for each in operation.parts if each.place is PartPlace.PATH)


def naming_user(operation: Operation, user: str) -> dict[Part, Json]:
    """This user in each part, of the path, too, that names one."""
    in_path = [each for each in operation.parts if each.place is PartPlace.PATH]
    return dict.fromkeys(
        [each for each in (*in_path, *_user_parts(operation)) if "@" in user or not takes_address(each)], user
    )


def guessable_codes(bench: Workbench) -> list[Operation]:
    """What takes a code, at most `MOST_CODES`.

    A wrong code changes nothing, of whatever it is for: that of a reset is tried though resets are not sent.
    """
    taking = (each for each in _sending(bench) if code_part(each))
    return list(islice((each for each in taking if said(each) & RESET or not bench.may_send(each)), MOST_CODES))


def place_of(bench: Workbench, exchange: Exchange) -> tuple[str, str]:
    """Method and path, below the base, of where a login went."""
    base = urlsplit(bench.surface.base)
    return exchange.sent.method, urlsplit(exchange.sent.url).path.removeprefix(base.path)


def user_part(operation: Operation, user: str = "@") -> Part | None:
    """What says who; an address before a name, unless this user is known by a name; what must be given first."""
    parts = _user_parts(operation)
    return min(
        parts,
        key=lambda each: (_takes_number(each), takes_address(each) != ("@" in user), not each.is_required),
        default=None,
    )


def takes_user(operation: Operation, user: str) -> bool:
    """Whether it may be told this user: an address goes where a name does, and not the other way round."""
    part = user_part(operation, user)
    return part is not None and ("@" in user or not takes_address(part))


def takes_address(part: Part) -> bool:
    return bool(words(part.name) & ADDRESS) or part.schema.get("format") == "email"


def _takes_number(part: Part) -> bool:
    return bool(words(part.name) & _TELEPHONE)


def registering(operation: Operation, user: str, password: str, *, is_whole: bool = False) -> dict[Part, Json]:
    """Values that register this user: an address beside the name is one that nobody has, as is a name beside it.

    `is_whole`: with the texts, too, that need not be given. Two accounts may collide in what neither of them has.
    """
    part = user_part(operation, user)
    values: dict[Part, Json] = {
        each: f"nobody{secrets.token_hex(5)}{'@example.com' if takes_address(each) else ''}"
        for each in _user_parts(operation)
        if each != part and (takes_address(each) or words(each.name) & _NAMES)
    }
    for each in _given(operation):
        if each not in values and _takes_number(each) and (each.is_required or is_whole):
            values[each] = f"+1{secrets.choice(_AREAS)}55501{secrets.randbelow(100):02}"
        elif is_whole and each not in values and is_free_text(each) and not words(each.name) & STANDING:
            values[each] = value_of(each, secrets.token_hex(4))
    return values | ({part: user} if part else {}) | dict.fromkeys(password_parts(operation), password)


def _user_parts(operation: Operation) -> list[Part]:
    return [each for each in _given(operation) if words(each.name) & USER and not words(each.name) & PASSWORD]


def password_parts(operation: Operation) -> list[Part]:
    return [each for each in _given(operation) if is_password(each.name) or each.schema.get("format") == "password"]


def is_password(name: str) -> bool:
    """Whether a field of this name holds one, and not what there is to say of one."""
    return bool(words(name) & PASSWORD) and not words(name) & _ABOUT


def code_part(operation: Operation) -> Part | None:
    """What takes a code of a few digits: by its name, or where the operation is about one."""
    parts = _given(operation)
    named = next((each for each in parts if words(each.name) & CODE), None)
    about = said(operation) & (CODE | RESET)
    wanted = {"code", "token"} if about else {"code"} if said(operation) & VERIFY else set()
    return named or next((each for each in parts if words(each.name) & wanted), None)


def said(operation: Operation) -> frozenset[str]:
    """The words of its path and name."""
    return words(operation.path) | words(operation.name)


def words(name: str) -> frozenset[str]:
    """With `sign-in` and `signIn` as `signin`."""
    each = words_of(name)
    return frozenset(each) | {_PAIRS[pair] for pair in pairwise(each) if pair in _PAIRS}


def _sending(bench: Workbench) -> Iterator[Operation]:
    return (each for each in _wanted(bench) if each.method in {"POST", "PUT"})


def _wanted(bench: Workbench) -> Iterator[Operation]:
    return (each for each in bench.surface.operations if not bench.excludes(each))


def _given(operation: Operation) -> list[Part]:
    return [each for each in operation.parts if each.place in {PartPlace.BODY, PartPlace.QUERY}]


def _makes_account(operation: Operation) -> bool:
    """`POST /users`."""
    return operation.method == "POST" and noun_of(operation.path) in PEOPLE and not is_parameter(operation.path)


def _is_token(operation: Operation) -> bool:
    return bool(said(operation) & {"token", "auth", "session", "sessions"})
