"""A page of the portal, read strictly."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
DRAWN = {"circle", "path", "rect"}


@dataclass
class Element:
    """One element: its own attributes, the elements around it, and the text in it."""

    tag: str
    attributes: dict[str, str]
    around: tuple["Element", ...]
    text: str = ""

    def within(self, tag: str, **attributes: str) -> bool:
        """Whether such an element is around this one."""
        return any(one.tag == tag and attributes.items() <= one.attributes.items() for one in self.around)


@dataclass
class Document(HTMLParser):
    """A page, read strictly: what is opened must be closed, in order."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"an attribute is there twice: {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN, f"<{tag}/> is no HTML"
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def every(self, *tags: str) -> list[Element]:
        """The elements of these tags, in the order of the page."""
        return [element for element in self.elements if element.tag in tags]

    def buttons(self) -> list[str]:
        """What each button says."""
        return [" ".join(element.text.split()) for element in self.every("button")]


def document(html: str) -> Document:
    """The page, which must be whole."""
    read = Document()
    read.feed(html)
    read.close()
    assert read.open == []
    return read
