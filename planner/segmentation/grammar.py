"""
The grammar of rules: text → tokens → tree. Nothing here is ever executed as Python.

::

    rule       = or
    or         = and { "or" and }
    and        = not { "and" not }
    not        = "not" not | comparison
    comparison = sum [ ("=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=") sum
                     | ["not"] "in" "(" literal { "," literal } ")"
                     | ["not"] "between" sum "and" sum
                     | "is" ["not"] "empty"
                     | ["not"] ("contains" | "starts with" | "ends with") text ]
    sum        = product { ("+" | "-") product }
    product    = factor { ("*" | "/") factor }
    factor     = number | text | column | "days_since" "(" column ")"
               | "(" or ")" | "-" factor
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from planner.segmentation.tree import (
    Arithmetic,
    Both,
    Column,
    Compare,
    DaysSince,
    ExpressionError,
    IsEmpty,
    IsIn,
    Literal,
    Match,
    Node,
    Not,
)

LONGEST_RULE = 2_000
DEEPEST_RULE = 40
MOST_JOINTS = 100  # and, or, + - * /: more would make the tree too deep to walk
WORDS = frozenset(
    {
        "and",
        "or",
        "not",
        "in",
        "between",
        "is",
        "empty",
        "contains",
        "starts",
        "ends",
        "with",
        "days_since",
    }
)
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+(?:_\d{3})*(?:\.\d+)?|\.\d+))
      | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<name>[^\W\d]\w*(?:\.\w+)*)
      | (?P<sign><=|>=|==|!=|<>|[=<>()+\-*/,])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(expression: str) -> Node:
    """
    Read a rule.

    Parameters
    ----------
    expression
        Text of the rule, 2,000 characters at most.

    Raises
    ------
    ExpressionError
        With the position of the first thing that was not expected.
    """
    if len(expression) > LONGEST_RULE:
        raise ExpressionError(
            f"a rule has at most {LONGEST_RULE:,} characters, this has "
            f"{len(expression):,}",
            LONGEST_RULE,
            expression[:40] + "…",
        )
    reader = _Reader(expression, _tokens(expression))
    tree = reader.either()
    if reader.next.kind != "end":
        reader.fail("and, or, or the end of the rule")
    return tree


def _tokens(expression: str) -> list[_Token]:
    tokens, at, end = [], 0, len(expression.rstrip())
    while at < end:
        match = _TOKEN.match(expression, at)
        if match is None or match.lastgroup is None:
            start = at + len(expression[at:]) - len(expression[at:].lstrip())
            sign = expression[start]
            hint = "the quote is never closed" if sign in "'\"" else f"{sign!r}"
            raise ExpressionError(
                f"expected a column, a value or a sign, found {hint}",
                start + 1,
                expression,
            )
        kind = match.lastgroup
        text = match.group(kind)
        if kind == "name" and text.casefold() in WORDS:
            kind, text = "word", text.casefold()
        tokens.append(_Token(kind, text, match.start(match.lastgroup)))
        at = match.end()
    tokens.append(_Token("end", "", end))
    return tokens


class _Reader:
    """Reads tokens from left to right, one function a line of the grammar."""

    def __init__(self, expression: str, tokens: list[_Token]) -> None:
        self._expression = expression
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self._n_joints = 0

    @property
    def next(self) -> _Token:
        return self._tokens[self._place]

    def fail(self, expected: str) -> NoReturn:
        token = self.next
        token_text = "the end" if token.kind == "end" else repr(token.text)
        raise ExpressionError(
            f"expected {expected}, found {token_text}", token.at + 1, self._expression
        )

    def either(self) -> Node:
        tree = self._all()
        while self._takes("word", "or"):
            self._join()
            tree = Both(at=tree.at, word="or", left=tree, right=self._all())
        return tree

    def _all(self) -> Node:
        tree = self._negated()
        while self._takes("word", "and"):
            self._join()
            tree = Both(at=tree.at, word="and", left=tree, right=self._negated())
        return tree

    def _negated(self) -> Node:
        at = self.next.at
        if not self._takes("word", "not"):
            return self._comparison()
        self._deeper()
        part = Not(at=at, part=self._negated())
        self._depth -= 1
        return part

    def _comparison(self) -> Node:
        tree = self._sum()
        token = self.next
        sign = {"==": "=", "<>": "!="}.get(token.text, token.text)
        if token.kind == "sign" and sign in COMPARISONS:
            self._place += 1
            return Compare(at=token.at, sign=sign, left=tree, right=self._sum())
        if self._takes("word", "is"):
            is_negated = self._takes("word", "not")
            self._expect("word", "empty", "empty (is empty, is not empty)")
            return _negate(IsEmpty(at=token.at, value=tree), is_negated)
        is_negated = self._takes("word", "not")
        test = self._test(tree)
        if test is None and is_negated:
            self.fail("in, between, contains, starts with or ends with after not")
        return tree if test is None else _negate(test, is_negated)

    def _test(self, subject: Node) -> Node | None:
        """Read what may stand after ``not``; None if there is nothing of the kind."""
        at, word = self.next.at, self.next.text
        if self._takes("word", "in"):
            return IsIn(at=at, value=subject, options=self._options())
        if self._takes("word", "between"):
            low = self._sum()
            self._expect("word", "and", "and (between 1 and 5)")
            high = self._sum()
            above = Compare(at=at, sign=">=", left=subject, right=low)
            below = Compare(at=at, sign="<=", left=subject, right=high)
            return Both(at=at, word="and", left=above, right=below)
        if self._takes("word", "contains"):
            return Match(at=at, how=word, value=subject, text=self._text())
        if self._takes("word", "starts") or self._takes("word", "ends"):
            self._expect("word", "with", f"with ({word} with 'text')")
            return Match(at=at, how=word, value=subject, text=self._text())
        return None

    def _options(self) -> tuple[Literal, ...]:
        self._expect("sign", "(", "( and a list, like ('A', 'B')")
        options = [self._literal()]
        while self._takes("sign", ","):
            options.append(self._literal())
        self._expect("sign", ")", "a comma or )")
        return tuple(options)

    def _literal(self) -> Literal:
        is_negative = self._takes("sign", "-")
        token = self.next
        if token.kind == "text" and not is_negative:
            self._place += 1
            return Literal(at=token.at, value=_unquoted(token.text))
        if token.kind != "number":
            self.fail("a number or a text in quotes")
        self._place += 1
        value = _number(token.text)
        return Literal(at=token.at, value=-value if is_negative else value)

    def _text(self) -> str:
        token = self.next
        if token.kind != "text":
            self.fail("a text in quotes")
        self._place += 1
        return _unquoted(token.text)

    def _sum(self) -> Node:
        tree = self._product()
        while self.next.kind == "sign" and self.next.text in "+-":
            self._join()
            sign = self._take()
            tree = Arithmetic(
                at=sign.at, sign=sign.text, left=tree, right=self._product()
            )
        return tree

    def _product(self) -> Node:
        tree = self._factor()
        while self.next.kind == "sign" and self.next.text in "*/":
            self._join()
            sign = self._take()
            tree = Arithmetic(
                at=sign.at, sign=sign.text, left=tree, right=self._factor()
            )
        return tree

    def _factor(self) -> Node:
        token = self.next
        if token.kind in {"number", "text"}:
            return self._literal()
        if token.kind == "name":
            return self._column()
        self._deeper()
        if self._takes("sign", "-"):
            zero = Literal(at=token.at, value=0.0)
            part: Node = Arithmetic(
                at=token.at, sign="-", left=zero, right=self._factor()
            )
        elif self._takes("sign", "("):
            part = self.either()
            self._expect("sign", ")", ")")
        elif self._takes("word", "days_since"):
            self._expect("sign", "(", "( and a date column")
            if self.next.kind != "name":
                self.fail("a date column")
            part = DaysSince(at=token.at, column=self._column())
            self._expect("sign", ")", ")")
        else:
            self.fail("a column, a number, a text in quotes or (")
        self._depth -= 1
        return part

    def _column(self) -> Column:
        token = self._take()
        if self.next.text == "(" and self.next.kind == "sign":
            raise ExpressionError(
                f"there is no function {token.text!r}; there is only days_since(…)",
                token.at + 1,
                self._expression,
            )
        return Column(at=token.at, name=token.text)

    def _take(self) -> _Token:
        token = self.next
        self._place += 1
        return token

    def _takes(self, kind: str, text: str) -> bool:
        is_there = self.next.kind == kind and self.next.text == text
        self._place += is_there
        return is_there

    def _expect(self, kind: str, text: str, expected: str) -> None:
        if not self._takes(kind, text):
            self.fail(expected)

    def _join(self) -> None:
        self._n_joints += 1
        if self._n_joints > MOST_JOINTS:
            self.fail(f"at most {MOST_JOINTS} signs and words that join parts")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST_RULE:
            self.fail(f"at most {DEEPEST_RULE} brackets inside each other")


def _negate(part: Node, is_negated: bool) -> Node:
    return Not(at=part.at, part=part) if is_negated else part


def _unquoted(text: str) -> str:
    quote = text[0]
    return text[1:-1].replace(quote * 2, quote)


def _number(text: str) -> float:
    return float(text.replace("_", ""))
