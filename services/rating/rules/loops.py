"""Owns what depends on itself."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

ThingT = TypeVar("ThingT", int, str)


def find_loops(depends_on: Mapping[ThingT, AbstractSet[ThingT]]) -> Iterator[tuple[ThingT, Sequence[ThingT]]]:
    """Yields each thing that depends on itself, with the shortest path back to it.

    Example: A depends on B and B on A, so A is yielded with A, B, A. A breadth-first search from each; `came_from` holds
    the thing from which each other one was reached first.
    """
    for start in depends_on:
        came_from: dict[ThingT, ThingT] = {}
        front = [start]
        while front and start not in came_from:
            reached = []
            for thing in front:
                for other in sorted(depends_on.get(thing, ())):
                    if other not in came_from:
                        came_from[other] = thing
                        reached.append(other)
            front = reached
        if start in came_from:
            loop = [start]
            while len(loop) == 1 or loop[-1] != start:
                loop.append(came_from[loop[-1]])
            yield start, loop[::-1]
