"""What a stack may be called, and what is said of names that do not exist."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_core.errors import ConfigError
from astra_core.stack_spec import CLASSICAL, DEFAULT, LEARNED, PARTS, StackSpec

names = st.fixed_dictionaries({part: st.sampled_from(values) for part, values in PARTS.items()})


@st.composite
def specs(draw):
    """Return any spec there may be, with models where its parts take some."""
    parts = draw(names)
    learned = [part for part, name in parts.items() if name not in (PARTS[part][0], "mllm")]
    mllm = ""
    if "mllm" in parts.values():
        mllm = draw(st.sampled_from(["", "embedded", "transformers:/m", "openai:http://a:1/v1,m"]))
        learned += ["mllm"] if mllm in ("", "embedded") else []
    where = st.text("abc/=:.-_", min_size=1)
    weights = draw(st.dictionaries(st.sampled_from(learned), where)) if learned else {}
    return StackSpec(**parts, mllm=mllm, weights=tuple(weights.items()))


def test_the_classical_stack_is_what_stands_when_nothing_is_said():
    assert StackSpec() == CLASSICAL == StackSpec.parse("classical") == StackSpec.parse("default")
    assert CLASSICAL.to_json() == {
        "odometry": "ekf",
        "perception": "depth",
        "planner": "mppi",
        "coarse": "vlad",
        "goals": "words",
    }
    assert list(CLASSICAL.parts.values()) == [values[0] for values in PARTS.values()]


def test_the_parts_are_the_first_fields():
    fields = [field.name for field in dataclasses.fields(StackSpec)]
    assert fields == [*PARTS, "mllm", "weights"]


def test_the_learned_stack_is_the_papers():
    spec = StackSpec.parse("learned")
    assert spec == LEARNED == StackSpec("transformer", "encoder", "flow", "mllm", "mllm")
    assert spec.name == "learned"
    assert spec.to_json()["mllm"] == "embedded"


@pytest.mark.parametrize(
    ("text", "expected", "name"),
    [
        ("classical,planner=flow", StackSpec(planner="flow"), "classical,planner=flow"),
        ("learned,goals=words", dataclasses.replace(LEARNED, goals="words"), None),
        (
            " goals = reader , coarse=mllm ",
            StackSpec(coarse="mllm", goals="reader"),
            "classical,coarse=mllm,goals=reader",
        ),
        ("classical,planner=mppi", StackSpec(), "classical"),
        ("planner=act", dataclasses.replace(DEFAULT, planner="act"), None),
    ],
)
def test_parts_change_the_stack_before_them(text, expected, name):
    spec = StackSpec.parse(text)
    assert spec == expected
    if name is not None:
        assert spec.name == str(spec) == name


@given(specs())
def test_what_is_said_of_a_spec_gives_it_again(spec):
    given = spec.arguments()
    assert StackSpec.parse(given["stack"], weights=given["weights"], mllm=given["mllm"]) == spec


@given(names)
def test_the_text_of_a_spec_gives_it_again(parts):
    spec = StackSpec(**parts)
    assert StackSpec.parse(str(spec)) == spec
    assert spec.parts == parts


@given(specs())
def test_a_result_says_what_it_was_made_by(spec):
    assert StackSpec.from_json(spec.to_json()) == dataclasses.replace(spec, weights=())


def test_a_result_of_parts_that_are_unknown_is_refused():
    with pytest.raises(ConfigError, match="no part of the stack is called 'planer'"):
        StackSpec.from_json({"planer": "mppi"})


@given(specs(), specs())
def test_stacks_of_other_parts_have_other_names(one, other):
    assert (one.name == other.name) == (one.parts == other.parts)
    assert len({one: 0, other: 0}) == (1 if one == other else 2)


def test_models_are_kept_in_the_order_of_the_parts():
    spec = StackSpec.parse(
        "planner=flow,odometry=transformer", weights="planner=tiny, odometry=/a=b/c.safetensors"
    )
    assert spec.weights == (("odometry", "/a=b/c.safetensors"), ("planner", "tiny"))
    assert spec.arguments()["weights"] == "odometry=/a=b/c.safetensors,planner=tiny"
    assert spec.name == "classical,odometry=transformer,planner=flow"


def test_a_learned_part_has_the_model_that_was_named_or_the_one_of_its_name():
    assert CLASSICAL.models == {}
    spec = StackSpec.parse("planner=act,odometry=transformer,goals=mllm", weights="planner=/p")
    assert spec.models == {
        "odometry": "odometry-transformer",
        "planner": "/p",
        "mllm": "mllm-embedded",
    }
    assert StackSpec.parse("goals=mllm", weights="mllm=grpo").models == {"mllm": "grpo"}
    # Somebody else's model is not ours to load.
    assert StackSpec.parse("coarse=mllm", mllm="transformers:/m").models == {}


@pytest.mark.parametrize(
    ("text", "depth"), [("classical", "sensor"), ("perception=mono", "none"), ("learned", "none")]
)
def test_only_measured_depth_is_called_a_sensor(text, depth):
    assert StackSpec.parse(text).depth == depth


def test_a_multimodal_model_is_embedded_when_none_is_named():
    assert StackSpec.parse("coarse=mllm") == StackSpec.parse("coarse=mllm", mllm="embedded")
    spec = StackSpec.parse("goals=mllm", mllm="openai:https://host/v1,model-7b")
    assert spec.to_json()["mllm"] == "openai:https://host/v1,model-7b"
    assert StackSpec.parse("goals=mllm", weights="mllm=grpo").weights == (("mllm", "grpo"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a stack needs a name: classical, learned, default"),
        ("clasical", "no stack is called 'clasical': did you mean classical?"),
        ("zzz", "no stack is called 'zzz'; There are classical"),
        ("planner", "planner is a part of the stack: write planner=mppi|flow|act|vae|diffusion"),
        ("classical,planer=flow", "'planer': did you mean planner? There are odometry"),
        ("classical,planner=flwo", "no planner is called 'flwo': did you mean flow?"),
        ("planner=vlad", "no planner is called 'vlad'"),
        ("planner=", "no planner is called ''"),
        ("planner=flow,planner=mppi", "names planner twice"),
        ("planner=flow,classical", "the name of a stack stands first"),
        ("classical,", "'' is not of the form part=name"),
        ("Classical", "no stack is called 'Classical': did you mean classical?"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text, said):
    with pytest.raises(ConfigError) as caught:
        StackSpec.parse(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("stack", "weights", "mllm", "said"),
    [
        ("classical", "planner=tiny", "", "planner=mppi has no weights"),
        ("planner=flow", "planer=tiny", "", "did you mean planner?"),
        ("planner=flow", "tiny", "", "--weights: 'tiny' is not of the form part=name"),
        ("planner=flow", "planner=", "", "planner needs a name, a folder or a file"),
        ("planner=flow", "planner=a,planner=b", "", "--weights names planner twice"),
        ("classical", "", "embedded", "no part of this stack asks a multimodal model"),
        ("coarse=mllm", "", "gpt", "--mllm must be embedded, transformers:FOLDER or openai:URL"),
        ("coarse=mllm", "", "transformers:", "--mllm must be"),
        ("coarse=mllm", "", "openai:http://a", "--mllm must be"),
        ("coarse=mllm", "mllm=x", "transformers:/m", "is for the embedded model"),
        (
            "coarse=mllm",
            "coarse=x",
            "",
            "coarse=mllm asks the model of --mllm: write --weights mllm=x",
        ),
        ("classical", "mllm=x", "", "is for the embedded model, but none is asked"),
    ],
)
def test_models_that_no_part_takes_are_refused(stack, weights, mllm, said):
    with pytest.raises(ConfigError) as caught:
        StackSpec.parse(stack, weights=weights, mllm=mllm)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_spec_made_by_hand_is_checked_too():
    with pytest.raises(ConfigError, match="no coarse is called 'sift'"):
        StackSpec(coarse="sift")
    with pytest.raises(ConfigError, match="--weights names planner twice"):
        StackSpec(planner="flow", weights=(("planner", "a"), ("planner", "b")))


def test_what_is_not_built_yet_is_named_with_what_is():
    StackSpec(planner="flow").check_built({"odometry": ("ekf",)})
    StackSpec(planner="flow").check_built({"planner": ("mppi", "flow")})
    with pytest.raises(ConfigError, match=r"^planner=flow is not built yet; built: mppi, act$"):
        StackSpec(planner="flow").check_built({"odometry": ("ekf",), "planner": ("mppi", "act")})
