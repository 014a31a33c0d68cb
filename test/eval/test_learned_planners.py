"""Means over trainings and floors, by hand."""

import json

from astra_eval.learned_planners import floors_of, summarize_trainings, table_of
from astra_sim.scenes import FAMILIES


def figures(**changes):
    values = dict.fromkeys(
        ("collision_percent", "static_percent", "people_percent", "excess_percent", "score",
         "stuck_percent", "pick10_collision_percent", "pick10_excess_percent", "pick10_score",
         "best10_score"), 1.0)  # fmt: skip
    return {**values, "ms_per_plan": 10.0, **changes}


def results(ours, plain, mppi, other=None):
    one = {
        "results": mppi,
        "baselines": {
            "flow-esdf-s0": ours[0], "flow-esdf-s1": ours[1], "flow-plain-s0": plain,
            **({} if other is None else {"act-esdf-s0": other}),
            "expert": figures(collision_percent=3.0),
        },
        "n": 100, "profile": "p", "versions": {}, "split": "validation", "depth": "sensor",
        "seeds": [50000, 50010],
    }  # fmt: skip
    return {f"{family}-{c}": one for family in FAMILIES for c in ("standard", "crowded")}


def verdicts(result):
    rows = [line.split(" | ") for line in floors_of(result).splitlines()[2:]]
    return {row[0].strip("| "): (row[1], row[3].strip(" |")) for row in rows}


def test_trainings_of_one_kind_are_one_row():
    ours = figures(collision_percent=6.0), figures(collision_percent=8.0)
    result = summarize_trainings(results(ours, figures(), figures()))
    json.dumps(result)
    assert list(result["planners"]) == ["mppi", "flow-esdf", "flow-plain", "expert"]
    flow = result["planners"]["flow-esdf"]
    assert flow["seeds"] == 2
    assert flow["figures"]["home-crowded"]["collision_percent"] == [7.0, 6.0, 8.0]
    row = next(line for line in table_of(result, "crowded").splitlines() if "| flow-esdf " in line)
    assert row.split(" | ")[1:3] == ["2", "7 (6-8)"]


def test_floors_by_hand():
    ours = figures(
        static_percent=2.0, excess_percent=2.0, collision_percent=8.0, pick10_excess_percent=2.1,
        score=1.2, pick10_score=1.3, ms_per_plan=16.0,
    )  # fmt: skip
    plain = figures(static_percent=4.0, excess_percent=2.9)
    told = verdicts(
        summarize_trainings(
            results((ours, ours), plain, figures(score=1.31, ms_per_plan=30.0), figures(score=1.2))
        )
    )
    assert told["collisions with what stands, standard: left with the ESDF loss"] == ("0.5", "met")
    assert told["collisions over the expert, crowded: left with the ESDF loss"] == (
        "0.69", "**missed**",
    )  # fmt: skip
    assert told["collisions %, crowded, single, all families"][1] == "met"
    assert told["collisions %, crowded, single, homes"][1] == "met"
    assert told["over the expert, points, crowded, own pick of 10, all families"][1] == "**missed**"
    assert told["over the expert, points, standard, own pick of 10, homes"][1] == "met"
    assert told["score, crowded, single, against ACT, VAE, diffusion"][1] == "met"
    assert told["score, crowded, office, own pick of 10 against MPPI"] == ("1.3", "**missed**")
    assert told["time of a plan over MPPI's"] == ("0.533", "**missed**")


def test_without_our_planner_there_is_nothing_to_judge():
    one = results((figures(), figures()), figures(), figures())
    for result in one.values():
        result["baselines"] = {"expert": figures()}
    assert verdicts(summarize_trainings(one)) == {}
