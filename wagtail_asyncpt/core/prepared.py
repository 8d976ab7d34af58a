"""Reads that every visit asks: Django writes their SQL once for a connection, not each time.

Where tables are joined or united, writing the SQL takes Django many times as long as the database
takes to answer it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connections, models, router
from django.db.models import Expression, QuerySet

#: The attribute of a connection that holds what was written for it.
_WRITTEN = "_asyncpt_prepared"


class Parameter(Expression):
    """A value that a ``Prepared`` read is given each time it runs."""

    def __init__(self, name: str, output_field: models.Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """A place in the SQL; ``value`` fills it."""
        return "%s", (self,)

    def value(self, values: dict[str, Any], connection: Any) -> Any:
        """What the database is given here."""
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Prepared:
    """A read of ``model``'s database: ``build`` makes its ``values_list`` queryset of parameters.

    What ``build`` is given decides the SQL, and is what the SQL is remembered by.
    """

    def __init__(self, model: type[models.Model], build: Callable[..., QuerySet[Any, Any]]) -> None:
        self.model = model
        self.build = build

    def rows(self, *shape: Any, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these ``values`` of the parameters. One query."""
        connection = connections[router.db_for_read(self.model)]
        written = vars(connection).setdefault(_WRITTEN, {})
        if (self, shape) not in written:
            compiler = self.build(*shape).query.get_compiler(connection=connection)
            written[self, shape] = (compiler, *compiler.as_sql())
        compiler, sql, params = written[self, shape]
        with connection.cursor() as cursor:
            cursor.execute(
                sql,
                [
                    param.value(values, connection) if isinstance(param, Parameter) else param
                    for param in params
                ],
            )
            found = cursor.fetchall()
        return list(compiler.results_iter([found], tuple_expected=True))
