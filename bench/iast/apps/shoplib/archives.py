"""Unpacking, as the shop has always done it."""

import tarfile


def unpack_into(folder: str, place: str) -> list[str]:
    names = []
    with tarfile.open(place) as archive:
        for member in archive:
            archive.extract(member, folder)
            names.append(member.name)
    return names
