"""What the source around a weakness says against it: of a plain purpose, harmless values, careful parsers, examples."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.scan import CodePlace
from setpoint.scan.against.purpose import PLAIN, SECRET_STEMS, SECRET_WORDS
from setpoint.scan.against.reading import Reading
from setpoint.scan.against.speaking import spoken_against
from setpoint.scan.functions import read_statements

HASH = ("bandit/B324", "ruff/S324")
RANDOM = ("bandit/B311",)
SQL = ("bandit/B608", "ruff/S608")
MARKUP = ("bandit/B704",)
XML = ("bandit/B314", "ruff/S314")
PASSWORD = ("ruff/S105",)


def against(source: str, *told_by: str, file: str = "shop/things.py") -> str:
    """What speaks against a weakness at the one line that ends with `# here`."""
    text = textwrap.dedent(source)
    code = read_statements(text.encode())
    line = next(number for number, each in enumerate(text.splitlines(), 1) if each.endswith("# here"))
    statement = code.at(line) if code else None
    assert code is not None
    assert statement is not None
    return spoken_against(Reading(code), statement, CodePlace(file, line), told_by)


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("etag = hashlib.md5(body).hexdigest()  # here", "etag"),
        ('response.headers["ETag"] = hashlib.md5(body).hexdigest()  # here', "etag"),
        ("def cacheKey(url):\n    return hashlib.sha1(url).hexdigest()  # here", "cache"),
        ("class ShardPicker:\n    def pick(self, row):\n        return md5(row)[0] % 16  # here", "shard"),
        ("def put(row):\n    digest = md5(row)  # here\n    checksums.append(digest)", "checksums"),
        ("def find(row, bucket=md5(b'')):  # here\n    pass", "bucket"),
    ],
)
def test_a_plain_purpose_is_told_by_any_name_around_a_hash(source: str, word: str) -> None:
    assert f"{word!r}" in against(source, *HASH)


@pytest.mark.parametrize(
    "source",
    [
        "digest = hashlib.md5(body).hexdigest()  # here",
        "def cache_key(password):\n    return hashlib.md5(password).hexdigest()  # here",
        "def cached(name):\n    return hashlib.sha1(SECRET_KEY + name).hexdigest()  # here",
        "class Session:\n    def etag(self):\n        return md5(self.id)  # here",
        "def checksum(row):\n    digest = md5(row)  # here\n    return sign(digest)",
        "def spread(name):\n    return md5(name)  # here\n\ndef new_token(name):\n    return spread(name)",
        "def spread(name):\n    return md5(name)  # here\n\ndef make(name):\n    return {'authtoken': spread(name)}",
    ],
)
def test_one_word_that_may_be_of_a_secret_leaves_a_hash_its_weight(source: str) -> None:
    assert against(source, *HASH) == ""


@pytest.mark.parametrize(
    ("source", "is_plain"),
    [
        ("time.sleep(random.random())  # here", True),
        ("def retry(times):\n    return 2**times + random.uniform(0, 1)  # here", True),
        ("colour = random.choice(COLOURS)  # here", True),
        ("letters = random.sample(ALPHABET, 16)  # here", False),
        ("random.shuffle(cards)  # here", False),
        ("delay = random.random() if is_login else 0  # here", False),
        ("number = random.randint(0, 9)  # here", False),
        ("def demo_voucher():\n    return random.randint(0, 10**8)  # here", False),
    ],
)
def test_random_numbers_alike_but_for_the_names_of_their_own_calls(source: str, *, is_plain: bool) -> None:
    assert bool(against(source, *RANDOM)) is is_plain


def test_the_name_of_the_file_tells_too() -> None:
    source = "key = hashlib.md5(url).hexdigest()  # here"
    assert "'caching'" in against(source, *HASH, file="shop/caching.py")
    assert against(source, *HASH, file="shop/login_caching.py") == ""
    assert against(source, *HASH, file="caching/keys.py") == ""


def test_what_other_tests_told_as_well_keeps_its_weight() -> None:
    source = "etag = hashlib.md5(body).hexdigest()  # here"
    assert against(source, *HASH, "semgrep/own.signature") == ""
    assert against(source, "semgrep/own.signature") == ""


@given(
    st.sampled_from(sorted(PLAIN)),
    st.sampled_from([*sorted(SECRET_WORDS), *SECRET_STEMS]),
    st.sampled_from(["{0}_{1}", "{1}_{0}", "x_{1}"]),
)
def test_a_word_of_a_secret_outweighs_every_plain_one(plain: str, secret: str, form: str) -> None:
    assert against(f"{plain}_a = md5(data)  # here", *HASH)
    assert against(f"{plain}_a = md5({form.format(plain, secret)})  # here", *HASH) == ""


@pytest.mark.parametrize(
    ("source", "is_harmless"),
    [
        ('run(f"select * from t where id = {int(text)}")  # here', True),
        ('run("select * from t where id = %d" % number)  # here', True),
        ('run("select * from t where id = %5.2f and n = 10 %%" % number)  # here', True),
        ('run("select * from t limit " + str(len(rows)))  # here', True),
        ('run("select * from t limit {} offset {n}".format(int(a), n=int(b)))  # here', True),
        ('run(f"select * from t limit {size:d}")  # here', True),
        ('def f(a):\n    n = int(a)\n    m = n + 1\n    run(f"select {m if a else 2}")  # here', True),
        ('run(f"select * from t where id = {text}")  # here', False),
        ('run("select * from t where id = %s" % int(text) + more)  # here', False),
        ('run("select * from t where id = %s and %d" % (text, 1))  # here', False),
        ('run("select * from t where id = %r" % text)  # here', False),
        ('run(f"select * from t where id = {text!r:d}")  # here', False),
        ('run("select " + ", ".join(names))  # here', False),
        ('def f(n):\n    n = int(n)\n    run(f"select {n}")  # here', False),
        ('def f(a):\n    n = int(a)\n    if a:\n        n = a\n    run(f"select {n}")  # here', False),
        ('def f(a):\n    n = 1\n    for n in a:\n        run(f"select {n}")  # here', False),
        ('def f(a):\n    n = 1\n    n += a\n    run(f"select {n}")  # here', False),
        ('def f(a):\n    global n\n    n = 1\n    run(f"select {n}")  # here', False),
        ('n = 1\nrun(f"select {n}")  # here', False),
        ('from shop import int\nrun(f"select {int(text)}")  # here', False),
        ("run(statement)  # here", False),
        ('run(f"select {int(a)}".replace("select", a))  # here', False),
    ],
)
def test_numbers_alone_do_no_harm_in_a_statement(source: str, *, is_harmless: bool) -> None:
    indented = source if source.startswith(("def", "from", "n =")) else f"def f():\n    {source}"
    assert bool(against(indented, *SQL)) is is_harmless


@pytest.mark.parametrize(
    ("source", "is_harmless"),
    [
        ('Markup(f"<p>{html.escape(text)}</p>")', True),
        ('Markup(f"<p>{h(text)} of {len(all)}</p>")', True),
        ('markupsafe.Markup("<b>%d</b>" % count)', True),
        ('Markup(f"<p>{text}</p>")', False),
        ('Markup(f"<p>{re.escape(text)}</p>")', False),
        ('Markup(f"<p>{escape(text)}</p>")', False),
        ('Markup(f"<a href={html.escape(text)}>here</a>")', False),
        ("Markup(f\"<a href='{html.escape(text)}'>here</a>\")", False),
        ('Markup(f"<script>{html.escape(text)}</script>")', False),
        ("Markup(text)", False),
        ('Markup(text).join([f"{len(text)}"])', False),
        ('Markup(f"{len(text)}") + Markup(text)', False),
        ('f"{len(text)}"', False),
    ],
)
def test_escaped_text_does_no_harm_between_tags(source: str, *, is_harmless: bool) -> None:
    imports = "import html, re, markupsafe\nfrom re import escape\nfrom html import escape as h\n"
    assert bool(against(f"{imports}def f(text, count):\n    return {source}  # here", *MARKUP)) is is_harmless


@pytest.mark.parametrize(
    ("source", "is_careful"),
    [
        ("ElementTree.parse(path).getroot()", True),
        ("ElementTree.iterparse(path, events=['end'])", True),
        ("minidom.parseString(text)", True),
        ("minidom.parse(path, parser)", False),
        ("ElementTree.parse(path, parser=parser)", False),
        ("other(text)", False),
    ],
)
def test_parsers_that_nobody_made_otherwise_follow_nothing(source: str, *, is_careful: bool) -> None:
    assert bool(against(f"{source}  # here", *XML)) is is_careful


def test_sax_may_have_been_told_to_follow() -> None:
    assert against("xml.sax.parseString(text, handler)  # here", "bandit/B317") == ""


@pytest.mark.parametrize(
    ("source", "is_no_page"),
    [
        ('return Response(text, mimetype="text/plain")  # here', True),
        ('return HttpResponse(text, content_type="application/json; charset=utf-8")  # here', True),
        ('a = make(text)  # here\n    a.headers["content-type"] = "text/plain"', True),
        ('a = make(text)  # here\n    a.mimetype = "text/csv"\n    return a', True),
        ("return Response(text)  # here", False),
        ('return Response(text, mimetype="text/html")  # here', False),
        ("return Response(text, mimetype=told)  # here", False),
        ('a = make(text)  # here\n    if text:\n        a.mimetype = "text/plain"', False),
        ('a = make(text)  # here\n    other.mimetype = "text/plain"', False),
        ('a = make(text)  # here\n    a.mimetype = "text/plain"\n    a.mimetype = "text/html"', False),
        ('a = make(text)  # here\n    a.headers["X-Type"] = "text/plain"', False),
        ("if make(text):  # here\n        pass", False),
    ],
)
def test_an_answer_that_is_no_page_runs_nothing(source: str, *, is_no_page: bool) -> None:
    told = against(f"def view(text, told, other):\n    {source}", "semgrep/setpoint.python.cross-site-scripting")
    assert bool(told) is is_no_page


@pytest.mark.parametrize(
    ("name", "is_example"),
    [("DEMO_PASSWORD", True), ("examplePassword", True), ("PASSWORD", False), ("DEMOGRAPHY_PASSWORD", False)],
)
def test_what_is_called_an_example_opens_little(name: str, *, is_example: bool) -> None:
    assert bool(against(f'{name} = "hunter2"  # here', *PASSWORD)) is is_example
    assert against(f'{name} = "hunter2"  # here', *PASSWORD, "gitleaks/key") == ""


@pytest.mark.parametrize("told_by", [SQL, MARKUP, HASH])
def test_what_is_nested_without_end_says_nothing(told_by: tuple[str, ...]) -> None:
    assert against("x = Markup(" + "'a' + " * 2_000 + "str(b))  # here", *told_by) == ""
