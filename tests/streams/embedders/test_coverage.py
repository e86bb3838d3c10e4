"""When a space has enough vectors to rank in it."""

from streams.embedders.coverage import Coverage


def coverage(**by_space: str) -> Coverage:
    spaces = {space: frozenset(tracks) for space, tracks in by_space.items()}
    return Coverage(tracks=frozenset().union(*spaces.values()), by_space=spaces)


def test_a_first_space_may_grow_while_it_ranks() -> None:
    assert coverage(old="abc").share("old") == 1
    assert coverage().share("old") == 1


def test_a_space_beside_another_has_the_share_of_what_any_has() -> None:
    assert coverage(old="abcd", new="abc").share("new") == 0.75
    assert coverage(old="abcd").share("new") == 0


def test_what_was_embedded_since_a_switch_is_missed_on_the_way_back() -> None:
    assert coverage(old="abc", new="abcd").share("old") == 0.75


def test_a_file_that_no_space_could_read_keeps_nobody_from_ranking() -> None:
    with_broken = Coverage(tracks=frozenset("abc"), by_space={"old": frozenset("ab")})

    assert with_broken.share("old") == 1
