"""Pages that programs write as one file: well-formed HTML that loads nothing and names every picture."""
import html.parser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LOADING = {"src", "href", "srcset", "data", "poster", "action", "xlink:href", "background"}


class Page(html.parser.HTMLParser):
    """Follows the tags; what is left open at the end, or closed out of order, is an error."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.headings, self.text = [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.text.append(data)


def parse(path):
    page = Page()
    page.source = path.read_text(encoding="utf-8")
    page.feed(page.source)
    page.close()
    assert page.open == [], page.open
    return page


def check(page):
    tags = [tag for tag, _ in page.tags]
    assert "script" not in tags and "link" not in tags and "iframe" not in tags
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert name not in LOADING or value.startswith("data:image/jpeg;base64,"), (tag, name, value[:60])
            assert not name.startswith("on"), (tag, name)
        if tag == "img":
            assert attributes["alt"].strip() and attributes["width"] and attributes["height"], attributes
        if tag == "svg":
            assert attributes.get("aria-hidden") == "true" or attributes.get("aria-label"), attributes
        if tag == "th":
            assert attributes["scope"] in ("row", "col"), attributes
    for address in ("http:", "https:", "url(", "@import", "//"):
        outside = page.source if address != "//" else "".join(page.text)
        assert address not in outside, address
    assert tags.count("h1") == 1 and tags.count("table") == tags.count("caption")
    assert page.tags[0] == ("html", {"lang": "en"})
