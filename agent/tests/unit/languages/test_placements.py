"""One table for all languages: a value in braces, its context, and whether it crosses a boundary or does nothing."""

from __future__ import annotations

import pytest

from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.registry import BY_NAME

Row = tuple[str, str, str]


def placed(language: str, marked: str) -> Placement:
    """The placement of what stands between `⟦` and `⟧`."""
    start = marked.index("⟦")
    end = marked.index("⟧") - 1
    return BY_NAME[language](marked.replace("⟦", "").replace("⟧", ""), start, end)


STAYS: list[Row] = [
    ("sql", "SELECT * FROM t WHERE n = '⟦bar⟧'", "string literal"),
    ("sql", "SELECT * FROM t WHERE n = '⟦John Smith⟧' AND a = 1", "string literal"),
    ("sql", "SELECT * FROM t WHERE n LIKE '%⟦bar⟧%'", "string literal"),
    ("sql", "SELECT * FROM t WHERE n = E'it\\'s ⟦bar⟧'", "string literal"),
    ("sql", "SELECT $tag$ it's ⟦bar⟧ $tag$", "string literal"),
    ("sql", "SELECT * FROM t WHERE n = 'it\\'s ⟦bar⟧'", "string literal"),
    ("sql", "SELECT * FROM t WHERE id = ⟦42⟧", "number"),
    ("sql", "SELECT * FROM t WHERE id = ⟦-42⟧", "operator"),
    ("sql", "SELECT * FROM t ORDER BY ⟦name⟧", "identifier"),
    ("sql", "SELECT * FROM t ORDER BY t.id ⟦desc⟧", "keyword"),
    ("sql", "SELECT * FROM ⟦shop.orders⟧", "identifier"),
    ("sql", "SELECT `⟦name⟧` FROM t", "quoted identifier"),
    ("sql", "SELECT [⟦full name⟧] FROM t", "quoted identifier"),
    ("sql", 'SELECT "⟦full name⟧" FROM t', "quoted identifier"),
    ("sql", "SELECT 1 -- for ⟦John Smith⟧", "comment"),
    ("sql", "SELECT 1 /* for ⟦John⟧ */", "comment"),
    ("sql", "SELECT a FROM t WHERE c = '#⟦1 of 2⟧'", "string literal"),
    ("shell", "ls ⟦report.txt⟧", "word"),
    ("shell", "ls /srv/⟦report.txt⟧", "word"),
    ("shell", "ls '⟦John Smith⟧'", "single-quoted"),
    ("shell", 'grep "⟦John Smith⟧" file', "double-quoted"),
    ("shell", "ls # ⟦John; Smith⟧", "comment"),
    ("shell", 'echo "$(cat ⟦report.txt⟧)"', "word"),
    ("shell", "echo `cat ⟦report.txt⟧`", "word"),
    ("path", "/srv/files/⟦report.txt⟧", "file name"),
    ("path", "/srv/⟦blue⟧/report.txt", "path segment"),
    ("path", "/srv/⟦blue/report.txt⟧", "path segments"),
    ("path", "⟦report.txt⟧", "whole path"),
    ("path", "/srv/files/⟦report..txt⟧", "file name"),
    ("html", "<p>Hello ⟦John Smith⟧</p>", "text"),
    ("html", "<p>⟦1 < 2 & 3⟧</p>", "text"),
    ("html", '<input value="⟦John Smith⟧">', "attribute value"),
    ("html", "<input value=⟦John⟧>", "unquoted attribute value"),
    ("html", '<a href="⟦/home⟧">', "url attribute"),
    ("html", "<script>var a = '⟦John Smith⟧';</script>", "script string"),
    ("html", "<script>var a = ⟦bar⟧;</script>", "script"),
    ("html", "<style>p { color: ⟦blue⟧ }</style>", "style"),
    ("html", "<!-- for ⟦John⟧ -->", "comment"),
    ("html", "<title>⟦John⟧</title>", "text"),
    ("html", '<p onclick="show(⟦bar⟧)">', "script attribute"),
    ("xpath", "//user[name='⟦John Smith⟧']", "string literal"),
    ("xpath", "//user[@id=⟦42⟧]", "number"),
    ("xpath", "//⟦user⟧/name", "name"),
    ("ldap", "(&(uid=⟦bar⟧)(objectClass=person))", "assertion value"),
    ("ldap", "(⟦mail⟧=x)", "attribute"),
    ("ldap", "cn=⟦John Smith⟧,dc=example,dc=com", "attribute value"),
    ("url", "https://⟦api.example.com⟧/x", "host"),
    ("url", "https://api.example.com:⟦8080⟧/x", "port"),
    ("url", "https://api.example.com⟦/bar⟧", "end of host"),
    ("url", "https://example.com⟦.example.org⟧/", "host"),
    ("url", "/⟦bar⟧", "start of path"),
    ("url", "⟦https://example.com/a⟧", "whole address"),
    ("url", "⟦/home⟧", "whole address"),
    ("url", "⟦https⟧://example.com/a", "start of address"),
    ("python", "print('⟦John Smith⟧')", "string literal"),
    ("python", "print('''⟦John Smith⟧''')", "string literal"),
    ("python", "x = f'{y} ⟦John⟧'", "formatted string"),
    ("python", "x = ⟦42⟧", "number"),
    ("python", "x = ⟦-42⟧", "operator"),
    ("python", "⟦name⟧", "name"),
    ("python", "x = 1  # ⟦John Smith⟧", "comment"),
    ("template", "Hello ⟦John Smith⟧ {{ x }}", "template text"),
    ("template", "⟦John Smith⟧", "whole template"),
    ("template", "{{ ⟦name⟧ }}", "expression"),
    ("template", "{% include '⟦page.html⟧' %}", "statement"),
    ("template", "{# ⟦John⟧ #}", "comment"),
    ("template", "${⟦name⟧}", "expression"),
    ("regex", "^⟦bar⟧$", "atom"),
    ("regex", "⟦report.txt⟧", "pattern"),
    ("regex", "[⟦abc⟧]+", "class"),
    ("regex", "a{⟦3⟧}", "quantifier"),
    ("header", "name=⟦John Smith⟧", "header value"),
    ("log", "hello ⟦John Smith⟧", "log line"),
    ("json", '{"a": "⟦John Smith⟧"}', "string literal"),
    ("json", '{"⟦name⟧": 1}', "key"),
    ("json", '{"a": ⟦42⟧}', "number"),
    ("nosql", '{"$where": "this.name == \'⟦bar⟧\'"}', "code"),
    ("nosql", '{"name": {"$regex": "⟦bar⟧"}}', "pattern"),
    ("nosql", '{"⟦name⟧": 1}', "key"),
    ("whole", "⟦John Smith⟧", "whole"),
    ("whole", "a ⟦John Smith⟧", "part"),
]

