"""What the judge of votes calls a broken promise, and what it does not. No machine is started."""

from votes import Book

CARRIED = (10.0, "record", (1, 0, 0))  # when the request left, with which record, of which ballot
checked = []


def said(counter, **more):
    return {"incarnation": "a", "counter": counter, "epoch": 1, "number": counter, **more}


def vote(counter, epoch, promised_ms=3000):
    return said(counter, kind="vote", reason="granted", epoch=epoch, of_epoch=epoch,
                before=[1, 0, 0], promised_ms=promised_ms)


def expect(book, *parts):
    assert len(book.problems) == len(parts), book.problems
    for problem, part in zip(book.problems, parts):
        assert part in problem, problem
    checked.append(book)


def after(*told):
    """A book of (when, to whom, message), "cut" and ("resigned", when, who)."""
    book = Book()
    for one in told:
        if one == "cut":
            book.cut()
        elif one[0] == "resigned":
            book.released(*one[1:])
        else:
            when, to, message = one
            book.told(when, to, (when, *CARRIED[1:]), message)
    return book


def main():
    voted = (10.0, 0, vote(1, 2))
    expect(after(voted, "cut", (14.0, 1, vote(9, 3))))
    expect(after(voted, ("resigned", 10.5, 0), (11.0, 1, vote(9, 3))))
    expect(after(voted, "cut", (14.0, 1, vote(9, 2))), "two votes in epoch 2")
    expect(after(voted, "cut", (11.0, 1, vote(9, 3))), "before a promise to 0 was over")
    expect(after(voted, "cut", (14.0, 0, vote(1, 2))), "counter 1 was used before")
    other = {**vote(9, 3), "incarnation": "b"}
    expect(after(voted, "cut", (14.0, 1, other)), "another voter")
    behind = said(9, kind="renew", reason="older_epoch", held=[1, 0, 0])
    expect(after(voted, "cut", (14.0, 1, behind)), "epoch 1 after 2 was told")
    overtaken = said(2, kind="renew", reason="older_epoch", held=[1, 0, 0])
    expect(after(voted, (10.1, 0, overtaken)))
    expect(after(voted, (14.0, 0, overtaken)), "epoch 1 after 2 was told")
    write = said(3, kind="write", reason="granted", epoch=2, ballot=[1, 2, 1], promised_ms=0)
    lost = said(9, kind="read_answer", epoch=2, ballot=[1, 0, 0])
    expect(after(voted, (10.1, 0, write), "cut", (14.0, 1, lost)),
           "record (1, 0, 0) after (1, 2, 1)")
    # A promise that was asked for before its holder resigned binds nobody if it arrives later.
    renewed = said(3, kind="renew", reason="granted", epoch=2, held=[1, 0, 0], promised_ms=3000)
    expect(after(voted, ("resigned", 10.5, 0), (10.4, 0, renewed), (11.0, 1, vote(9, 3))))
    retired = said(1, kind="vote", reason="retired", of_epoch=2, before=[1, 0, 0])
    expect(after((10.0, 0, retired)), "retires")
    print(f"{len(checked)} books are judged as they should be")


if __name__ == "__main__":
    main()
