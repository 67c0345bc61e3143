"""The pixels of a PNG, by Python's own library alone."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# bytes of a pixel for each colour type, at eight bits
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class Unreadable(Exception):
    """A PNG of a kind that is not read here, or none at all."""


def chunks(content):
    """The chunks: (type, data)."""
    if not content.startswith(SIGNATURE):
        raise Unreadable("no PNG")
    at = len(SIGNATURE)
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        yield kind, content[at + 8:at + 8 + length]
        at += 12 + length


def pixels(content):
    """(width, height, [row, …]), a row being the bytes red, green, blue, opacity of its pixels one after the other."""
    header, palette, opacity, data = None, b"", b"", b""
    for kind, part in chunks(content):
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", part)
        elif kind == b"PLTE":
            palette = part
        elif kind == b"tRNS":
            opacity = part
        elif kind == b"IDAT":
            data += part
    if header is None:
        raise Unreadable("a PNG without a header")
    width, height, bits, colour, _, _, interlaced = header
    if bits != 8 or colour not in CHANNELS or interlaced or (opacity and colour != 3):
        raise Unreadable(f"a PNG of {bits} bits and colour type {colour}, interlaced {interlaced}")
    size = CHANNELS[colour]
    try:
        flat = zlib.decompress(data)
    except zlib.error as error:
        raise Unreadable(f"a damaged PNG ({error})")
    if len(flat) != height * (width * size + 1):
        raise Unreadable("a PNG that is cut off")
    table = [palette[3 * i:3 * i + 3] + (opacity[i:i + 1] or b"\xff") for i in range(len(palette) // 3)]
    rows, above = [], bytes(width * size)
    for y in range(height):
        at = y * (width * size + 1)
        above = unfiltered(flat[at], flat[at + 1:at + 1 + width * size], above, size)
        rows.append(rgba(above, colour, table))
    return width, height, rows


def unfiltered(kind, line, above, size):
    """A line without its filter (PNG specification, section 9)."""
    if kind == 0:
        return line
    line = bytearray(line)
    if kind == 2:
        return bytes((a + b) & 255 for a, b in zip(line, above))
    for i, value in enumerate(line):
        left = line[i - size] if i >= size else 0
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + above[i]) >> 1
        elif kind == 4:
            up, corner = above[i], above[i - size] if i >= size else 0
            a, b, c = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
            guess = left if a <= b and a <= c else up if b <= c else corner
        else:
            raise Unreadable(f"a PNG with a filter {kind}")
        line[i] = (value + guess) & 255
    return bytes(line)


def rgba(line, colour, table):
    """A line as red, green, blue, opacity."""
    if colour == 6:
        return line
    if colour == 3:
        try:
            return b"".join(table[i] for i in line)
        except IndexError:
            raise Unreadable("a PNG with a colour that its palette does not have")
    out = bytearray(b"\xff" * (len(line) // CHANNELS[colour] * 4))
    if colour == 2:
        out[0::4], out[1::4], out[2::4] = line[0::3], line[1::3], line[2::3]
    else:
        grey = line[::CHANNELS[colour]]
        out[0::4] = out[1::4] = out[2::4] = grey
        if colour == 4:
            out[3::4] = line[1::2]
    return bytes(out)
