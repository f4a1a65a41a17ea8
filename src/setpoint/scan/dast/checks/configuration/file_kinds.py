"""Files and addresses that are not for everybody: where they usually stand, and how it is seen that it is they.

A short list of our own, of kinds rather than of products. Called by `exposed_files`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from setpoint.model.dast import Answer
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.configuration.grammars import (
    Grammar,
    any_of,
    has_type,
    holds,
    is_archive,
    is_code,
    is_database,
    is_environment_file,
    is_list_of_packages,
    is_log,
    is_metrics,
    is_password_file,
    is_private_key,
    is_sql,
    is_table_of_people,
    json_with,
    starts_with,
    tells_environment,
    tells_internals,
    tells_secrets,
)
from setpoint.scan.dast.checks.configuration.status_pages import is_server_status


@dataclass(frozen=True, slots=True)
class FileKind:
    kind: str
    """Of the fault."""
    cwe: int
    severity: Severity
    what: str
    """That it shows, as a clause."""
    shows: tuple[tuple[tuple[str, ...], Grammar], ...]
    """Names below a folder, and what their content is."""
    is_everywhere: bool = False
    """Looked for in every folder of the target, and not only at its root."""

    @property
    def names(self) -> Iterator[str]:
        """Each once, whatever it may show."""
        return iter(dict.fromkeys(name for names, _ in self.shows for name in names))


def _is_actuator_index(answer: Answer) -> bool:
    """More than health and info, which are made to be public."""
    document = json_of(answer)
    links = document.get("_links") if isinstance(document, dict) else None
    if not isinstance(links, dict):
        return False
    return bool({name.partition("-")[0] for name in links} - {"self", "health", "info"})


_is_registry: Final = json_with("gauges", "counters")
"""Of Dropwizard's metrics, and what is written like them."""

_KEY_ID: Final = holds(r"aws_access_key_id\s*=", r"^\[")
_SUFFIXES: Final = ("zip", "tar.gz", "sql", "sql.gz")

