# Written against Wagtail 7.4, where the page model is not swappable.

import django.db.models.deletion
import wagtail.fields
import wagtail_asyncpt.gating.fields
import wagtail_asyncpt.gating.previews
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('wagtailcore', '0097_baselogentry_uuid_action_timestamp_indexes'),
        ('wagtailimages', '0027_image_description'),
    ]

    operations = [
        migrations.CreateModel(
            name='BlogIndexPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('intro', models.TextField(max_length=400)),
            ],
            options={
                'verbose_name': 'blog index page',
            },
            bases=('wagtailcore.page',),
        ),
        migrations.CreateModel(
            name='GuidePage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('gate_groups', wagtail_asyncpt.gating.fields.GateGroupsField(default=list, help_text='Members of any of these may read it.', verbose_name="members' part is open to")),
                ('summary', models.TextField(max_length=300)),
                ('about', wagtail.fields.StreamField([('text', 0), ('quote', 1), ('picture', 5), ('cards', 13), ('steps', 16), ('questions', 21)], block_lookup={0: ('wagtail.blocks.RichTextBlock', (), {'features': ['h2', 'h3', 'bold', 'italic', 'link', 'ul', 'ol', 'document-link'], 'template': 'home/blocks/text.html'}), 1: ('wagtail.blocks.BlockQuoteBlock', (), {'template': 'home/blocks/quote.html'}), 2: ('wagtail.images.blocks.ImageChooserBlock', (), {}), 3: ('wagtail.blocks.CharBlock', (), {'max_length': 200}), 4: ('wagtail.blocks.CharBlock', (), {'max_length': 200, 'required': False}), 5: ('wagtail.blocks.StructBlock', [[('image', 2), ('alt_text', 3), ('caption', 4)]], {}), 6: ('wagtail.blocks.CharBlock', (), {'max_length': 120}), 7: ('wagtail.blocks.TextBlock', (), {'required': False, 'rows': 2}), 8: ('wagtail.blocks.CharBlock', (), {'max_length': 80}), 9: ('wagtail.blocks.TextBlock', (), {'rows': 3}), 10: ('wagtail.blocks.PageChooserBlock', (), {'required': False}), 11: ('wagtail.blocks.StructBlock', [[('heading', 8), ('text', 9), ('page', 10)]], {}), 12: ('wagtail.blocks.ListBlock', (11,), {'max_num': 4, 'min_num': 2}), 13: ('wagtail.blocks.StructBlock', [[('heading', 6), ('intro', 7), ('cards', 12)]], {}), 14: ('wagtail.blocks.StructBlock', [[('heading', 8), ('text', 9)]], {}), 15: ('wagtail.blocks.ListBlock', (14,), {'min_num': 2}), 16: ('wagtail.blocks.StructBlock', [[('heading', 6), ('steps', 15)]], {}), 17: ('wagtail.blocks.CharBlock', (), {'max_length': 160}), 18: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'link', 'ul']}), 19: ('wagtail.blocks.StructBlock', [[('question', 17), ('answer', 18)]], {}), 20: ('wagtail.blocks.ListBlock', (19,), {}), 21: ('wagtail.blocks.StructBlock', [[('heading', 6), ('questions', 20)]], {})})),
                ('plan', wagtail.fields.StreamField([('text', 0), ('quote', 1), ('picture', 5), ('cards', 13), ('steps', 16), ('questions', 21)], block_lookup={0: ('wagtail.blocks.RichTextBlock', (), {'features': ['h2', 'h3', 'bold', 'italic', 'link', 'ul', 'ol', 'document-link'], 'template': 'home/blocks/text.html'}), 1: ('wagtail.blocks.BlockQuoteBlock', (), {'template': 'home/blocks/quote.html'}), 2: ('wagtail.images.blocks.ImageChooserBlock', (), {}), 3: ('wagtail.blocks.CharBlock', (), {'max_length': 200}), 4: ('wagtail.blocks.CharBlock', (), {'max_length': 200, 'required': False}), 5: ('wagtail.blocks.StructBlock', [[('image', 2), ('alt_text', 3), ('caption', 4)]], {}), 6: ('wagtail.blocks.CharBlock', (), {'max_length': 120}), 7: ('wagtail.blocks.TextBlock', (), {'required': False, 'rows': 2}), 8: ('wagtail.blocks.CharBlock', (), {'max_length': 80}), 9: ('wagtail.blocks.TextBlock', (), {'rows': 3}), 10: ('wagtail.blocks.PageChooserBlock', (), {'required': False}), 11: ('wagtail.blocks.StructBlock', [[('heading', 8), ('text', 9), ('page', 10)]], {}), 12: ('wagtail.blocks.ListBlock', (11,), {'max_num': 4, 'min_num': 2}), 13: ('wagtail.blocks.StructBlock', [[('heading', 6), ('intro', 7), ('cards', 12)]], {}), 14: ('wagtail.blocks.StructBlock', [[('heading', 8), ('text', 9)]], {}), 15: ('wagtail.blocks.ListBlock', (14,), {'min_num': 2}), 16: ('wagtail.blocks.StructBlock', [[('heading', 6), ('steps', 15)]], {}), 17: ('wagtail.blocks.CharBlock', (), {'max_length': 160}), 18: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'link', 'ul']}), 19: ('wagtail.blocks.StructBlock', [[('question', 17), ('answer', 18)]], {}), 20: ('wagtail.blocks.ListBlock', (19,), {}), 21: ('wagtail.blocks.StructBlock', [[('heading', 6), ('questions', 20)]], {})})),
            ],
            options={
                'verbose_name': 'guide',
            },
            bases=(wagtail_asyncpt.gating.previews.PreviewFacesMixin, 'wagtailcore.page', models.Model),
        ),
        migrations.CreateModel(
            name='BlogPage',
            fields=[
                ('page_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.page')),
                ('date', models.DateField()),
                ('author_name', models.CharField(max_length=120)),
                ('summary', models.TextField(max_length=300)),
                ('image_alt_text', models.CharField(blank=True, max_length=200)),
                ('body', wagtail.fields.StreamField([('text', 0), ('quote', 1), ('picture', 5), ('cards', 13), ('steps', 16), ('questions', 21), ('members_only', 24), ('paywall_line', 25)], block_lookup={0: ('wagtail.blocks.RichTextBlock', (), {'features': ['h2', 'h3', 'bold', 'italic', 'link', 'ul', 'ol', 'document-link'], 'template': 'home/blocks/text.html'}), 1: ('wagtail.blocks.BlockQuoteBlock', (), {'template': 'home/blocks/quote.html'}), 2: ('wagtail.images.blocks.ImageChooserBlock', (), {}), 3: ('wagtail.blocks.CharBlock', (), {'max_length': 200}), 4: ('wagtail.blocks.CharBlock', (), {'max_length': 200, 'required': False}), 5: ('wagtail.blocks.StructBlock', [[('image', 2), ('alt_text', 3), ('caption', 4)]], {}), 6: ('wagtail.blocks.CharBlock', (), {'max_length': 120}), 7: ('wagtail.blocks.TextBlock', (), {'required': False, 'rows': 2}), 8: ('wagtail.blocks.CharBlock', (), {'max_length': 80}), 9: ('wagtail.blocks.TextBlock', (), {'rows': 3}), 10: ('wagtail.blocks.PageChooserBlock', (), {'required': False}), 11: ('wagtail.blocks.StructBlock', [[('heading', 8), ('text', 9), ('page', 10)]], {}), 12: ('wagtail.blocks.ListBlock', (11,), {'max_num': 4, 'min_num': 2}), 13: ('wagtail.blocks.StructBlock', [[('heading', 6), ('intro', 7), ('cards', 12)]], {}), 14: ('wagtail.blocks.StructBlock', [[('heading', 8), ('text', 9)]], {}), 15: ('wagtail.blocks.ListBlock', (14,), {'min_num': 2}), 16: ('wagtail.blocks.StructBlock', [[('heading', 6), ('steps', 15)]], {}), 17: ('wagtail.blocks.CharBlock', (), {'max_length': 160}), 18: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'link', 'ul']}), 19: ('wagtail.blocks.StructBlock', [[('question', 17), ('answer', 18)]], {}), 20: ('wagtail.blocks.ListBlock', (19,), {}), 21: ('wagtail.blocks.StructBlock', [[('heading', 6), ('questions', 20)]], {}), 22: ('wagtail.blocks.MultipleChoiceBlock', [], {'choices': [], 'help_text': 'Members of any of these may read it.', 'label': 'Open to'}), 23: ('wagtail.blocks.StreamBlock', [[('text', 0), ('quote', 1), ('picture', 5), ('cards', 13), ('steps', 16), ('questions', 21)]], {}), 24: ('wagtail.blocks.StructBlock', [[('tiers', 22), ('content', 23)]], {}), 25: ('wagtail.blocks.StructBlock', [[('tiers', 22)]], {})})),
                ('image', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailimages.image')),
            ],
            options={
                'verbose_name': 'blog page',
            },
            bases=(wagtail_asyncpt.gating.previews.PreviewFacesMixin, 'wagtailcore.page'),
        ),
    ]
