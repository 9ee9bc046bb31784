"""The command `mcp-conformance report`: verdict files rendered again, put together, or compared."""

import argparse
import os
import sys
from pathlib import Path

from conformance import exit_codes
from conformance.report.comparing import Comparison, compare, comparison_lines
from conformance.report.merging import VerdictFile, merged, read_files
from conformance.target.errors import ConfigError

PAGE = "html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE",
        help="a verdict file, or the directory that holds verdicts.json; files of one target are shards of one run,"
        " files of several targets stand side by side",
    )  # fmt: skip
    parser.add_argument(
        "--compare", nargs=2, type=Path, metavar=("OLD", "NEW"),
        help="print what newly fails, what is fixed, changed or missing; exit code 1 for new failures",
    )  # fmt: skip
    parser.add_argument(
        "--output",
        "-o",
        type=Path,
        metavar="FILE",
        help="where to write; - is the standard output (default: report.html or comparison.html beside the last file)",
    )
    parser.add_argument(
        "--format", default=PAGE, metavar="KIND", help="html (default), or another report that a run can write"
    )
    parser.set_defaults(command=report_command)


def report_command(arguments: argparse.Namespace) -> int:
    """Raises `ConfigError` for files that are no verdict files, and for arguments that do not fit together."""
    if arguments.compare and arguments.files:
        raise ConfigError("--compare takes the two files that follow it; leave out the others")
    if not arguments.compare and not arguments.files:
        raise ConfigError("name a verdict file, such as reports/verdicts.json, or --compare OLD NEW")
    if arguments.compare:
        return _compared(arguments)
    files = read_files(map(verdict_file, arguments.files))
    _write(_rendered(files, arguments.format), arguments.output or _beside(files[-1], _file_name(arguments.format)))
    return exit_codes.OK


def verdict_file(path: Path) -> Path:
    """The file itself, or the one that a run left in a directory."""
    return path / "verdicts.json" if path.is_dir() else path


def _rendered(files: list[VerdictFile], kind: str) -> str:
    if kind == PAGE:
        from conformance.report.html import page

        return page(merged(files))
    from conformance.report.formats import render

    if len(files) > 1:
        raise ConfigError(f"--format={kind} takes one file; html shows several")
    return render(kind, files[0].head, files[0].verdicts)


def _file_name(kind: str) -> str:
    from conformance.report.formats import KINDS

    return KINDS[kind].file if kind in KINDS else kind


def _compared(arguments: argparse.Namespace) -> int:
    from conformance.report.html import page

    if arguments.format != PAGE:
        raise ConfigError("--compare writes a page; leave out --format")
    old, new = read_files(map(verdict_file, arguments.compare))
    comparison = compare(old.verdicts, new.verdicts, names=(_named(old), _named(new)))
    output = arguments.output or _beside(new, "comparison.html")
    if str(output) != "-":
        print("\n".join(_told(comparison, new)))
    _write(page(merged([new]), comparison), output)
    return exit_codes.BROKEN if comparison.new else exit_codes.OK


def _told(comparison: Comparison, new: VerdictFile) -> list[str]:
    unfinished = [] if new.complete else ["the new run did not come to its end, so what is missing says little"]
    return [*comparison_lines(comparison), *unfinished]


def _named(file: VerdictFile) -> str:
    return f"{file.name}: {file.target.get('url', '')} {file.target.get('server', '')}, {file.head.get('started', '')}"


def _beside(file: VerdictFile, name: str) -> Path:
    return Path(file.name).parent / name


def _write(text: str, output: Path) -> None:
    """Raises `ConfigError` where nothing can be written."""
    content = text.encode("utf-8", "backslashreplace")
    if str(output) == "-":
        sys.stdout.buffer.write(content)
        return
    fresh = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(content)
        os.replace(fresh, output)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ConfigError(f"--output: {output} cannot be written: {error.strerror or error}") from None
    print(output)
