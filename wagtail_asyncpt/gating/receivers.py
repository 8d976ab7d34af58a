"""Signals: pages that move, copies, aliases, and groups that must stay without power."""

from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.utils.translation import gettext as _
from wagtail.models import GroupCollectionPermission, GroupPagePermission, PageViewRestriction
from wagtail.signals import copy_for_translation_done, post_page_move

from wagtail_asyncpt.gating import parts, projection, queries


def connect() -> None:
    """Connect every receiver of the room; safe to call again."""
    post_page_move.connect(keep_gate, dispatch_uid="asyncpt_keep_gate")
    copy_for_translation_done.connect(gate_translation, dispatch_uid="asyncpt_gate_translation")
    post_save.connect(gate_new_alias, dispatch_uid="asyncpt_gate_new_alias")
    m2m_changed.connect(
        gate_aliases,
        sender=PageViewRestriction.groups.through,
        dispatch_uid="asyncpt_gate_aliases",
    )
    pre_delete.connect(note_groups, sender=PageViewRestriction, dispatch_uid="asyncpt_note_groups")
    post_delete.connect(
        ungate_aliases, sender=PageViewRestriction, dispatch_uid="asyncpt_ungate_aliases"
    )
    pre_save.connect(keep_prepared, dispatch_uid="asyncpt_keep_prepared")
    m2m_changed.connect(
        refuse_permissions,
        sender=Group.permissions.through,
        dispatch_uid="asyncpt_refuse_permissions",
    )
    for model in (GroupPagePermission, GroupCollectionPermission):
        pre_save.connect(
            refuse_object_permission, sender=model, dispatch_uid=f"asyncpt_refuse_{model.__name__}"
        )


def keep_gate(
    *, instance: Any, parent_page_before: Any, parent_page_after: Any, **kwargs: Any
) -> None:
    """A page that is moved out of a gated parent stays gated."""
    if parent_page_before.pk == parent_page_after.pk:
        return
    pages = queries.page_model()._default_manager
    # A move shifts the paths of its neighbors, so the parents in memory may be stale.
    projection.keep_gate_of_parent(
        page=pages.get(pk=instance.pk), old_parent=pages.get(pk=parent_page_before.pk)
    )
    projection.sync_aliases(projection.aliases_below(pages.get(pk=instance.pk)))


def gate_translation(*, source_obj: Any, target_obj: Any, **kwargs: Any) -> None:
    """A translation is gated as its source is."""
    if isinstance(source_obj, queries.page_model()):
        projection.repair_copy(source=source_obj, copy=target_obj)


def gate_new_alias(*, instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """An alias is gated as its source is, from its first moment."""
    if created and not raw and isinstance(instance, queries.page_model()) and instance.alias_of_id:
        projection.sync_alias(instance)


def gate_aliases(
    *, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """A gate that is set or changed reaches the aliases of the pages below it."""
    if reverse or action not in {"post_add", "post_remove"}:
        return
    groups = frozenset(instance.groups.values_list("pk", flat=True))
    before = groups - (pk_set or set()) if action == "post_add" else groups | (pk_set or set())
    projection.sync_aliases(projection.aliases_below(instance.page), dropped=before)


def note_groups(*, instance: Any, **kwargs: Any) -> None:
    """Keep what the gate asked for, since its groups are gone once it is deleted."""
    instance.asyncpt_groups = frozenset(instance.groups.values_list("pk", flat=True))


def ungate_aliases(*, instance: Any, **kwargs: Any) -> None:
    """A gate that is taken away frees the aliases of the pages below it."""
    page = queries.page_model()._default_manager.filter(pk=instance.page_id).first()
    if page is not None:
        projection.sync_aliases(projection.aliases_below(page), dropped=instance.asyncpt_groups)


def keep_prepared(*, instance: Any, update_fields: Any = None, **kwargs: Any) -> None:
    """A page whose closed parts were emptied for a reader is never stored like that."""
    parts.refuse_to_save(instance, update_fields)


def refuse_permissions(
    *, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """A gate group takes no permission: its members are paying clients."""
    if action != "pre_add" or not pk_set:
        return
    group_ids = pk_set if reverse else {instance.pk}
    if group_ids & queries.gate_group_ids():
        raise PermissionDenied(_refusal())


def refuse_object_permission(*, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Nor a permission on pages or collections."""
    if not raw and instance.group_id in queries.gate_group_ids():
        raise PermissionDenied(_refusal())


def _refusal() -> str:
    return _("A membership's group cannot hold permissions: every member would have them.")