CROSSES: list[Row] = [
    ("sql", "SELECT * FROM t WHERE n = '⟦' OR 1=1--⟧'", "string literal"),
    ("sql", "SELECT * FROM t WHERE n = '⟦bar' OR 'a'='a⟧'", "string literal"),
    ("sql", "SELECT * FROM t WHERE n = '⟦\\' OR 1=1-- ⟧'", "string literal"),
    ("sql", "SELECT * FROM t WHERE id = ⟦1 OR 1=1⟧", "number"),
    ("sql", "SELECT * FROM t ORDER BY ⟦(CASE WHEN 1 THEN id END)⟧", "operator"),
    ("sql", "SELECT * FROM t ORDER BY ⟦id; DROP TABLE t⟧", "identifier"),
    ("sql", "SELECT `⟦a` FROM u -- ⟧` FROM t", "quoted identifier"),
    ("sql", "SELECT 1 /* ⟦*/, 2 /*⟧ */", "comment"),
    ("sql", "SELECT 1 -- ⟦x\n, 2⟧", "comment"),
    ("sql", "SELECT $$ ⟦$$, 2, $$⟧ $$", "string literal"),
    ("shell", "ls ⟦x; id⟧", "word"),
    ("shell", "ls ⟦; id⟧", "operator"),
    ("shell", "ls ⟦$(id)⟧", "substitution"),
    ("shell", "ls '⟦'; id; '⟧'", "single-quoted"),
    ("shell", 'ls "⟦$(id)⟧"', "substitution"),
    ("shell", 'ls "⟦a`id`⟧"', "double-quoted"),
    ("shell", 'ls "⟦"; id; "⟧"', "operator"),
    ("shell", "ls ⟦x\nid⟧", "word"),
    ("shell", "ls ⟦-la⟧", "word"),
    ("shell", "ls ⟦*.py⟧", "word"),
    ("shell", "echo \"$(cat '⟦x'; id '⟧')\"", "single-quoted"),
    ("path", "/srv/files/⟦../../etc/passwd⟧", "path segments"),
    ("path", "/srv/files/⟦..⟧/x", "path segment"),
    ("path", "/srv/files/.⟦./x⟧", "path segments"),
    ("path", "/srv/files/⟦%2e%2e%2fx⟧", "path segments"),
    ("path", "/srv/files/⟦..\\x⟧", "path segments"),
    ("path", "/srv/files/⟦x\0⟧.txt", "file name"),
    ("path", "⟦/etc/passwd⟧", "whole path"),
    ("path", "⟦C:\\x⟧", "whole path"),
    ("html", "<p>⟦<script>alert(1)</script>⟧</p>", "text"),
    ("html", "<p>a ⟦bar<b>⟧</p>", "text"),
    ("html", '<input value="⟦"><script>x⟧">', "attribute value"),
    ("html", "<input value=⟦x onclick=y⟧>", "unquoted attribute value"),
    ("html", '<a href="⟦javascript:alert(1)⟧">', "url attribute"),
    ("html", "<script>var a = '⟦';alert(1)//⟧';</script>", "script string"),
    ("html", "<script>var a = '⟦</script><b>⟧';</script>", "text"),
    ("html", "<script>var a = ⟦bar;alert(1)⟧;</script>", "script"),
    ("html", "<!-- ⟦--><b>⟧ -->", "comment"),
    ("html", "<title>⟦</title><b>⟧</title>", "text"),
    ("html", "<p onclick=\"show('⟦');x('⟧')\">", "script attribute"),
    ("xpath", "//user[name='⟦' or '1'='1⟧']", "string literal"),
    ("xpath", "//user[@id=⟦1 or 1=1⟧]", "number"),
    ("ldap", "(uid=⟦*)(uid=*⟧)", "assertion value"),
    ("ldap", "(uid=⟦*⟧)", "assertion value"),
    ("ldap", "cn=⟦a,dc=evil⟧,dc=com", "attribute value"),
    ("url", "https://⟦evil.com/x⟧.example.com/", "host"),
    ("url", "https://example.com⟦@evil.com⟧/", "userinfo"),
    ("url", "/⟦/evil.com⟧", "slashes"),
    ("url", "⟦//evil.com⟧", "whole address"),
    ("url", "⟦javascript:alert(1)⟧", "whole address"),
    ("url", "https://example.com/a/⟦../b⟧", "path"),
    ("url", "https://example.com/a?x=⟦1&y=2⟧", "query"),
    ("python", "print('⟦');import os;('⟧')", "string literal"),
    ("python", "⟦__import__('os').system('id')⟧", "code"),
    ("python", "x = f'⟦{os}⟧'", "formatted string"),
    ("template", "Hello ⟦{{ 7*7 }}⟧", "template text"),
    ("template", "Hello {⟦{ 7*7 }}⟧", "expression"),
    ("template", "⟦${7*7}⟧", "whole template"),
    ("template", "⟦<% import os %>⟧", "whole template"),
    ("template", "{{ ⟦a.__class__()⟧ }}", "expression"),
    ("regex", "^⟦(a+)+⟧$", "atom"),
    ("regex", "[⟦a]|[b⟧]", "atom"),
    ("header", "name=⟦x\r\nX: y⟧", "header value"),
    ("log", "hello ⟦x\nINFO root⟧", "log line"),
    ("log", "hello ⟦x\x1b[2J⟧", "log line"),
    ("json", '{"a": "⟦x", "admin": "y⟧"}', "string literal"),
    ("json", '{"a": {"⟦$ne⟧": 1}}', "key"),
    ("nosql", '{"$where": "this.name == \'⟦x\' || true⟧"}', "code"),
    ("nosql", "{'a': {'⟦$ne⟧': 1}}", "key"),
]

