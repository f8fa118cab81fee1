"""What a command speaks through: its settings, one result on stdout, everything else on stderr."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TextIO

import click
import msgspec

from node.console.draw import draw
from node.console.environment import home_of
from node.console.fault import Report, usage
from node.console.language import Lang, Text, choose, said, t
from node.console.result import Result, plain

SECRET_MAX_CHARACTERS: Final = 1_024
"""A password or a list of words; more is not typed by a person."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The options that every command has."""

    lang: Lang
    json: bool
    home: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings of a command line without these options."""
        return cls(choose(None, environment), json=False, home=home_of(None, environment))


class Console:
    """One run of one command.

    Attributes:
        settings: language, ``--json`` and home.
        environment: the variables of this run, so that nobody reads the process environment.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        """A console that has said nothing yet."""
        self.settings = settings
        self.environment = environment
        self._answered = False

    @property
    def lang(self) -> Lang:
        """The reader's language."""
        return self.settings.lang

    @property
    def json(self) -> bool:
        """Whether stdout carries one JSON document."""
        return self.settings.json

    @property
    def home(self) -> Path:
        """The home directory of this run."""
        return self.settings.home

    @property
    def answered(self) -> bool:
        """Whether the result has been written."""
        return self._answered

    def set_lang(self, lang: Lang) -> None:
        """Speak this language from here on."""
        self.settings = replace(self.settings, lang=lang)

    def set_json(self) -> None:
        """Write JSON from here on."""
        self.settings = replace(self.settings, json=True)

    def set_home(self, home: str) -> None:
        """Use this home directory."""
        self.settings = replace(self.settings, home=home_of(home, self.environment))

    def emit(self, result: Result) -> None:
        """Write the result: exactly one JSON document with ``--json``, the view otherwise.

        Raises:
            click.Abort: nobody reads stdout any more.
        """
        assert not (self.json and self._answered), "a command has one result"
        self._answered = True
        try:
            if self.json:
                self._document(result.data)
            else:
                draw(result.view, self.lang, self.environment)
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise click.Abort from error

    def say(self, text: Text) -> None:
        """A line for the person at the terminal, on stderr."""
        _line(sys.stderr, text.said(self.lang))

    def progress(self, text: Text) -> None:
        """How far a long command is; on stderr like ``say``, and silent with ``--json``."""
        if not self.json:
            self.say(text)

    def fail(self, report: Report) -> None:
        """Write an error: on stderr for people, and with ``--json`` also as the document on stdout."""
        if self.json and not self._answered:
            self._answered = True
            self._document({"error": report.said(self.lang)})
            sys.stdout.flush()
        for line in _error_lines(report, self.lang):
            _line(sys.stderr, line)

    def finish(self) -> None:
        """With ``--json``, a command that had nothing to report still answers with an object."""
        if self.json and not self._answered:
            self.emit(Result({}))

    def ask_secret(self, question: Text, *, repeat: bool = False) -> str:
        """Ask for a password without showing it; from a pipe, one line of stdin.

        Args:
            question: what to ask for.
            repeat: ask twice and compare, for a new password.

        Raises:
            node.console.fault.Fault: nothing was given (``USAGE``).
        """
        if sys.stdin.isatty():
            answer = click.prompt(
                question.said(self.lang),
                hide_input=True,
                err=True,
                confirmation_prompt=said(_AGAIN, self.lang) if repeat else False,
            )
        else:
            answer = sys.stdin.readline(SECRET_MAX_CHARACTERS + 1).rstrip("\r\n")
        if not answer or len(answer) > SECRET_MAX_CHARACTERS:
            raise usage(
                t(zh="没有得到“{question}”", en="Nothing was given for: {question}").fill(
                    question=question
                ),
                t(
                    zh="在终端里输入，或从标准输入给一行。",
                    en="Type it at a terminal, or give one line on stdin.",
                ),
            )
        return str(answer)

    def confirm(self, question: Text) -> bool:
        """Ask yes or no; without a terminal the answer is no."""
        if not sys.stdin.isatty():
            return False
        return click.confirm(question.said(self.lang), err=True)

    def _document(self, data: object) -> None:
        raw = msgspec.json.encode(plain(data, self.lang))
        if sys.stdout.isatty():
            raw = msgspec.json.format(raw, indent=2)
        _line(sys.stdout, raw.decode())


pass_console = click.make_pass_decorator(Console)
"""Gives the command its ``Console`` as first argument."""

_AGAIN = t(zh="再输一遍", en="Again")


def _line(stream: TextIO, text: str) -> None:
    stream.write(text + "\n")


def _error_lines(report: Report, lang: Lang) -> tuple[str, ...]:
    what, why, remedy = report.what.said(lang), report.why.said(lang), report.remedy.said(lang)
    if lang == "zh":
        return (
            f"错误：{what}",
            f"原因：{why}",
            f"办法：{remedy}",
            f"代码：{report.code}　说明：{report.page}",
        )
    return (
        f"Error: {what}",
        f"Why: {why}",
        f"Do: {remedy}",
        f"Code: {report.code}  Page: {report.page}",
    )
