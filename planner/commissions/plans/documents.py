"""Reading a plan document: exact numbers, no aliases or repeated keys, bounded size."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from planner.core.errors import InputError

MAX_BYTES = 256 * 1024


def read_document(source: str | Path) -> tuple[Any, str]:
    """
    Read a plan document and check its form.

    Parameters
    ----------
    source
        A path, or the YAML (or JSON) text itself.

    Returns
    -------
    The document with Decimal numbers, and its text.

    Raises
    ------
    InputError
        If the file cannot be read, the text is no YAML, or the form is not that of
        ``plan_schema.json``: names the place, the value and the rule.
    """
    name, text = _text_of(source)
    if len(text.encode()) > MAX_BYTES:
        raise InputError(f"{name}: a plan must be at most {MAX_BYTES // 1024} KiB")
    try:
        document = yaml.load(text, _PlanLoader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        raise InputError(f"{name}: {_where(error)}") from error
    except RecursionError:
        raise InputError(f"{name}: is nested too deeply") from None
    _check_form(document, name)
    return document, text


def _text_of(source: str | Path) -> tuple[str, str]:
    if isinstance(source, str) and "\n" in source:
        return "plan", source
    path = Path(source)
    try:
        return path.name, path.read_text("utf-8")
    except OSError as error:
        raise InputError(f"plan {source}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise InputError(f"plan {source}: must be UTF-8 text") from None


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "is no YAML"
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)


class _PlanLoader(yaml.SafeLoader):
    """A SafeLoader that keeps numbers exact and dates as text."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, "aliases (*name) are not allowed in a plan", mark
            )
        return super().compose_node(parent, index)


def _exact_number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    text = loader.construct_scalar(node)
    try:
        number = Decimal(text.replace("_", ""))
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        raise yaml.constructor.ConstructorError(
            None, None, f"{text} is no decimal number", node.start_mark
        )
    return number


def _unique_keys(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = set()
    for key_node, _ in node.value:
        if key_node.value in keys:
            raise yaml.constructor.ConstructorError(
                None, None, f"key {key_node.value} is given twice", key_node.start_mark
            )
        keys.add(key_node.value)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_PlanLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag in ("int", "float"):
    _PlanLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _exact_number)
_PlanLoader.add_constructor("tag:yaml.org,2002:map", _unique_keys)


def _check_form(document: Any, name: str) -> None:
    """Hold the document against the JSON schema and say the first fault plainly."""
    from jsonschema import Draft202012Validator  # pages open without it

    schema = json.loads(
        files("planner.commissions").joinpath("plan_schema.json").read_text()
    )
    faults = sorted(
        Draft202012Validator(schema).iter_errors(document),
        key=lambda fault: [str(part) for part in fault.absolute_path],
    )
    if not faults:
        return
    fault = faults[0]
    place = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}"
        for part in fault.absolute_path
    ).lstrip(".")
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    raise InputError(f"{name}: {place or 'the document'}: {_rule(fault)}{more}")


def _rule(fault: Any) -> str:
    """Word a schema fault: value and rule."""
    if isinstance(fault.instance, (dict, list)) or fault.validator == "required":
        return str(fault.message).replace("'", "")
    value = fault.instance
    rules = {
        "enum": lambda: f"must be one of {', '.join(map(str, fault.validator_value))}",
        "const": lambda: f"must be {fault.validator_value}",
        "type": lambda: f"must be of type {fault.validator_value}",
        "minimum": lambda: f"must be at least {fault.validator_value}",
        "maximum": lambda: f"must be at most {fault.validator_value}",
        "pattern": lambda: f"must match {fault.validator_value}",
    }
    rule = rules.get(fault.validator, lambda: str(fault.message))()
    return f"{value!s} {rule}"
