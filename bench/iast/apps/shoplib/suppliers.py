"""Who delivers what, as the suppliers' own system exports it."""

CATALOGUE = """<suppliers>
 <supplier id="371" city="Porto"><name>Porto Timber</name><goods>oak</goods></supplier>
 <supplier id="1250" city="Rio Verde"><name>Verde Linen</name><goods>linen</goods></supplier>
 <supplier id="7431" city="Nowhere"><name>Prototype-X7431</name><goods>unreleased</goods></supplier>
</suppliers>"""
