"""TensorBoard's event files, read as TensorFlow's own description of them says. Standard library only."""
import struct
import time


def crc32c(data):
    """Bit by bit, as a polynomial division: no table to be wrong in the same way."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        length, check = struct.unpack_from("<QI", data, at)
        assert check == masked(data[at : at + 8]), at
        body = data[at + 12 : at + 12 + length]
        (check,) = struct.unpack_from("<I", data, at + 12 + length)
        assert len(body) == length and check == masked(body), at
        yield body
        at += 16 + length


def fields(message):
    """(number, value) of every field of a Protocol Buffers message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
            continue
        size = {1: 8, 5: 4}.get(key & 7)
        if size is None:
            assert key & 7 == 2, key
            size = varint()
        yield key >> 3, message[at : at + size]
        at += size


def read_events(path, since):
    """The file version, and a step and its scalars for every event; none is from before `since`."""
    first, *rest = [list(fields(record)) for record in records(path.read_bytes())]
    scalars = []
    for event in rest:
        event = dict(event)
        (wall,) = struct.unpack("<d", event[1])
        assert since < wall <= time.time(), wall
        values = {}
        for number, value in fields(event[5]):
            assert number == 1
            value = dict(value for value in fields(value))
            (values[value[1].decode()],) = struct.unpack("<f", value[2])
        scalars.append((event[2], values))
    return dict(first)[3].decode(), scalars
