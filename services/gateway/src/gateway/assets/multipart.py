"""One field of a multipart body, handed on piece by piece as it comes."""

from __future__ import annotations

from collections.abc import Callable

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from gateway.problems import InvalidRequest

FIELD = "file"


class FileField:
    """Finds the first field of a name in a multipart body and gives its bytes to ``write``; others are skipped."""

    def __init__(self, content_type: str, write: Callable[[bytes], None], field: str = FIELD) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if not boundary:
            raise InvalidRequest("The multipart body names no boundary.")
        self.found = False
        self.filename = ""
        self.media_type = ""
        self._write = write
        self._field = field
        self._inside = False
        self._header: tuple[bytes, bytes] = (b"", b"")
        self._headers: dict[bytes, bytes] = {}
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._name,
                "on_header_value": self._value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Take a piece of the body. Raises ``InvalidRequest`` for what is no multipart."""
        try:
            self._parser.write(chunk)
        except MultipartParseError as error:
            raise InvalidRequest(f"The multipart body is broken: {error}.") from error

    def finish(self) -> None:
        """Take note that the body is at its end. Raises ``InvalidRequest`` when the field was not in it."""
        self._parser.finalize()
        if not self.found:
            raise InvalidRequest(f"The form has no field {self._field!r}.", errors=[([self._field], "Field required")])

    def _begin(self) -> None:
        self._headers = {}

    def _name(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + data[start:end], self._header[1])

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + data[start:end])

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[name.lower()] = value
        self._header = (b"", b"")

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._inside = options.get(b"name") == self._field.encode() and not self.found
        if self._inside:
            self.found = True
            self.filename = options.get(b"filename", b"").decode("utf-8", "replace")
            self.media_type = self._headers.get(b"content-type", b"").decode("latin-1")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._write(data[start:end])

    def _end(self) -> None:
        self._inside = False
