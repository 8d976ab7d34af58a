"""Model fields of our own."""

from typing import Any

from wagtail.fields import StreamField


class StableStreamField(StreamField):
    """A StreamField whose blocks stay out of migrations.

    A changed block (or a site's setting) must not make a migration inside an installed package.
    Historical models have no blocks: data migrations edit the raw JSON. See wagtail#4298.
    """

    def __init__(self, block_types: Any = (), **kwargs: Any) -> None:
        kwargs.pop("block_lookup", None)
        super().__init__(block_types, **kwargs)

    def deconstruct(self) -> Any:
        """The field without its blocks."""
        name, path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        kwargs.pop("block_types", None)
        return name, path, [], kwargs
