"""A screen as a terminal keeps it, for the few control sequences that pytest and we write."""

import re

_TOKEN = re.compile(r"\x1b\[(\d*)(?:;\d+)*([A-Za-z])|\x1b([A-Z0-9])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|([\s\S])")


class Screen:
    """`rows` is what is seen, `scrolled` what has left at the top."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns = columns
        self.rows = [""] * rows
        self.scrolled: list[str] = []
        self._row = self._column = 0
        self._saved = (0, 0)
        self.unknown: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join([*self.scrolled, *self.rows])

    def feed(self, text: str) -> None:
        for count, code, single, character in (match.groups() for match in _TOKEN.finditer(text)):
            if code:
                self._control(code, int(count or 0))
            elif single:
                self._escape(single)
            elif character:
                self._character(character)

    def _control(self, code: str, count: int) -> None:
        if code == "A":
            self._row = max(0, self._row - (count or 1))
        elif code == "B":
            self._row = min(len(self.rows) - 1, self._row + (count or 1))
        elif code == "K" and count in (0, 2):
            self.rows[self._row] = "" if count == 2 else self.rows[self._row][: self._column]
        elif code != "m":
            self.unknown.append(code)

    def _escape(self, single: str) -> None:
        if single == "7":
            self._saved = (self._row, self._column)
        elif single == "8":
            self._row, self._column = self._saved
        elif single == "D":
            self._down()
        else:
            self.unknown.append(single)

    def _character(self, character: str) -> None:
        if character == "\n":
            self._down()
        elif character == "\r":
            self._column = 0
        elif character:
            if self._column == self._columns:
                self._column = 0
                self._down()
            row = self.rows[self._row].ljust(self._column)
            self.rows[self._row] = row[: self._column] + character + row[self._column + 1 :]
            self._column += 1

    def _down(self) -> None:
        if self._row == len(self.rows) - 1:
            self.scrolled.append(self.rows.pop(0))
            self.rows.append("")
        else:
            self._row += 1
