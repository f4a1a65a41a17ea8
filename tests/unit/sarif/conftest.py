from __future__ import annotations

from typing import Any

import pytest


def check_log(log: Any) -> list[Any]:
    """What SARIF 2.1.0 requires (sections 3.13, 3.14, 3.18, 3.20, 3.27, 3.28, 3.49); the results."""
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "Setpoint"
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
    identities = [rule["id"] for rule in driver["rules"]]
    assert len(set(identities)) == len(identities)
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in driver["rules"])
    for result in run["results"]:
        assert identities[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        assert result["level"] in {"error", "warning", "note"} or (result["level"], result["kind"]) == ("none", "open")
        assert all(isinstance(each, str) and each for each in result["partialFingerprints"].values())
        for location in result["locations"]:
            assert all(each["fullyQualifiedName"] for each in location["logicalLocations"])
            region = location.get("physicalLocation", {}).get("region", {"startLine": 1})
            assert region["startLine"] >= 1
    results: list[Any] = run["results"]
    return results


@pytest.fixture(scope="session")
def checked() -> Any:
    return check_log
