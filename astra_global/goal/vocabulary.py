"""The synonym table ``synonyms.yaml``, stemmed and indexed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from astra_core.errors import ConfigError
from astra_global.goal.words import stem, tokenize

__all__ = ["Need", "Phrase", "Vocabulary", "load_vocabulary"]

TABLE = Path(__file__).with_name("synonyms.yaml")


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
        colors: Stem to colour name.
        materials: Stem to material name.
        articles: Stems left out before phrases are compared.
        ignore: Stems that carry no place.
        known: Every stem that has a meaning here.
        irregular: Irregular word forms.
    """

    phrases: tuple[Phrase, ...]
    needs: Mapping[str, Need]
    kinds: Mapping[str, tuple[str, ...]]
    facilities: frozenset[str]
    colors: Mapping[str, str]
    materials: Mapping[str, str]
    articles: frozenset[str]
    ignore: frozenset[str]
    known: frozenset[str]
    irregular: Mapping[str, str]

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
        for phrase in self.phrases:
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
def load_vocabulary(path: Path = TABLE) -> Vocabulary:
    """Read and index a synonym table.

    Raises:
        ConfigError: The file is missing or lacks a section.
    """
    try:
        return _index(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"cannot read the synonym table {path}: {error.strerror}") from error
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"the synonym table {path} is damaged: {error!r}") from error


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
        colors=colors,
        materials=materials,
        articles=articles,
        ignore=frozenset(word for text in data["ignore"] for word in stemmed(text)),
        known=frozenset(known),
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
