"""What the simulator says that it covers."""

import pytest

from inbox_simulator import coverage
from inbox_simulator.graph_api.edges import PAGE_EDGES
from inbox_simulator.platform.apps import FIELDS
from inbox_simulator.platform.error_table import PUBLISHED
from inbox_simulator.platform.errors import PlatformError
from inbox_simulator.platform.switches import SWITCHES

FACTS = coverage.facts()


def kinds(kind=PlatformError):
    for each in kind.__subclasses__():
        yield each
        yield from kinds(each)


def test_the_document_is_what_the_code_declares():
    """`python -m inbox_simulator coverage > inbox_simulator/COVERAGE.md` writes it again."""
    assert coverage.FILE.read_text() == coverage.markdown()


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.subject} {fact.what}")
def test_every_fact_names_where_it_is_from_and_every_assumption_its_switch_or_reason(fact):
    assert fact.source or fact.switch
    assert not fact.switch or fact.switch in SWITCHES
    assert (fact.known == "documented") == fact.source.startswith("https://")


def test_every_switch_stands_for_something_that_is_not_sure():
    assert {fact.switch for fact in FACTS if fact.switch} == set(SWITCHES)


@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"standby"}))
def test_every_field_that_is_sent_is_declared(field):
    assert [fact for fact in FACTS if fact.subject == "events" and field in fact.what and fact.done]


def test_every_edge_and_every_error_is_in_the_document():
    text = coverage.markdown()
    for method, edge in PAGE_EDGES:
        assert f"| {method} | `/{{page}}{'/' + edge if edge else ''}` | [" in text
    raised = {(kind.code, kind.subcode) for kind in kinds()} - {(100, None)}
    assert raised <= set(PUBLISHED)
