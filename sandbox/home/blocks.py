"""Content blocks that every page type of the site shares."""

from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock


class CardBlock(blocks.StructBlock):
    """A short point with a heading and, if wanted, a page to read on."""

    heading = blocks.CharBlock(max_length=80)
    text = blocks.TextBlock(rows=3)
    page = blocks.PageChooserBlock(required=False)

    class Meta:
        icon = "tick"


class CardsBlock(blocks.StructBlock):
    """A heading over two to four cards."""

    heading = blocks.CharBlock(max_length=120)
    intro = blocks.TextBlock(required=False, rows=2)
    cards = blocks.ListBlock(CardBlock(), min_num=2, max_num=4)

    class Meta:
        icon = "grip"
        template = "home/blocks/cards.html"


class StepsBlock(blocks.StructBlock):
    """Numbered steps, in order."""

    heading = blocks.CharBlock(max_length=120)
    steps = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("heading", blocks.CharBlock(max_length=80)),
                ("text", blocks.TextBlock(rows=3)),
            ]
        ),
        min_num=2,
    )

    class Meta:
        icon = "list-ol"
        template = "home/blocks/steps.html"


class PictureBlock(blocks.StructBlock):
    """A picture with its own description and caption."""

    image = ImageChooserBlock()
    alt_text = blocks.CharBlock(max_length=200)
    caption = blocks.CharBlock(max_length=200, required=False)

    class Meta:
        icon = "image"
        template = "home/blocks/picture.html"


class QuestionsBlock(blocks.StructBlock):
    """Questions that fold open."""

    heading = blocks.CharBlock(max_length=120)
    questions = blocks.ListBlock(
        blocks.StructBlock(
            [
                ("question", blocks.CharBlock(max_length=160)),
                ("answer", blocks.RichTextBlock(features=["bold", "italic", "link", "ul"])),
            ]
        )
    )

    class Meta:
        icon = "help"
        template = "home/blocks/questions.html"


class ContentBlocks(blocks.StreamBlock):
    """What a page body is made of."""

    text = blocks.RichTextBlock(
        features=["h2", "h3", "bold", "italic", "link", "ul", "ol", "document-link"],
        template="home/blocks/text.html",
    )
    quote = blocks.BlockQuoteBlock(template="home/blocks/quote.html")
    picture = PictureBlock()
    cards = CardsBlock()
    steps = StepsBlock()
    questions = QuestionsBlock()
