"""What the reader of a log that fsync confirmed calls lost, torn and unreadable. No machine is
started."""

import contextlib
import io
import os
import tempfile

import write_ahead


def written(folder, seconds=0.1):
    """The last record that was told."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        write_ahead.write(folder, seconds)
    return int(told.getvalue().split()[-1])


def change(file, at, content):
    with open(file, "r+b") as opened:
        opened.seek(at)
        opened.write(content)


def newest(folder):
    return f"{folder}/{write_ahead.segments(folder)[-1]}"


def torn(folder):
    """The last page that holds anything is lost, as if no fsync had been."""
    with open(newest(folder), "rb") as file:
        content = file.read().rstrip(b"\0")
    page = (len(content) - 1) // write_ahead.PAGE * write_ahead.PAGE
    change(newest(folder), page, bytes(write_ahead.PAGE))


def main():
    with tempfile.TemporaryDirectory() as place:
        folder = f"{place}/log"
        assert write_ahead.check(folder) == (0, 0), "nobody has written"
        told = written(folder)
        assert write_ahead.check(folder)[1] == told
        assert len(write_ahead.segments(folder)) <= write_ahead.KEPT, "it grows without end"

        torn(folder)
        lost = write_ahead.check(folder)[1]
        assert lost < told, (lost, told)
        again = written(folder)
        assert again > lost and write_ahead.check(folder)[1] == again, "it goes on after a cut"

        os.unlink(f"{folder}/{write_ahead.segments(folder)[0]}")
        try:
            write_ahead.check(folder)
            raise SystemExit("a segment that is needed is missing, and nobody sees it")
        except AssertionError as told_so:
            assert "needed from" in str(told_so), told_so

        change(f"{folder}/control", 8, b"\xff")
        try:
            write_ahead.check(folder)
            raise SystemExit("a torn control is taken for whole")
        except AssertionError as told_so:
            assert "torn" in str(told_so), told_so
    print("a log that is whole, cut, torn and incomplete is judged as it should be")


if __name__ == "__main__":
    main()
