"""Reading XML piece by piece."""

import io
import xml.sax
from xml.sax import handler


class _Collector(handler.ContentHandler):
    def __init__(self):
        super().__init__()
        self.parts = []

    def characters(self, content):
        self.parts.append(content)


class ExternalReader:
    """The text of a document; `external` also fetches what its entities name."""

    def __init__(self, external):
        self.external = external

    def text(self, document):
        parser = xml.sax.make_parser()
        parser.setFeature(handler.feature_external_ges, self.external)
        collector = _Collector()
        parser.setContentHandler(collector)
        parser.parse(io.BytesIO(document))
        return "".join(collector.parts)
