"""Forms about people that several rooms show."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.people.languages import offered_languages


class LanguageForm(forms.Form):
    """Chooses a client's language among those of the site."""

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        error_messages={"invalid_choice": _("Choose one of the languages of this site.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("As the browser asks")),
            *offered_languages(),
        ]
