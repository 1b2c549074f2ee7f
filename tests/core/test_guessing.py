# SPDX-License-Identifier: Apache-2.0
"""How often one may try: the pure rule, alone and against ten thousand guesses from five hundred addresses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core.guessing import (
    LETTER,
    PASSWORD,
    Bucket,
    Rule,
    Scope,
    after,
    given_back,
    level,
    network,
    opens,
    weigh,
)

AT = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
RULE = Rule(
    ask=3,
    wait=5,
    first=timedelta(seconds=30),
    longest=timedelta(hours=1),
    forget=timedelta(hours=1),
)


def filled(tries: int, rule: Rule = RULE, at: datetime = AT) -> Bucket:
    bucket = Bucket()
    for _ in range(tries):
        bucket = after(bucket, rule, at)
    return bucket


def verdict(bucket: Bucket, at: datetime = AT, *, proven: bool = False) -> tuple[float, bool]:
    said = weigh({Scope.NAME: bucket}, {Scope.NAME: RULE}, at, proven=proven)
    return ((said.until - at).total_seconds() if said.until else 0, said.proof)


@pytest.mark.parametrize(
    ("tries", "wait", "proof"),
    [(0, 0, False), (2, 0, False), (3, 0, True), (4, 0, True), (5, 30, False), (6, 60, False), (9, 480, False),
     (11, 1920, False), (12, 3600, False), (500, 3600, False)],
)  # fmt: skip
def test_first_nothing_then_a_proof_then_patience_that_doubles(tries: int, wait: float, proof: bool) -> None:
    assert verdict(filled(tries)) == (wait, proof)


def test_a_proof_lifts_the_question_but_no_waiting() -> None:
    assert verdict(filled(4), proven=True) == (0, False)
    assert verdict(filled(5), proven=True) == (30, False)


def test_the_wait_ends_to_the_second_and_tries_are_forgotten() -> None:
    bucket, half_a_minute = filled(5), timedelta(seconds=30)
    assert verdict(bucket, AT + half_a_minute - timedelta(milliseconds=1))[0] > 0
    assert verdict(bucket, AT + half_a_minute)[0] == 0
    assert level(bucket, RULE, AT + timedelta(hours=2)) == 3
    assert level(bucket, RULE, AT + timedelta(days=30)) == 0


def test_a_clock_that_was_set_back_forgets_nothing_and_frees_nobody() -> None:
    bucket, yesterday = filled(6), AT - timedelta(days=1)
    assert level(bucket, RULE, yesterday) == 6
    assert after(bucket, RULE, yesterday).at == AT
    assert weigh({Scope.NAME: bucket}, {Scope.NAME: RULE}, yesterday, proven=True).until is not None


tries = st.lists(st.tuples(st.integers(0, 7200), st.booleans()), max_size=60)


@given(tries)
def test_whatever_the_order_more_failures_never_make_it_easier(steps: list[tuple[int, bool]]) -> None:
    """One more wrong try leaves the level and the opening at least where they were without it."""
    with_one, without, at = after(Bucket(), RULE, AT), Bucket(), AT
    for seconds, right in steps:
        at += timedelta(seconds=seconds)
        with_one, without = after(with_one, RULE, at), after(without, RULE, at)
        if right:
            with_one, without = given_back(with_one), given_back(without)
        assert level(with_one, RULE, at) >= level(without, RULE, at)
        assert (opens(with_one, RULE) or AT) >= (opens(without, RULE) or AT)


@given(st.integers(1, 50))
def test_right_tries_cost_nothing_and_wash_nothing_away(rights: int) -> None:
    bucket = filled(4)
    for _ in range(rights):
        bucket = given_back(after(bucket, RULE, AT))
    assert level(bucket, RULE, AT) == 4


@pytest.mark.parametrize("rules", [PASSWORD, LETTER])
def test_every_scope_has_its_rule(rules: Mapping[Scope, Rule]) -> None:
    assert set(rules) == set(Scope)
    assert all(rule.first <= rule.longest and rule.forget > timedelta(0) for rule in rules.values())
    assert rules[Scope.EVERYBODY].wait == math.inf  # strangers elsewhere never make anybody wait
    assert rules[Scope.DEVICE].ask == math.inf  # a known browser is never asked for a proof


# Ten thousand guesses ------------------------------------------------------------------------------------------------


class Door:
    """The rule with a memory, as the data base keeps it."""

    def __init__(self) -> None:
        self.buckets: dict[tuple[Scope, str], Bucket] = {}

    def admits(self, who: Mapping[Scope, str], at: datetime, *, proven: bool = True) -> bool:
        mine = {scope: self.buckets.get((scope, name), Bucket()) for scope, name in who.items()}
        if not weigh(mine, PASSWORD, at, proven=proven).go:
            return False
        for scope, name in who.items():
            self.buckets[scope, name] = after(mine[scope], PASSWORD[scope], at)
        return True


def stranger(name: str, address: str) -> dict[Scope, str]:
    return {
        Scope.NAME: name,
        Scope.ADDRESS: address,
        Scope.NETWORK: network(address),
        Scope.EVERYBODY: "*",
    }


ADDRESSES = [f"100.64.{n // 250}.{n % 250 + 1}" for n in range(500)]


def test_ten_thousand_guesses_from_five_hundred_addresses_at_one_account() -> None:
    """In a day, each with a solved proof: 35 passwords are looked at, and the owner logs in from his own browser."""
    door, let_in, owner = Door(), 0, 0
    for n in range(10_000):
        at = AT + n * timedelta(days=1) / 10_000
        let_in += door.admits(stranger("siti@contoh.example", ADDRESSES[n % 500]), at)
        if n % 1000 == 999:
            owner += door.admits({Scope.DEVICE: "her browser"}, at)
    assert let_in == 35
    assert owner == 10
    # NIST SP 800-63B: no more than 100 wrong ones in a row. Of a password outside the 10 million commonest (23 bits):
    assert let_in / 10_000_000 < 1e-5


def test_without_a_proof_a_stranger_gets_three() -> None:
    door = Door()
    tries = [
        door.admits(stranger("siti", ADDRESSES[n % 500]), AT + timedelta(seconds=n), proven=False)
        for n in range(1000)
    ]
    assert sum(tries) == 3


def test_one_password_over_many_accounts_from_one_network_is_slowed_down() -> None:
    """A spray: another name each time, so only address, network and everybody count."""
    door, let_in = Door(), 0
    for n in range(10_000):
        let_in += door.admits(stranger(f"warga{n}", "100.64.0.7"), AT + timedelta(seconds=n), proven=True)
    assert let_in < 130  # in almost three hours


def test_strangers_on_his_network_do_not_stop_a_person_who_types_right() -> None:
    """Behind one address of a village or a mobile network others fail: he is asked for a proof, no more, till 40 of them."""
    door = Door()
    for n in range(39):
        assert door.admits(stranger(f"tetangga{n % 13}", "100.64.0.7"), AT + timedelta(seconds=n))
    assert not door.admits(stranger("siti", "100.64.0.7"), AT + timedelta(seconds=40), proven=False)
    assert door.admits(stranger("siti", "100.64.0.7"), AT + timedelta(seconds=40), proven=True)


# Networks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("114.5.120.7", "114.5.120.0/24"),
        ("::ffff:114.5.120.7", "114.5.120.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("", ""),
        ("kantor", ""),
    ],
)
def test_the_network_of_an_address(address: str, whole: str) -> None:
    assert network(address) == whole
