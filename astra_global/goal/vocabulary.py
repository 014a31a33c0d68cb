"""The synonym tables: general words, offices, warehouses; stemmed and indexed once.

The tables are joined: a later one adds objects, needs, rooms and other names for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from astra_core.errors import ConfigError
from astra_core.untrusted.yaml_text import read_yaml
from astra_global.goal.words import stem, tokenize

__all__ = ["Need", "Phrase", "Vocabulary", "load_vocabulary"]

TABLES = tuple(
    Path(__file__).with_name(name)
    for name in (
        "synonyms.yaml",
        "synonyms_office.yaml",
        "synonyms_warehouse.yaml",
        "everyday_home.yaml",
        "everyday_office.yaml",
        "everyday_warehouse.yaml",
    )
)
_SECTIONS = (
    "objects", "kinds", "facilities", "needs", "rooms", "labels", "holders", "cargo", "acts",
    "minor", "colors", "materials", "irregular", "articles", "ignore",
)  # fmt: skip


@dataclass(frozen=True)
class Need:
    """What a person wants, or a room.

    Attributes:
        name: Its name in the table.
        find: Object name to weight 0..1.
        function: Phrases, as sets of stems, one of which the function text of a fitting landmark
            holds as a whole: a hot bath is no hot drink.
        is_room: Whether it is a room.
    """

    name: str
    find: Mapping[str, float]
    function: tuple[frozenset[str], ...]
    is_room: bool = False


@dataclass(frozen=True)
class Phrase:
    """A sequence of stems and what it stands for: an object or a need."""

    stems: tuple[str, ...]
    kind: str
    name: str


@dataclass(frozen=True)
class Vocabulary:
    """The whole table in stemmed form.

    Attributes:
        phrases: Everything that can be said, longest first.
        needs: Needs and rooms by name.
        kinds: General object name to the special ones it includes.
        facilities: Objects of which any will do.
        labels: What comes before the number of a place ("aisle", "row"), all names of one kind.
        holders: Objects whose function text says what they hold (racks).
        cargo: Objects that one handles; beside a need they are not the goal.
        acts: Needs that are something done to a thing, which then is not the goal.
        minor: Needs that give way to any other need beside them.
        colors: Stem to colour name.
        materials: Stem to material name.
        articles: Stems left out before phrases are compared.
        ignore: Stems that carry no place.
        known: Every stem that has a meaning here.
        names: Long words of the names of things, as written.
        irregular: Irregular word forms.
    """

    phrases: tuple[Phrase, ...]
    needs: Mapping[str, Need]
    kinds: Mapping[str, tuple[str, ...]]
    facilities: frozenset[str]
    labels: Mapping[str, tuple[tuple[str, ...], ...]]
    holders: frozenset[str]
    cargo: frozenset[str]
    acts: frozenset[str]
    minor: frozenset[str]
    colors: Mapping[str, str]
    materials: Mapping[str, str]
    articles: frozenset[str]
    ignore: frozenset[str]
    known: frozenset[str]
    names: frozenset[str]
    irregular: Mapping[str, str]

    @cached_property
    def object_names(self) -> frozenset[str]:
        """Return the names of all objects."""
        return frozenset(phrase.name for phrase in self.phrases if phrase.kind == "object")

    @cached_property
    def _by_last_word(self) -> Mapping[str, list[int]]:
        # The last word of a phrase tells more than the first one, often "put" or "my".
        table: dict[str, list[int]] = {}
        for number, phrase in enumerate(self.phrases):
            table.setdefault(phrase.stems[-1], []).append(number)
        return table

    def phrases_of(self, stems: AbstractSet[str]) -> list[Phrase]:
        """Return the phrases that are made of some words only, longest first."""
        numbers = sorted(n for word in stems for n in self._by_last_word.get(word, ()))
        return [self.phrases[n] for n in numbers if stems >= set(self.phrases[n].stems)]

    def stem(self, word: str) -> str:
        """Return the stem of a word."""
        return stem(word, self.irregular)

    def stems(self, text: str) -> list[str]:
        """Return the stems of a text, articles and punctuation left out."""
        found = [self.stem(token) for token in tokenize(text) if token[0].isalnum()]
        return [word for word in found if word not in self.articles]

    def object_name(self, category: str) -> str:
        """Return the name under which a landmark's category is compared."""
        stems = tuple(self.stems(category))
        for phrase in self.phrases_of(frozenset(stems)):
            if phrase.kind == "object" and phrase.stems == stems:
                return phrase.name
        return " ".join(tokenize(category))

    def includes(self, name: str) -> tuple[str, ...]:
        """Return the kinds of a general object."""
        return self.kinds.get(name, ())

    def with_categories(self, categories: Iterable[str]) -> Vocabulary:
        """Return a vocabulary that also knows the categories of a map by their own names."""
        added = []
        for category in dict.fromkeys(categories):
            stems = tuple(self.stems(category))
            if stems and not any(p.kind == "object" and p.stems == stems for p in self.phrases):
                added.append(Phrase(stems, "object", " ".join(tokenize(category))))
        if not added:
            return self
        known = self.known.union(*(phrase.stems for phrase in added))
        return replace(self, phrases=_sorted([*self.phrases, *added]), known=known)