DOES_NOTHING: list[Row] = [
    ("url", "https://example.com/search?q=⟦bar⟧", "query"),
    ("url", "https://example.com/search#⟦bar⟧", "fragment"),
    ("url", "https://example.com/users/⟦bar⟧", "path"),
    ("url", "/users/⟦bar⟧", "path"),
    ("url", "https://api.example.com/⟦bar⟧", "path"),
    ("nosql", '{"name": "⟦bar⟧"}', "string literal"),
    ("html", "<p>⟦&lt;b&gt;⟧</p>", "text"),
    ("html", '<input value="⟦&quot;x⟧">', "attribute value"),
    ("html", "<script>var a = '⟦\\u003cb\\u003e⟧';</script>", "script string"),
    ("sql", "SELECT * FROM t WHERE n = '⟦O''Brien⟧'", "string literal"),
    ("sql", "SELECT * FROM t WHERE n = '⟦O\\'Brien⟧'", "string literal"),
    ("ldap", "(uid=⟦a\\2ab⟧)", "assertion value"),
    ("ldap", "cn=⟦Smith\\, John⟧,dc=com", "attribute value"),
    ("regex", "^⟦report\\.txt⟧$", "atom"),
]


@pytest.mark.parametrize(("language", "marked", "context"), STAYS)
def test_a_benign_value_stays_in_its_place(language: str, marked: str, context: str) -> None:
    assert placed(language, marked) == Placement(context, crosses=False)


