"""A power cut of a real process: of what it wrote and did not sync, any part may be missing or torn afterwards.

The faulty machine writes a journal (disk_fault.c): what every write replaced, and every sync. After a kill, `cut` puts the files into
one of the states that a machine's disk could have been left in.
"""
import os
import struct

HEADER = struct.Struct("<cHqqqq")  # kind, length of the path, offset, length of the new, length of the old, the file's size before
SECTOR = 512


def journal(path):
    """(kind, path, offset, new, old, size) of each entry; 'W' a write, 'T' a truncation to `offset`, 'S' a sync. A torn last entry
    is of a call that did not begin."""
    data = path.read_bytes() if path.exists() else b""
    at, entries = 0, []
    while at + HEADER.size <= len(data):
        kind, name, offset, new, old, size = HEADER.unpack_from(data, at)
        end = at + HEADER.size + name + new + old
        if end > len(data):
            break
        at += HEADER.size
        entries.append((kind, data[at:at + name].decode(), offset, data[at + name:at + name + new], data[at + name + new:end], size))
        at = end
    return entries


def unsynced(entries):
    """What the last sync of its file did not cover, in order."""
    left = []
    for entry in entries:
        if entry[0] == b"S":
            left = [other for other in left if other[1] != entry[1]]
        else:
            left.append(entry)
    return left


def cut(path, rng):
    """Puts the files into a state after a power cut, and returns (writes that were open, writes that were lost or torn)."""
    left = unsynced(journal(path))
    for kind, name, offset, new, old, size in reversed(left):
        if os.path.exists(name):
            with open(name, "r+b") as file:
                file.truncate(size)
                file.seek(offset)
                file.write(old)
    keep = rng.choice([0.0, 0.1, 0.5, 0.9, 1.0])
    lost = 0
    for kind, name, offset, new, _, _ in left:
        if not os.path.exists(name) or rng.random() >= keep:
            lost += 1
            continue
        with open(name, "r+b") as file:
            if kind == b"T":
                file.truncate(offset)
                continue
            if rng.random() < 0.2:  # torn: whole sectors of it, from the front
                new = new[:rng.randrange(0, len(new) + 1, SECTOR)] if len(new) >= SECTOR else b""
                lost += 1
            file.seek(offset)
            file.write(new)
    return len(left), lost
