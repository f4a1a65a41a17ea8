"""Reads any type through AWS's generic API, Cloud Control, in the shape of its resource schema. Made by `selection`.

A listing tells identifiers only, as far as one can rely on it: how much of the properties is in it, each type decides
(AWS Cloud Control API User Guide, "Discovering resources"). So every entity that is listed is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from setpoint.aws import client_errors, error_code
from setpoint.errors import CouldNotTellError
from setpoint.model.globals import is_global
from setpoint.model.handlers import Handlers, Verb
from setpoint.model.paths import without
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Extent
from setpoint.observe.aws.listing import GONE, LISTS, READS, Find, Listing, read, why
from setpoint.observe.aws.provided import Provisions
from setpoint.observe.aws.reader import SOURCE, Listed, Place, Spread
from setpoint.observe.aws.shape import encodable


class CloudControlReader:
    """Reads the entities of one type. Keeps no state: threads share it."""

    def __init__(
        self,
        handlers: Handlers,
        find: Find,
        provisions: Provisions,
        declared: Callable[[], Iterable[Resource]] = tuple,
    ) -> None:
        """`find` tells the handlers of other types; `declared` what is declared of this one, where that is needed."""
        self._handlers = handlers
        self._provisions = provisions
        self._declared = declared
        self._listing = Listing(handlers, find, self._declared_at)

    @property
    def type(self) -> str:
        return self._handlers.type

    @property
    def spread(self) -> Spread:
        return Spread.GLOBAL if is_global(self.type) else Spread.REGIONAL

    @property
    def extent(self) -> Extent:
        return Extent.WHOLE if self._listing.tells_all else Extent.DECLARED

    @property
    def limit(self) -> str:
        return self._listing.limit

    @property
    def lists(self) -> str:
        return LISTS if self._is_listed else READS

    @property
    def permissions(self) -> tuple[str, ...]:
        """Cloud Control acts with the rights of its caller: what the type's handlers do has to be allowed, too."""
        listing = (LISTS, *self._listing.actions()) if self._is_listed else ()
        read = (READS, *self._handlers.asks(Verb.READ))
        return tuple(dict.fromkeys((*listing, *read, *self._provisions.permissions(self.type))))

    @property
    def calls(self) -> int:
        return 1

    @property
    def charged(self) -> Mapping[str, int]:
        """The handler's own calls, of which each action is made once as a rule; Cloud Control itself costs nothing."""
        return Counter(action.partition(":")[0] for action in self._handlers.permissions.get(Verb.READ, ()))

    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:
        if not self._is_listed:
            yield [Listed(each.urn.identifier) for each in self._declared_at(place)]
            return
        # What AWS itself made here is told apart first, so that no entity of it is ever handed on as nobody's.
        defaults = self._provisions.defaults(self.type, place)
        for page in self._listing.pages(place):
            yield [replace(each, said={}, provided_by=defaults.get(each.identifier, "")) for each in page]

    def observe(self, place: Place, entity: Listed) -> Resource | Absent | Unread:
        urn = place.urn(self.type, entity.identifier)
        try:
            properties = read(place, self.type, entity.identifier)
            provided_by = self._provided_by(place, entity)
        except client_errors() as error:
            return Absent(urn) if error_code(error) in GONE else Unread(urn, why(error, READS))
        except CouldNotTellError as error:
            return Unread(urn, error.what)
        if properties is None:
            return Unread(urn, f"{READS} answered with what is no JSON object")
        for path in self._handlers.write_only:
            properties = without(properties, path)
        provided_by = provided_by or self._provisions.by_name(self.type, properties)
        return Resource(urn, encodable(properties), SOURCE, provided_by=provided_by)

    @property
    def _is_listed(self) -> bool:
        return Verb.LIST in self._handlers.permissions

    def _provided_by(self, place: Place, entity: Listed) -> str:
        if entity.said is not None:
            return entity.provided_by
        return self._provisions.defaults(self.type, place).get(entity.identifier, "")

    def _declared_at(self, place: Place) -> Iterator[Resource]:
        """Those whose name is known: one that was not created yet has none to ask by."""
        return (each for each in self._declared() if each.urn.region == place.region and not each.unidentified)
