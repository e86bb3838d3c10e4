"""Which metrics a PromQL expression reads."""

import re

NOT_NAMES = (
    r'"(?:\\.|[^"\\])*"',  # strings first: one may hold a brace
    r"\{[^}]*\}",
    r"\[[^\]]*\]",
    r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)",
    r"\b[a-z]\w*(?=\s*\()",  # functions, now that nothing stands between them and their bracket
    r"\b(?:and|or|unless|bool|offset)\b",
)
"""What else looks like a name, in the order it has to go."""


def metric_names(expression: str) -> set[str]:
    """Return the names of the series that an expression selects."""
    for pattern in NOT_NAMES:
        expression = re.sub(pattern, "", expression)
    return set(re.findall(r"(?<!\w)[a-zA-Z_:][\w:]*", expression))
