"""Words by which the names of operations say what they do: in English, German, French and Spanish. Used by `safety`.

They are whole words of names, in the forms that names and summaries have: `delete`, `deletes`. A participle
(`deleted`, `cancelled`) usually says how a thing is and not what is done, and is not among them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from setpoint.scan.dast.naming import words_of


def verbs_of(text: str) -> tuple[str, ...]:
    """The words of a name in small letters, without accents: `Alle löschen` as `alle`, `loschen`."""
    return words_of(_folded(text))


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(each for each in apart if not unicodedata.combining(each))


def _forms(words: str, others: str = "") -> frozenset[str]:
    """English verbs, also as a summary has them (`cancels`), and words of other languages as they are."""
    known = {form for each in words.split() for form in (each, _third_person(each))}
    return frozenset(known | set(_folded(others).split()))


def _third_person(verb: str) -> str:
    if verb.endswith(("s", "x", "z", "ch", "sh")):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2:-1] not in "aeiou" else f"{verb}s"


PAIRS: Final = frozenset(
    {"startover", "startafresh", "startagain", "beginagain", "factoryreset", "factorydefault", "factorydefaults"}
    | {"rollback", "restoredefaults", "loaddefaults", "usedefaults", "cleanslate", "vonvorn", "werkseinstellungen"}
)
"""Of two words as of one: they put everything back to where it began."""
DESTROYS: Final = PAIRS | _forms(
    "delete remove destroy erase drop purge wipe truncate clear flush reset revoke expire deactivate disable"
    " unsubscribe uninstall unregister rollback revert restore prune evict ban suspend terminate abort kill stop"
    " cancel void reject decline close discard unlink del rm nuke recall rescind dismiss trash shred burn dissolve"
    " disband decommission unpublish anonymise anonymize block lock freeze",
    "destructive dangerous irreversible deletion removal cancellation deletedb dropdb resetdb cleardb cleanup"
    " loeschen löschen loesche lösche entfernen entferne zuruecksetzen zurücksetzen leeren abbrechen stornieren storno"
    " kuendigen kündigen widerrufen sperren deaktivieren vernichten verwerfen"
    " supprimer supprime effacer efface enlever retirer detruire détruire vider annuler annule reinitialiser"
    " réinitialiser revoquer révoquer resilier résilier desactiver désactiver"
    " eliminar elimina borrar borra quitar suprimir vaciar cancelar cancela anular anula restablecer reiniciar revocar"
    " desactivar destruir",
)
SWITCHED: Final = frozenset(
    {"difficulty", "maintenance", "readonly", "lockdown", "debugging", "debug", "securitylevel", "security"}
    | {"safemode", "wartung", "schwierigkeit", "dificultad", "difficulte", "mantenimiento"}
)
"""What the whole installation has a state of ..."""
STATES: Final = frozenset(
    {"on", "off", "true", "false", "enable", "disable", "enabled", "disabled", "start", "end", "stop", "toggle"}
    | {"easy", "medium", "hard", "low", "high", "impossible", "beginner", "expert", "insane", "an", "aus", "ein"}
)
"""... and the states: `/difficulty/hard`."""
PROCESSES: Final = _forms(
    "rollback refund recall transfer upgrade ban charge", "cancellation removal deletion migration payment storno"
)
PROCESS_PAGES: Final = frozenset(
    {"policy", "policies", "guide", "guides", "faq", "help", "terms", "conditions", "instructions", "tutorial"}
)
"""Behind a process, in the name of what is read, a document about it: `/rollback-policy`."""
VIEWS: Final = frozenset({"filter", "filters", "search", "sort", "sorting", "facets", "zoom", "selection"})
"""Behind a verb, no more than what one visitor sees: `/orders/reset-filters`."""
LEADS_TO: Final = frozenset({"leave", "leaving", "leaves", "external", "verlassen", "quitter", "salir"})
"""In the question before a link: it warns of where the link leads to."""

PAYS: Final = _forms(
    "pay refund transfer charge checkout purchase buy withdraw payout redeem donate",
    "bezahlen zahlen überweisen ueberweisen erstatten kaufen auszahlen abbuchen"
    " payer rembourser transferer transférer virer acheter debiter débiter"
    " pagar reembolsar transferir comprar cobrar retirar",
)
SENDS: Final = _forms(
    "send resend notify broadcast invite remind dispatch publish subscribe",
    "senden sende versenden verschicken benachrichtigen einladen erinnern veroeffentlichen veröffentlichen"
    " envoyer envoie notifier inviter rappeler publier"
    " enviar envía envia notificar invitar recordar publicar",
)
SUBMITS: Final = frozenset({"send", "senden", "absenden", "envoyer", "enviar", "submit", "ok", "go"})
"""On the button of a form, by itself: it is what every form does."""
BACKSTAGE: Final = frozenset({"admin", "staff", "backoffice", "internal", "manage", "management", "ops", "verwaltung"})
"""In a path: what is sent from there may go to everybody."""
MAILS: Final = _forms(
    "mail email newsletter notification invitation announce announcement mailing campaign circular bulletin",
    "contact sms kontakt einladung einladungen rundschreiben ankuendigung ankündigung courriel courriels"
    " annonce annonces correo correos invitaciones anuncio anuncios",
)
"""Also names of things: they count only where something is written."""
MONEY: Final = _forms(
    "payment payout withdrawal donation loan invest investment deposit bid trade redemption",
    "darlehen gebot gebote einzahlung einzahlungen emprunt emprunts prestamo prestamos"
    " zahlung zahlungen ueberweisung überweisung ueberweisungen überweisungen paiement paiements virement virements"
    " pago pagos transferencia transferencias",
)
"""Names of things, as `MAILS`: they count only where one is made."""
DEPLOYS: Final = _forms(
    "migrate deploy seed reseed populate repopulate reinit reinitialise reinitialize reindex rebuild trigger bootstrap",
    "migration migrations upgrade downgrade reinstall createdb initdb setupdb"
    " migrieren ausloesen auslösen deployer déployer migrer declencher déclencher desplegar"
    " migrar disparar",
)
ENDS: Final = _forms(
    "logout signout logoff shutdown restart reboot poweroff halt",
    "abmelden ausloggen herunterfahren neustart neustarten deconnexion déconnexion deconnecter déconnecter"
    " arreter arrêter redemarrer redémarrer cerrarsesion salir apagar",
)
"""They take from the scan what it needs: its session, or the target itself."""
CHANGES: Final = _forms(
    "update set change modify toggle increment decrement mark create add insert save edit approve confirm activate"
    " enable promote demote grant assign move rename rotate regenerate vote write replace store",
    "aendern ändern aktualisieren setzen anlegen erstellen speichern aktivieren genehmigen"
    " modifier changer mettre creer créer ajouter enregistrer activer approuver"
    " actualizar cambiar modificar crear agregar guardar activar aprobar",
)
"""What a `POST` does as a matter of course, and a `GET` never should."""
STEPS: Final = _forms("toggle increment decrement approve confirm activate promote demote grant vote regenerate rotate")
"""Of `CHANGES`, those that as a path name no page with a form."""

READS: Final = _forms(
    "get list read find search query show fetch view count lookup filter check validate verify preview introspect"
    " calculate estimate compute export describe retrieve return browse render parse convert compare explain",
    "login signin graphql token tokens authenticate auth oauth authorize echo ping"
    " holen lesen suchen finden anzeigen auflisten pruefen prüfen berechnen anmelden zeigen liefert"
    " obtenir lire chercher rechercher trouver afficher lister verifier vérifier calculer connexion"
    " obtener leer buscar encontrar mostrar listar verificar calcular iniciar",
)
LOGINS: Final = frozenset({"login", "signin", "logon", "authenticate", "anmelden", "einloggen", "connexion"})
"""In an address that a redirect leads to: whoever asked has to say who it is."""
REGISTERS: Final = _forms("register signup enroll", "registration registrieren registrierung inscription registro")
PASSWORDS: Final = frozenset({"password", "passwort", "kennwort", "passwd", "pwd", "passphrase", "contrasena", "passe"})
RESETS: Final = frozenset({"reset", "resets", "zurucksetzen", "zuruecksetzen", "reinitialiser", "restablecer"})
"""Of a password, by a page with a form, they destroy nothing."""
CLEARS: Final = RESETS | {"clear", "remove", "leeren"}
SESSIONS: Final = frozenset({"session", "sessions", "sitzung"})
RESTORES: Final = frozenset({"restore", "restores"})
"""Of a session, by whoever has it, they destroy nothing: `Restore your session`."""
AMBIGUOUS: Final = _forms(
    "clear stop close charge transfer seed restore trigger purchase publish checkout drop void block lock upgrade"
)
"""In a sentence they are verbs only at its beginning."""
ACTIONS: Final = frozenset(
    {"action", "act", "aktion", "accion", "do", "cmd", "command", "op", "operation", "method", "task", "mode", "submit"}
)
"""Names of parameters and fields whose value is a verb."""
DETERMINERS: Final = frozenset(
    {"a", "an", "the", "one", "your", "my", "our", "its", "their", "all", "every", "each", "of"}
)
"""Behind one of them a word of a sentence is a noun: `Your payouts`, `The transfer`."""
JOINS: Final = frozenset({"and", "then", "und", "dann", "et", "puis", "y", "luego"})
"""After one of them a summary that begins with reading goes on with something else."""
OWN: Final = frozenset({"me", "my", "self", "mine", "profile", "account", "preferences", "profil", "konto", "cuenta"})
"""What stands in the path of an operation that is about its caller."""


PLURALS: Final = frozenset(
    each
    for known in (DESTROYS, PAYS, SENDS, DEPLOYS)
    for each in known - PAIRS
    if each.endswith("s") and not {each[:-1], each[:-2], f"{each[:-3]}y"}.isdisjoint(known)
)
"""Forms of verbs which in the path of something that is read name things: `/refunds`."""


_GLUED: Final = (
    *("delete", "remove", "destroy", "erase", "purge", "wipe", "truncate", "reset", "revoke", "cancel", "deactivate"),
    *("disable", "unsubscribe", "logout", "signout", "shutdown", "restart", "transfer", "refund", "send", "notify"),
    "invite",
)
"""Verbs that begin hardly any word but their own forms and what they are written together with: `deleteuser`."""
_INFLECTIONS: Final = re.compile(
    r"(.?e?[sd]|.?e[rd]s?|.?ing|.?ation|.?able|.?al|ees?|ment|ful|ler|ence|ance)s?|[a-z]", re.ASCII
)
"""What a verb ends in that names a thing, or how it is: `cancelled`, `transferable`, `invitee`, `refunding`."""


def verb_in(word: str) -> str:
    """The verb that a word without gaps begins with: `delete` of `deleteuser`, `logout` of `logoutall`; else empty."""
    found = next((each for each in _GLUED if word.startswith(each) and word != each), "")
    return found if found and not _INFLECTIONS.fullmatch(word[len(found) :]) else ""


def reason_of(words: Iterable[str]) -> str:
    """What one of them says that an operation does; empty where none says anything of note."""
    for each in words:
        for known, what in (
            (DESTROYS, "destroys, cancels or resets something"),
            (PAYS, "moves money"),
            (SENDS, "sends something to people"),
            (DEPLOYS, "changes the whole installation"),
            (ENDS, "ends a session or the service"),
        ):
            if each in known:
                return f"{each!r} says that it {what}"
    return ""


def graver(*summaries: str) -> str:
    """What says that something is destroyed or sent counts, whoever else says something harmless; else the first."""
    told = [each for each in summaries if each]
    return next((each for each in told if reason_of(verbs_of(each))), told[0] if told else "")


def tells_of_page(words: tuple[str, ...]) -> bool:
    """Whether they name a document about a verb, or what one visitor sees: `rollback-policy`, `reset-filters`."""
    if len(words) < 2:
        return False
    return (words[-2] in PROCESSES and words[-1] in PROCESS_PAGES) or (words[0] in CLEARS and words[-1] in VIEWS)
