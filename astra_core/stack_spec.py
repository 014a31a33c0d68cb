"""Which parts a stack is made of, and which models run in them: names only, nothing is built here.

Every place where a classical part and a learned one can stand for each other has a name (a *part*),
and each of them has names for what can stand there. The two factories (``astra_local.stack`` and
``astra_global.stack``) turn a spec into objects; commands, launch files and results carry it.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from astra_core.errors import ConfigError

__all__ = ["CLASSICAL", "DEFAULT", "LEARNED", "PARTS", "StackSpec"]

#: What may stand in each part; the classical one stands first.
PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "odometry": ("ekf", "transformer"),
        "perception": ("depth", "encoder", "mono"),
        "planner": ("mppi", "flow", "act", "vae", "diffusion"),
        "coarse": ("vlad", "mllm"),
        "goals": ("words", "embedding", "reader", "mllm"),
    }
)
_MLLM = "mllm"
_EMBEDDED = "embedded"
_MLLM_FORMS = "embedded, transformers:FOLDER or openai:URL,MODEL"


@dataclass(frozen=True)
class StackSpec:
    """The parts of a stack and the models in them. ``StackSpec()`` is the classical stack.

    Attributes:
        odometry: ``ekf`` (wheels and IMU) or ``transformer``.
        perception: ``depth`` (measured), ``encoder`` (pictures to voxels) or ``mono`` (depth
            estimated from single pictures).
        planner: ``mppi``, ``flow``, or a learned baseline: ``act``, ``vae``, ``diffusion``.
        coarse: Which nodes of the map are worth a look: ``vlad`` or ``mllm``.
        goals: Which landmark a sentence means: ``words``, ``embedding``, ``reader`` (a small
            cross-encoder over the candidates of the two before) or ``mllm``.
        mllm: The multimodal model that the parts called ``mllm`` ask: ``embedded``,
            ``transformers:FOLDER`` or ``openai:URL,MODEL``. Empty where no part asks one.
        weights: Pairs (part, name, folder or file of its model), in the order of :data:`PARTS`,
            ``mllm`` last. A learned part that is not named here takes the model that Astra brings.

    Raises:
        ConfigError: A name does not exist, or models are given to parts that have none.
    """

    odometry: str = "ekf"
    perception: str = "depth"
    planner: str = "mppi"
    coarse: str = "vlad"
    goals: str = "words"
    mllm: str = ""
    weights: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Check the names, and bring what can be said in two ways into one form."""
        for part, name in self.parts.items():
            if name not in PARTS[part]:
                raise ConfigError(f"no {part} is called {name!r}{_hint(name, PARTS[part])}")
        if self.mllm:
            _check_mllm(self.mllm)
            if not self._asks_mllm:
                raise ConfigError(
                    f"no part of this stack asks a multimodal model, but --mllm is {self.mllm!r}: "
                    "choose coarse=mllm or goals=mllm"
                )
        elif self._asks_mllm:
            object.__setattr__(self, "mllm", _EMBEDDED)
        self._check_weights()
        order = [*PARTS, _MLLM]
        ordered = tuple(sorted(self.weights, key=lambda pair: order.index(pair[0])))
        object.__setattr__(self, "weights", ordered)

    @classmethod
    def parse(cls, text: str, *, weights: str = "", mllm: str = "") -> StackSpec:
        """Read what ``--stack``, ``--weights`` and ``--mllm`` say.

        Args:
            text: ``classical``, ``learned`` or ``default``, then parts that differ from it:
                ``classical,planner=flow``. Parts alone change ``default``.
            weights: ``PART=NAME|FOLDER|FILE``, several with commas between; or nothing.
            mllm: ``embedded``, ``transformers:FOLDER``, ``openai:URL,MODEL``; or nothing.

        Raises:
            ConfigError: In one line: what is wrong, and what is possible.
        """
        items = [item.strip() for item in text.split(",")]
        if items == [""]:
            raise ConfigError(f"a stack needs a name: {', '.join(_PRESETS)}, or parts like {_LIKE}")
        base = DEFAULT
        if "=" not in items[0]:
            base = _preset(items.pop(0))
        models = weights.split(",") if weights.strip() else []
        chosen = dict(_pairs(items, "--stack", PARTS))
        return replace(
            base,
            **chosen,
            mllm=mllm.strip(),
            weights=tuple(_pairs(models, "--weights", (*PARTS, _MLLM))),
        )

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> StackSpec:
        """Return the stack that a result was made by; the models in its parts stand elsewhere.

        Args:
            data: From :meth:`to_json`.

        Raises:
            ConfigError: These are not the parts of a stack.
        """
        if unknown := set(data) - {*PARTS, _MLLM}:
            raise ConfigError(_unknown_part(min(unknown), [*PARTS, _MLLM]))
        return replace(cls(), **data, weights=())

    @property
    def parts(self) -> dict[str, str]:
        """Return what stands in each part, by part."""
        return {part: getattr(self, part) for part in PARTS}

    @property
    def models(self) -> dict[str, str]:
        """Return the name, folder or file of the model in each part that has one.

        A learned part whose model nobody named takes the one that Astra brings for it, which is
        called after both: ``planner-flow``; the embedded multimodal model is ``mllm-embedded``.
        """
        named = dict(self.weights)
        models = {
            part: named.get(part, f"{part}-{name}")
            for part, name in self.parts.items()
            if name not in (PARTS[part][0], _MLLM)
        }
        if self.mllm == _EMBEDDED:
            models[_MLLM] = named.get(_MLLM, f"{_MLLM}-{_EMBEDDED}")
        return models

    @property
    def depth(self) -> str:
        """Return what tables call the depth that the stack is given: ``sensor`` or ``none``."""
        return "sensor" if self.perception == "depth" else "none"

    @property
    def name(self) -> str:
        """Return the parts in the shortest words that :meth:`parse` reads; ``classical`` for that.

        Never ``default``, which means another stack when the tables say so.
        """
        for name, preset in (("classical", CLASSICAL), ("learned", LEARNED)):
            if self.parts == preset.parts:
                return name
        classical = CLASSICAL.parts
        changed = [f"{part}={name}" for part, name in self.parts.items() if classical[part] != name]
        return ",".join(["classical", *changed])

    def __str__(self) -> str:
        """Return :attr:`name`; models are said by :meth:`arguments`."""
        return self.name

    def arguments(self) -> dict[str, str]:
        """Return what :meth:`parse` takes to give this spec again: for processes and nodes.

        Keys ``stack``, ``weights`` and ``mllm``, as the options and launch arguments are called.
        """
        weights = ",".join(f"{part}={where}" for part, where in self.weights)
        return {"stack": self.name, "weights": weights, "mllm": self.mllm}

    def to_json(self) -> dict[str, str]:
        """Return what a result says of it: all parts, and the multimodal model where one is asked.

        The models in the parts stand beside it, under ``weights``, by what was really loaded.
        """
        return {**self.parts, **({_MLLM: self.mllm} if self.mllm else {})}

    def check_built(self, built: Mapping[str, Collection[str]]) -> None:
        """Refuse what nobody has built yet; each factory calls it with what it can build.

        Args:
            built: Names by part, for the parts that the factory builds.

        Raises:
            ConfigError: A part is not among them.
        """
        for part, names in built.items():
            if (name := self.parts[part]) not in names:
                raise ConfigError(f"{part}={name} is not built yet; built: {', '.join(names)}")

    @property
    def _asks_mllm(self) -> bool:
        return _MLLM in self.parts.values()

    def _check_weights(self) -> None:
        seen = set()
        for part, where in self.weights:
            if part not in PARTS and part != _MLLM:
                raise ConfigError(f"--weights: {_unknown_part(part, [*PARTS, _MLLM])}")
            if part in seen:
                raise ConfigError(f"--weights names {part} twice")
            seen.add(part)
            if not where or where != where.strip() or "," in where:
                raise ConfigError(
                    f"--weights: {part} needs a name, a folder or a file without commas, "
                    f"got {where!r}"
                )
            if part == _MLLM:
                if self.mllm != _EMBEDDED:
                    raise ConfigError(
                        f"--weights {part}={where} is for the embedded model, "
                        f"but {self.mllm or 'none'} is asked"
                    )
            elif self.parts[part] == PARTS[part][0]:
                raise ConfigError(
                    f"{part}={self.parts[part]} has no weights, but --weights gives it {where!r}: "
                    f"choose {part}={'|'.join(PARTS[part][1:])}"
                )
            elif self.parts[part] == _MLLM:
                raise ConfigError(
                    f"{part}=mllm asks the model of --mllm: write --weights mllm={where}"
                )


