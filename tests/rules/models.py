"""A class with a rule of its own and one for each of its rows."""

from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from wagtail_asyncpt.programs.fields import RecurrenceRuleField


class GroupClass(ClusterableModel):
    """A class of the clinic."""

    name = models.CharField(max_length=100)
    rule = RecurrenceRuleField(blank=True)

    def __str__(self) -> str:
        return self.name


class ClassTime(Orderable):
    """One of its times."""

    group_class = ParentalKey(GroupClass, on_delete=models.CASCADE, related_name="times")
    label = models.CharField(max_length=100)
    rule = RecurrenceRuleField()
