"""Goals as an evaluation: the map without a tour, the baselines, the shares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from astra_core import se3
from astra_eval.goal_methods import RandomLandmark, WordOverlap, describe
from astra_eval.goals_eval import GoalsWork
from astra_eval.goals_summary import summarize_goals
from astra_eval.landmark_map import map_from_scene
from astra_eval.sentence_embedding import EmbeddingGoals, EmbeddingMissing, SentenceEncoder
from astra_eval.shares import flatten
from astra_global.types import AstraMap, Landmark, MapNode
from astra_sim.scenes import make_scene
from astra_sim.scenes.floor_plan import floor_plan
from astra_sim.tour.stops import landmark_distance_m

HERE = np.zeros(2)


def small_map() -> AstraMap:
    rows = {
        "fridge-1": ("fridge", "red", "", "cold drinks", 5.0),
        "chair-1": ("chair", "red", "", "sitting", 9.0),
        "chair-2": ("chair", "blue", "", "sitting", 1.0),
        "sign-1": ("sign", "white", "AISLE B", "shows the way", 2.0),
    }
    landmarks = tuple(
        Landmark(
            name, category, color, "wood", text, function, (x, 0.0, 0.5), (1.0, 1.0, 1.0), ("n0",)
        )
        for name, (category, color, text, function, x) in rows.items()
    )
    node = MapNode("n0", se3.from_se2(np.zeros(3)), tuple(rows))
    return AstraMap((node,), (), landmarks, None)


def test_words_that_few_landmarks_have_weigh_more() -> None:
    method = WordOverlap(small_map())
    assert method.decide("a blue chair", HERE).landmark_id == "chair-2"
    assert method.decide("I want cold drinks", HERE).landmark_id == "fridge-1"
    assert method.decide("drive to aisle B", HERE).landmark_id == "sign-1"
    # "fridge" is said of one landmark, "red" of two.
    assert method.decide("red fridge", HERE).landmark_id == "fridge-1"


def test_of_equals_the_nearest_is_taken_and_without_a_word_it_refuses() -> None:
    method = WordOverlap(small_map())
    assert method.decide("chairs", HERE).landmark_id == "chair-2"
    assert method.decide("chairs", np.array([8.0, 0.0])).landmark_id == "chair-1"
    assert method.decide("where can I swim?", HERE).action == "refuse"
    assert method.decide("take me to the", HERE).action == "refuse"


def test_chance_names_every_landmark_sooner_or_later() -> None:
    method = RandomLandmark(small_map(), np.random.default_rng(0))
    found = {method.decide("anything", HERE).landmark_id for _ in range(60)}
    assert found == {"fridge-1", "chair-1", "chair-2", "sign-1"}


def test_a_landmark_is_described_by_all_its_attributes() -> None:
    assert describe(small_map().landmarks[3]) == "white wood sign AISLE B shows the way"


def test_a_map_without_a_tour_has_all_landmarks_and_nodes_that_stand_near_them() -> None:
    scene = make_scene("home", 100)
    plan = floor_plan(scene)
    built = map_from_scene(scene, plan)
    assert [one.id for one in built.landmarks] == [one.id for one in scene.landmarks]
    assert [one.function for one in built.landmarks] == [one.function for one in scene.landmarks]
    assert all(plan.is_free(*node.pose[:2], 0.3) for node in built.nodes)
    assert sum(bool(one.node_ids) for one in built.landmarks) >= 0.9 * len(built.landmarks)
    for mark, source in zip(built.landmarks, scene.landmarks, strict=True):
        points = np.array([built.node_by_id[name].pose[:2] for name in mark.node_ids])
        distances = landmark_distance_m(source, points.reshape(-1, 2))
        assert (np.diff(distances) >= 0.0).all()
        assert (distances <= 5.0).all()
        for name in mark.node_ids:
            assert mark.id in built.node_by_id[name].landmark_ids


def row(expect: str, action: str, right: bool = False, kind: str = "plain", seed: int = 1) -> dict:
    answer = {"action": action, "landmark_right": right, "node_right": right, "seconds": 0.5}
    chance = {"action": "arrive", "landmark_right": False, "node_right": True, "seconds": 0.0}
    return {
        "seed": seed,
        "text": f"{expect} {kind}",
        "expect": expect,
        "kind": kind,
        "answers": {"classical": answer, "random": chance},
    }


def test_every_share_is_of_the_queries_it_is_about() -> None:
    rows = [
        row("arrive", "arrive", True), row("arrive", "arrive", False),
        row("arrive", "refuse", kind="distractor"), row("arrive", "ask", kind="distractor"),
        row("arrive", "arrive", True, kind="distractor"), row("refuse", "refuse", seed=2),
        row("refuse", "ask", seed=2), row("refuse", "arrive", seed=2), row("ask", "ask", seed=2),
        row("ask", "arrive", True, seed=2),
    ]  # fmt: skip
    summary = summarize_goals(rows)
    results = summary["results"]
    assert results["landmark_percent"] == pytest.approx(40.0)
    assert results["landmark_distractor_percent"] == pytest.approx(100.0 / 3.0)
    assert results["node_percent"] == pytest.approx(40.0)
    assert results["refused_answerable_percent"] == pytest.approx(40.0)
    assert results["refused_impossible_percent"] == pytest.approx(100.0 / 3.0)
    assert results["asked_ambiguous_percent"] == pytest.approx(50.0)
    assert results["seconds_per_query"] == pytest.approx(0.5)
    low, high = summary["ci95_by_sentence"]["landmark_percent"]
    assert 0.0 <= low < 40.0 < high <= 100.0
    assert summary["counts"]["asked_ambiguous_percent"] == 2
    assert summary["baselines"]["random"]["node_percent"] == 100.0
    assert summary["baselines"]["random"]["refused_impossible_percent"] == 0.0


def test_a_scene_is_asked_all_sentences_and_the_stack_beats_chance() -> None:
    work = GoalsWork("home")
    rows = flatten([(100, work((100,)))])
    assert len(rows) == len({one["text"] for one in rows}) >= 60
    summary = summarize_goals(rows)
    ours, chance = summary["results"], summary["baselines"]["random"]
    assert ours["landmark_percent"] > chance["landmark_percent"] + 20.0
    assert ours["refused_impossible_percent"] > chance["refused_impossible_percent"] + 20.0


def test_a_part_of_the_sentences_is_drawn_by_the_seed() -> None:
    work = GoalsWork("home", per_scene=5)
    texts = [one["text"] for one in work((100,))["queries"]]
    assert len(texts) == 5
    assert texts == [one["text"] for one in work((100,))["queries"]]
    assert texts != [one["text"] for one in work((101,))["queries"]]


def test_a_missing_encoder_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingMissing):
        SentenceEncoder(str(tmp_path / "none"))


@pytest.fixture()
def tiny_encoder(tmp_path: Path) -> SentenceEncoder:
    """Return a random BERT of one layer whose words are those of the small map."""
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += sorted({w for one in small_map().landmarks for w in describe(one).lower().split()})
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16,
    )  # fmt: skip
    transformers.BertTokenizer({word: number for number, word in enumerate(words)}).save_pretrained(
        tmp_path
    )
    transformers.set_seed(0)
    transformers.BertModel(config).save_pretrained(tmp_path)
    return SentenceEncoder(str(tmp_path))


def test_sentences_become_unit_vectors_whatever_stands_beside_them(
    tiny_encoder: SentenceEncoder,
) -> None:
    alone = tiny_encoder.encode(["red chair"])
    beside = tiny_encoder.encode(["red chair", "white wood sign shows the way to the cold drinks"])
    assert np.linalg.norm(beside, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert beside[0] == pytest.approx(alone[0], abs=1e-5)


def test_a_landmark_is_found_by_its_own_description(tiny_encoder: SentenceEncoder) -> None:
    method = EmbeddingGoals(small_map(), tiny_encoder)
    for landmark in small_map().landmarks:
        assert method.decide(describe(landmark), HERE).landmark_id == landmark.id
