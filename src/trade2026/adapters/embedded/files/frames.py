"""Raw frames of a CSV or Parquet file, block by block, with the number of the line each row stands on.

CSV cells come as texts. A block whose line count and row count agree takes the fast reader; any other block
(quoted line breaks, lines of uneven length, bytes that are not UTF-8) is read again line by line, so
that the error names the right one.
"""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from trade2026.adapters.embedded.files.faults import Place
from trade2026.adapters.embedded.files.options import FileOptions
from trade2026.primitives.errors import InputError, StoreUnavailable

Lines = npt.NDArray[np.int64]

_BLOCK_BYTES: Final = 2 << 20
_LINE_BYTES_MAX: Final = 1 << 20
_PARQUET_ROWS: Final = 32_768
_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = b"PAR1"
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


class RawFile:
    """An opened user's file: its header, and its frames of chosen columns.

    Parameters
    ----------
    path : Path
        The file; CSV, gzip-compressed CSV, or Parquet, told by its first bytes.
    options : FileOptions
        Has the names of the columns of a CSV file without header line.

    Raises
    ------
    InputError
        There is no such file, or its bytes are no text and no Parquet.
    StoreUnavailable
        The file cannot be read.
    """

    def __init__(self, path: Path, options: FileOptions) -> None:
        self.path = path
        head = self._first_bytes()
        self.is_parquet = head.startswith(_PARQUET)
        self._compressed = head.startswith(_GZIP)
        self.place = Place(path.name, "row" if self.is_parquet else "line")
        self._names = options.header
        self._spell = options.spell
        self._delimiter = ","
        self.header: tuple[str, ...] = self._parquet_header() if self.is_parquet else self._csv_header()

    def frames(self, columns: Sequence[str]) -> Iterator[tuple[pl.DataFrame, Lines]]:
        """Frames of these columns, in file order, each with the numbers of its lines."""
        return self._parquet_frames(columns) if self.is_parquet else self._csv_frames(columns)

    def _first_bytes(self) -> bytes:
        if self.path.is_dir():
            raise InputError(f"file must be a CSV or Parquet file, was the directory {self.path.name!r}")
        try:
            with self.path.open("rb") as file:
                head = file.read(4096)
        except FileNotFoundError:
            raise InputError(f"file must exist, was {self.path.name!r}; check the path") from None
        except OSError as error:
            raise StoreUnavailable(f"{self.path.name} cannot be read: {error.strerror}") from error
        if not head:
            raise InputError(f"{self.path.name} must have a header and rows, was empty")
        return head

    def _parquet_header(self) -> tuple[str, ...]:
        try:
            with self.path.open("rb") as file:  # By its path, brackets in a name would be a pattern.
                return tuple(pl.read_parquet_schema(file))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise self._broken_parquet(error) from error

    def _parquet_frames(self, columns: Sequence[str]) -> Iterator[tuple[pl.DataFrame, Lines]]:
        first = 1
        try:
            scan = pl.scan_parquet(self.path, glob=False)  # Brackets in a name are no pattern.
            for frame in scan.select(columns).collect_batches(chunk_size=_PARQUET_ROWS):
                for part in frame.iter_slices(_PARQUET_ROWS):
                    yield part, np.arange(first, first + len(part), dtype=np.int64)
                    first += len(part)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise self._broken_parquet(error) from error

    def _broken_parquet(self, error: Exception) -> InputError:
        return InputError(
            f"{self.path.name} must be a whole Parquet file, could not be read: {str(error)[:120]}"
        )

    def _open_text(self) -> IO[bytes]:
        if self._compressed:
            return cast("IO[bytes]", gzip.open(self.path, "rb"))
        return self.path.open("rb")

    def _csv_header(self) -> tuple[str, ...]:
        try:
            with self._open_text() as file:
                head = file.read(len(_UTF8_MARK))
                line = (b"" if head == _UTF8_MARK else head) + file.readline(_LINE_BYTES_MAX)
                sample = line + file.read(4096)
        except (OSError, EOFError) as error:
            raise InputError(f"{self.path.name} must be a whole gzip file: {str(error)[:120]}") from error
        if head.startswith(_UTF16_MARKS):
            raise InputError(f"{self.path.name} must be UTF-8 text, was UTF-16; save it as UTF-8")
        if b"\0" in sample or len(line) >= _LINE_BYTES_MAX:
            raise InputError(f"{self.path.name} must be CSV text or Parquet, was neither (binary data)")
        try:
            text = line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise InputError(f"{self.path.name} line 1 must be UTF-8 text; save the file as UTF-8") from None
        self._delimiter = max(",;\t|", key=text.count)
        cells = next(csv.reader([text], delimiter=self._delimiter), [])
        if self._names is None:
            return tuple(cell.strip() for cell in cells)
        if len(self._names) != len(cells):
            raise InputError(
                f"{self._spell('header', '')} must name the {len(cells)} columns of {self.path.name}, had "
                f"{len(self._names)}"
            )
        return self._names

    def _csv_frames(self, columns: Sequence[str]) -> Iterator[tuple[pl.DataFrame, Lines]]:
        line = 1
        for block in self._blocks():
            if line == 1:
                block = block.removeprefix(_UTF8_MARK)
                if self._names is None:
                    _, _, block = block.partition(b"\n")
                    line = 2
            count = block.count(b"\n") + (block != b"" and not block.endswith(b"\n"))
            if block.strip():
                yield self._parse(block, line, count, columns)
            line += count

    def _blocks(self) -> Iterator[bytes]:
        """The file cut behind line ends."""
        rest = b""
        try:
            with self._open_text() as file:
                while data := file.read(_BLOCK_BYTES):
                    data = rest + data
                    cut = data.rfind(b"\n") + 1
                    rest = data[cut:]
                    if cut:
                        yield data[:cut]
                    elif len(rest) > _BLOCK_BYTES + _LINE_BYTES_MAX:
                        raise InputError(
                            f"{self.path.name} must be text in lines, had one of {len(rest)} bytes"
                        )
        except (OSError, EOFError) as error:
            raise InputError(f"{self.path.name} must be readable to its end: {str(error)[:120]}") from error
        if rest:
            yield rest

    def _parse(
        self, block: bytes, line: int, count: int, columns: Sequence[str]
    ) -> tuple[pl.DataFrame, Lines]:
        indices = [self.header.index(name) for name in columns]
        # All fields are stated: else what lines have beyond the header would be dropped without a word.
        fields = {str(number): pl.String for number in range(len(self.header))}
        try:
            frame = pl.read_csv(
                io.BytesIO(block), has_header=False, infer_schema=False, separator=self._delimiter,
                columns=sorted(indices), schema=fields,
            )  # fmt: skip
        except pl.exceptions.PolarsError:
            return self._parse_slowly(block, line, indices, columns)
        first = frame.to_series(sorted(indices).index(indices[0]))
        if len(frame) != count or first.null_count():
            return self._parse_slowly(block, line, indices, columns)
        frame = frame.select(
            frame.to_series(sorted(indices).index(index)).alias(name)
            for name, index in zip(columns, indices, strict=True)
        )
        return frame, np.arange(line, line + count, dtype=np.int64)

    def _parse_slowly(
        self, block: bytes, line: int, indices: Sequence[int], columns: Sequence[str]
    ) -> tuple[pl.DataFrame, Lines]:
        """The same line by line: skips blank lines, and names the line that is not UTF-8 or too long."""
        name = self.path.name
        texts = []
        for number, raw in enumerate(block.split(b"\n"), line):
            try:
                texts.append(raw.decode("utf-8") + "\n")
            except UnicodeDecodeError:
                raise InputError(f"{name} line {number} must be UTF-8 text; save the file as UTF-8") from None
        rows: list[list[str | None]] = []
        lines: list[int] = []
        reader = csv.reader(texts, delimiter=self._delimiter, strict=True)
        try:
            for cells in reader:
                number = line + reader.line_num - 1
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) > len(self.header):
                    raise InputError(
                        f"{name} line {number} must have {len(self.header)} fields, had "
                        f"{len(cells)}; write decimals with a point, and texts that hold "
                        f"{self._delimiter!r} in quotes"
                    )
                row = [*(cell or None for cell in cells), *[None] * (len(self.header) - len(cells))]
                rows.append([row[index] for index in indices])
                lines.append(number)
        except csv.Error as error:
            number = line + reader.line_num - 1
            raise InputError(f"{name} line {number} must be well-formed CSV: {error}") from error
        frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
        return frame, np.array(lines, dtype=np.int64)
