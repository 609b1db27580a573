"""The parameters of this release, checked once more where they are used."""
from replica import fail

LANGUAGES = ("fr", "nl", "de", "es", "en")
CHARTS = {"FR": "fr", "BE": "be_fr", "DE": "de", "ES": "es"}


class Parameters:
    def __init__(self, values):
        def choose(name, allowed):
            value = values.get(name)
            if value not in allowed:
                fail(f"parameter {name}: {value!r} is none of {', '.join(allowed)}")
            return value

        self.company = values.get("company")
        if not isinstance(self.company, str) or not 1 <= len(self.company) <= 100 \
                or not self.company.isprintable() or not self.company.strip():
            fail("parameter company: 1 to 100 printable characters")
        self.country = choose("country", tuple(CHARTS))
        self.language = choose("language", LANGUAGES)
        choose("currency", ("EUR",))

    @property
    def chart(self):
        """Belgium keeps its books in Dutch or in French; the other charts have one language."""
        return "be_nl" if (self.country, self.language) == ("BE", "nl") else CHARTS[self.country]