@lru_cache(maxsize=4)
def load_vocabulary(*paths: Path) -> Vocabulary:
    """Read, join and index synonym tables; without arguments those that come with Astra.

    Raises:
        ConfigError: A file is missing, or no table has a section.
    """
    joined: dict[str, Any] = {}
    for path in paths or TABLES:
        try:
            _join(joined, read_yaml(path, ConfigError))
        except (TypeError, AttributeError) as error:
            raise ConfigError(f"the synonym table {path} is damaged: {error!r}") from error
    missing = [section for section in _SECTIONS if section not in joined]
    if missing:
        names = ", ".join(str(path) for path in paths or TABLES)
        raise ConfigError(f"the synonym table {names} is damaged: it lacks {', '.join(missing)}")
    try:
        return _index(joined)
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"the synonym tables are damaged: {error!r}") from error


def _join(joined: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add a table: lists grow, mappings grow inside, plain values are replaced."""
    for name, value in more.items():
        present = joined.get(name)
        if isinstance(present, dict) and isinstance(value, dict):
            _join(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            present.extend(value)
        else:
            joined[name] = value


def _index(data: Mapping[str, Any]) -> Vocabulary:
    irregular = dict(data["irregular"])

    def stemmed(text: str) -> tuple[str, ...]:
        return tuple(stem(token, irregular) for token in tokenize(text))

    articles = frozenset(stemmed(" ".join(data["articles"])))

    def phrase(text: str) -> tuple[str, ...]:
        return tuple(word for word in stemmed(text) if word not in articles)

    phrases = [
        Phrase(phrase(alias), "object", name)
        for name, aliases in data["objects"].items()
        for alias in [name, *aliases]
    ]
    needs: dict[str, Need] = {}
    for section in ("needs", "rooms"):
        for name, entry in data[section].items():
            texts = (frozenset(stemmed(text)) for text in entry.get("function", ()))
            function = tuple(stems for stems in texts if stems)
            needs[name] = Need(name, dict(entry["find"]), function, is_room=section == "rooms")
            kind = section[:-1]
            phrases += [Phrase(phrase(text), kind, name) for text in entry["say"]]
    colors = _synonyms(data["colors"], stemmed)
    materials = _synonyms(data["materials"], stemmed)
    known = {word for entry in phrases for word in entry.stems} | set(colors) | set(materials)
    known |= {word for need in needs.values() for stems in need.function for word in stems}
    return Vocabulary(
        phrases=_sorted(dict.fromkeys(phrases)),
        needs=needs,
        kinds={name: tuple(kinds) for name, kinds in data["kinds"].items()},
        facilities=frozenset(data["facilities"]),
        labels={
            name: tuple(sorted({stemmed(text) for text in [name, *also]}, key=len, reverse=True))
            for name, also in data["labels"].items()
        },
        holders=frozenset(data["holders"]),
        cargo=frozenset(data["cargo"]),
        acts=frozenset(data["acts"]),
        minor=frozenset(data["minor"]),
        colors=colors,
        materials=materials,
        articles=articles,
        ignore=frozenset(word for text in data["ignore"] for word in stemmed(text)),
        known=frozenset(known),
        names=frozenset(
            word
            for name, aliases in data["objects"].items()
            for alias in [name, *aliases]
            for word in tokenize(alias)
        ),
        irregular=irregular,
    )


def _synonyms(table: Mapping[str, list[str]], stemmed: Any) -> dict[str, str]:
    # Only single words: "sky blue" already holds "blue".
    found = {
        word: name
        for name, also in table.items()
        for text in also
        for word in stemmed(text)
        if len(stemmed(text)) == 1
    }
    return {**found, **{stemmed(name)[0]: name for name in table}}


def _sorted(phrases: Iterable[Phrase]) -> tuple[Phrase, ...]:
    order = {"object": 0, "room": 1, "need": 2}
    usable = [phrase for phrase in phrases if phrase.stems]
    return tuple(sorted(usable, key=lambda phrase: (-len(phrase.stems), order[phrase.kind])))
