"""The staff directory: ldap3 with its own offline strategy."""

from ldap3 import MOCK_SYNC, Connection, Server

BASE = "ou=staff,dc=shop,dc=test"
PEOPLE = {
    "alice": {"cn": "Alice Jones", "sn": "Jones", "mail": "alice@shop.test", "ou": "sales"},
    "bruno": {"cn": "Bruno Costa", "sn": "Costa", "mail": "bruno@shop.test", "ou": "warehouse"},
    "vault": {"cn": "Vault Keeper", "sn": "Keeper", "mail": "keeper-7431@shop.test", "ou": "hidden"},
}


def connect() -> Connection:
    connection = Connection(Server("directory"), user="cn=reader", password="reader", client_strategy=MOCK_SYNC)
    for uid, attributes in PEOPLE.items():
        connection.strategy.add_entry(f"uid={uid},{BASE}", {"uid": uid, "objectClass": "inetOrgPerson", **attributes})
    connection.bind()
    return connection


def mails(search_filter: str, base: str = BASE) -> list[str]:
    """The addresses of everybody whom the filter finds."""
    connection = connect()
    connection.search(base, search_filter, attributes=["mail"])
    return [str(entry.mail) for entry in connection.entries]