_LIKE = "planner=mppi"
CLASSICAL = StackSpec()
LEARNED = StackSpec(
    odometry="transformer", perception="encoder", planner="flow", coarse="mllm", goals="mllm"
)
#: What runs where nobody chooses. The tables decide it part by part (docs/results.md): a learned
#: part enters here when it is better there than the classical one.
DEFAULT = CLASSICAL
_PRESETS = {"classical": CLASSICAL, "learned": LEARNED, "default": DEFAULT}


def _preset(name: str) -> StackSpec:
    if name in _PRESETS:
        return _PRESETS[name]
    if name in PARTS:
        raise ConfigError(f"{name} is a part of the stack: write {name}={'|'.join(PARTS[name])}")
    raise ConfigError(f"no stack is called {name!r}{_hint(name, _PRESETS)}, or parts like {_LIKE}")


def _pairs(items: Iterable[str], option: str, parts: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (part, what it is set to) of ``part=value`` texts."""
    seen = set()
    for item in items:
        part, equals, value = (word.strip() for word in item.partition("="))
        if not equals:
            raise ConfigError(
                f"{option}: {item.strip()!r} is not of the form part=name"
                + (" (the name of a stack stands first)" if part in _PRESETS else "")
            )
        if part not in parts:
            raise ConfigError(f"{option}: {_unknown_part(part, parts)}")
        if part in seen:
            raise ConfigError(f"{option} names {part} twice")
        seen.add(part)
        yield part, value


def _unknown_part(part: str, parts: Collection[str]) -> str:
    return f"no part of the stack is called {part!r}{_hint(part, parts)}"


def _hint(word: str, known: Collection[str]) -> str:
    """Return the nearest known word, if one is near, and all of them."""
    near = difflib.get_close_matches(word, known, n=1)
    return (f": did you mean {near[0]}?" if near else ";") + f" There are {', '.join(known)}"


def _check_mllm(text: str) -> None:
    kind, _, rest = text.partition(":")
    url, _, model = rest.rpartition(",")
    right = (
        text == _EMBEDDED
        or (kind == "transformers" and bool(rest.strip()))
        or (kind == "openai" and url.startswith(("http://", "https://")) and bool(model.strip()))
    )
    if not right:
        raise ConfigError(f"--mllm must be {_MLLM_FORMS}, got {text!r}")
