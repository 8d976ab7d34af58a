"""``python -m tests.projects.visit``: migrate in memory, then look at the site as three people.

Prints one line for each answer: who, path, status, Location.
"""

import django
from django.core.management import call_command

PASSWORD = "long enough to keep"
PATHS = ("/care/", "/care/membership/", "/admin/", "/admin/care/", "/_util/login/")


def main() -> None:
    """Visit every path as a visitor, a client and a therapist who is a superuser."""
    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client as Browser
    from wagtail.models import Site

    from wagtail_asyncpt.people.models import Clinic, Therapist
    from wagtail_asyncpt.people.operations import ensure_client

    call_command("migrate", verbosity=0)
    clinic = Clinic.for_site(Site.objects.get(is_default_site=True))
    users = get_user_model().objects
    client = users.create_user("casey", "casey@example.com", PASSWORD)
    ensure_client(user=client, clinic=clinic)
    therapist = users.create_superuser("thea", "thea@example.com", PASSWORD)
    Therapist.objects.create(clinic=clinic, user=therapist, name="Thea Ray")
    for who, user in (("visitor", None), ("client", client), ("therapist", therapist)):
        browser = Browser()
        if user:
            browser.force_login(user)
        for path in PATHS:
            answer = browser.get(path)
            print(who, path, answer.status_code, answer.headers.get("Location", "-"))


if __name__ == "__main__":
    main()
