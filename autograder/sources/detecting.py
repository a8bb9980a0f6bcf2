"""Which platform a class comes from."""

from __future__ import annotations

from importlib.metadata import entry_points

from autograder.model import UsageError
from autograder.sources.archives import is_archive
from autograder.sources.folders import SUFFIXES
from autograder.sources.handed import Source
from autograder.sources.names import Pattern
from autograder.sources.platforms import BLACKBOARD, Brightspace, Canvas, Gradescope, Moodle
from autograder.sources.tree import Tree
from autograder.sources.trees import Clones, NbgraderExchange, NbgraderTree, Plain

SOURCES: tuple[Source, ...] = (
    Gradescope(),
    NbgraderExchange(),
    Moodle(),
    Brightspace(),
    BLACKBOARD,
    Canvas(),
    NbgraderTree(),
    Clones(),
    Plain(),
)


def known() -> tuple[Source, ...]:
    """All sources, the most telling shapes first; those of plug-ins before ours, since they know their own best."""
    return (*(point.load()() for point in entry_points(group="autograder.sources")), *SOURCES)


def _wraps(tree: Tree, inner: Tree) -> bool:
    """Whether an archive's one folder is the class, and not the only student."""
    return is_archive(tree.name) and not any(e.name.endswith(SUFFIXES) for e in inner.entries if len(e.parts) == 1)


def detected(tree: Tree, wanted: str = "", pattern: str = "") -> tuple[Source, Tree]:
    """The platform that a tree is of, and the tree without the folder that wraps it all.

    wanted: the name of the one to use; pattern: a site's own (see Pattern). Raises UsageError for an unknown name.
    """
    if pattern:
        return Pattern(pattern), tree
    sources = known()
    if wanted and wanted not in {each.name for each in sources}:
        names = ", ".join(sorted(each.name for each in sources))
        raise UsageError(f"there is no source {wanted!r}; there are {names}, and --pattern for names of your own")
    asked = [each for each in sources if each.name == wanted] or list(sources)
    inner = tree.below(tree.wrapper) if tree.wrapper and tree.wrapper != "submitted" else None
    for source in asked:
        for candidate in (tree, inner):
            if candidate is not None and source.fits(candidate) and not isinstance(source, Plain):
                return source, candidate
    if wanted and wanted != Plain.name:
        return asked[0], tree
    return Plain(), inner if inner is not None and _wraps(tree, inner) else tree