FILE_KINDS: Final = (
    FileKind(
        "exposed-version-control",
        527,
        Severity.HIGH,
        "the history of its source code can be fetched",
        (
            ((".git/HEAD",), holds(r"\A(?:ref: refs/[\w./-]+|[0-9a-f]{40})\s*\Z")),
            ((".git/config",), holds(r"^\[core\]", r"repositoryformatversion")),
            ((".svn/wc.db",), is_database),
            ((".svn/entries",), holds(r"\A(?:[89]|1[0-2])\s*$")),
            ((".hg/requires",), holds(r"^(?:revlogv1|store|dotencode|share-safe)$")),
        ),
        is_everywhere=True,
    ),
    FileKind(
        "exposed-environment-file",
        538,
        Severity.HIGH,
        "the settings of the service with their secrets can be fetched",
        (((".env", ".env.local", ".env.production", ".env.bak"), is_environment_file),),
        is_everywhere=True,
    ),
    FileKind(
        "exposed-settings-file",
        538,
        Severity.HIGH,
        "a file of settings with secrets can be fetched",
        (
            (("config.json", "config.yml", "config.yaml", "settings.json", "appsettings.json"), tells_secrets),
            (("application.properties", "application.yml", "config.ini", "secrets.json"), tells_secrets),
            (("web.config",), holds(r"<configuration[ >]")),
            (("WEB-INF/web.xml",), holds(r"<web-app[ >]")),
            (("config.py", "settings.py", "app.py", "main.py"), is_code),
        ),
    ),
    FileKind(
        "exposed-credentials-file",
        538,
        Severity.CRITICAL,
        "keys or passwords can be fetched",
        (
            ((".htpasswd",), is_password_file),
            (("id_rsa", ".ssh/id_rsa", "server.key", "private.key", "key.pem"), is_private_key),
            ((".aws/credentials",), _KEY_ID),
            ((".npmrc",), holds(r"_authToken\s*=")),
            ((".docker/config.json",), json_with("auths")),
            ((".kube/config",), holds(r"^apiVersion:", r"^(?:users|clusters):")),
        ),
    ),
    FileKind(
        "exposed-backup",
        530,
        Severity.HIGH,
        "a copy of the service or of its data can be fetched",
        (
            (
                tuple(f"{word}.{suffix}" for word in ("backup", "dump", "db") for suffix in _SUFFIXES),
                any_of(is_archive, is_sql),
            ),
            (("database.sql", "site.zip", "www.zip", "backup.bak"), any_of(is_archive, is_sql, is_database)),
            (("backup/db.sql", "backup/backup.sql", "db_backup.sql", "backup/backup.zip"), any_of(is_archive, is_sql)),
            (("users.csv", "customers.csv", "export.csv", "backup.csv"), is_table_of_people),
            (
                ("config.bak", "config.php.bak", "wp-config.php.bak", "index.php.bak", "app.py.bak"),
                any_of(is_code, tells_secrets),
            ),
            (("settings.py.bak", "web.config.bak"), any_of(is_code, holds(r"<configuration[ >]"))),
        ),
    ),
    FileKind(
        "exposed-database",
        552,
        Severity.HIGH,
        "a database can be fetched",
        ((("db.sqlite3", "database.sqlite", "app.db", "data.db", "database.db"), is_database),),
    ),
    FileKind(
        "exposed-log",
        532,
        Severity.MEDIUM,
        "a log can be fetched",
        ((("logs/app.log", "app.log", "error.log", "debug.log", "access.log", "server.log", "log"), is_log),),
    ),
    FileKind(
        "exposed-deployment-file",
        538,
        Severity.LOW,
        "it shows how the service is built and run",
        (
            (("Dockerfile",), holds(r"^FROM \S+", r"^(?:RUN|CMD|COPY|ADD|ENTRYPOINT|WORKDIR|ENV) ")),
            (("docker-compose.yml", "docker-compose.yaml"), holds(r"^services:", r"^[ \t]+(?:image|build):")),
            (("k8s.yaml", "deployment.yaml", "kubernetes.yml"), holds(r"^apiVersion:", r"^kind:")),
            ((".gitlab-ci.yml",), holds(r"^[ \t]+script:")),
            ((".DS_Store",), starts_with(b"\x00\x00\x00\x01Bud1")),
            (("composer.lock", "package-lock.json"), any_of(json_with("packages"), json_with("dependencies"))),
            (("package.json", "composer.json"), any_of(json_with("dependencies"), json_with("require"))),
            (("requirements.txt",), is_list_of_packages),
        ),
    ),
    FileKind(
        "open-crossdomain-policy",
        942,
        Severity.MEDIUM,
        "plug-ins of all sites may read it as its users do",
        ((("crossdomain.xml",), holds(r"<allow-access-from\s[^>]*domain=[\"']\*[\"']")),),
    ),
    FileKind(
        "exposed-phpinfo",
        497,
        Severity.MEDIUM,
        "it shows versions, paths and variables of the server",
        (
            (
                ("phpinfo.php", "info.php", "phpinfo", "test.php"),
                holds(
                    r"phpinfo\(\)|PHP Version",
                    r"Configure Command|System ?</td>|Loaded Configuration File|_SERVER\[",
                ),
            ),
        ),
    ),
    FileKind(
        "exposed-server-status",
        497,
        Severity.MEDIUM,
        "it shows who asks the server for what",
        (
            (("server-status",), holds(r"Apache Server Status|^Total Accesses:")),
            (("server-info",), holds(r"Apache Server Information")),
            (("nginx_status", "status", "basic_status"), holds(r"^Active connections: \d+")),
            (("haproxy", "haproxy-status"), holds(r"Statistics Report for HAProxy|HAProxy version")),
            (
                ("server-status", "nginx_status", "nginx-status", "stub_status", "status", "basic_status"),
                is_server_status,
            ),
            (("fpm-status", "php-fpm-status", "haproxy", "haproxy-status", "manager/status"), is_server_status),
        ),
    ),
    FileKind(
        "exposed-metrics",
        497,
        Severity.MEDIUM,
        "it shows figures of the inside of the service",
        (
            (("metrics", "actuator/prometheus"), any_of(is_metrics, tells_internals, _is_registry)),
            (("actuator/metrics",), json_with("names")),
            (("prometheus", "stats", "internal/metrics", "admin/metrics"), any_of(is_metrics, tells_internals)),
            (("debug/vars",), json_with("memstats", "cmdline")),
        ),
        is_everywhere=True,
    ),
    FileKind(
        "exposed-actuator",
        497,
        Severity.HIGH,
        "its management answers everybody",
        (
            (("actuator",), _is_actuator_index),
            (("actuator/env",), json_with("propertySources")),
            (("actuator/configprops",), json_with("contexts")),
            (("actuator/mappings",), json_with("contexts")),
            (("actuator/beans",), json_with("contexts")),
            (("actuator/loggers",), json_with("levels", "loggers")),
        ),
        is_everywhere=True,
    ),
    FileKind(
        "exposed-database-console",
        306,
        Severity.MEDIUM,
        "a program for the database can be reached, and all that keeps people out of it is its login",
        (
            (("phpmyadmin/", "pma/"), holds(r"<title>[^<]*phpMyAdmin")),
            (("adminer.php", "adminer/", "adminer"), holds(r"<title>[^<]*Adminer")),
            (("pgadmin4/", "pgadmin/"), holds(r"<title>[^<]*pgAdmin")),
            (("mongo-express/", "db-admin/"), holds(r"<title>[^<]*[Mm]ongo[ -]?[Ee]xpress")),
        ),
    ),
    FileKind(
        "exposed-debug-endpoint",
        489,
        Severity.HIGH,
        "what is for developers answers everybody",
        (
            (("debug", "_debug", "__debug__", "debug/info"), any_of(tells_environment, tells_internals)),
            (("debug/config", "debug/env", "env", "config", "internal/config", "admin/config"), tells_environment),
            (("internal/debug", "internal/status", "diagnostics"), any_of(tells_environment, tells_internals)),
            (("health/full", "health/details", "health/env"), any_of(tells_environment, tells_internals)),
            (("console",), holds(r"Interactive Console|H2 Console", r"<script|<form|<title")),
            (("h2-console/",), holds(r"H2 Console")),
            (("debug/pprof/",), holds(r"/debug/pprof/", r"goroutine")),
            (("_profiler/",), holds(r"Symfony Profiler")),
            (("telescope",), holds(r"<title>[^<]*Telescope")),
            (("rails/info/properties",), holds(r"Ruby version", r"Rails version")),
            (("elmah.axd",), holds(r"Error [Ll]og for")),
            (("trace.axd",), holds(r"Application Trace")),
            (("__debug__/render_panel/",), holds(r"djdt|djDebug")),
        ),
        is_everywhere=True,
    ),
)

TELLING: Final = tuple(
    FileKind(kind, cwe, severity, what, (((), grammar),))
    for kind, cwe, severity, what, grammar in (
        ("exposed-credentials-file", 538, Severity.CRITICAL, "keys can be fetched", is_private_key),
        ("exposed-credentials-file", 538, Severity.CRITICAL, "passwords can be fetched", is_password_file),
        ("exposed-database", 552, Severity.HIGH, "a database can be fetched", is_database),
        ("exposed-backup", 530, Severity.HIGH, "a copy of the service's data can be fetched", is_sql),
    )
)
"""What is not for everybody wherever it stands."""

DEVELOPERS_OWN: Final = FileKind(
    "exposed-debug-endpoint", 489, Severity.HIGH, "by its name it is for developers, and it tells of the inside", ()
)
"""Operations that the target itself tells of."""

HEAP_DUMP: Final = FileKind(
    "exposed-heap-dump",
    528,
    Severity.CRITICAL,
    "all that is in its memory can be fetched",
    ((("actuator/heapdump", "heapdump"), has_type("octet-stream", "hprof")),),
)
"""Only its header is asked for: making one stops the service for a while."""