@pytest.mark.parametrize(("language", "marked", "context"), CROSSES)
def test_an_attack_crosses(language: str, marked: str, context: str) -> None:
    assert placed(language, marked) == Placement(context, crosses=True)


@pytest.mark.parametrize(("language", "marked", "context"), DOES_NOTHING)
def test_what_can_change_nothing_there_is_inert(language: str, marked: str, context: str) -> None:
    assert placed(language, marked) == Placement(context, crosses=False, inert=True)


@pytest.mark.parametrize("language", sorted(BY_NAME))
def test_an_empty_text_has_a_place(language: str) -> None:
    assert not BY_NAME[language]("", 0, 0).crosses


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        ('INSERT INTO "item" ("id", "name") VALUES (?, ?) RETURNING "item"."id"', True),
        ('SELECT "item"."name" FROM "item"', True),
        ('UPDATE "item" SET "price" = ?, "name" = ? WHERE "item"."id" = ?', True),
        ("INSERT INTO `item` (`name`) VALUES (%s)", True),
        ('INSERT INTO "item" ("id") VALUES ("name")', False),
        ('INSERT INTO "name" ("id") VALUES (?)', False),
        ('SELECT * FROM item WHERE a = "name"', False),
        ('SELECT * FROM item WHERE a IN ("b", "name")', False),
        ('SELECT * FROM item ORDER BY "name"', False),
    ],
)
def test_columns_that_mappers_quote(text: str, inert: bool) -> None:
    start = text.index("name")
    assert BY_NAME["sql"](text, start, start + len("name")).inert is inert
