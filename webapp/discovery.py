"""How a browser finds the archive's search: an OpenSearch description, for searching from the address bar."""

from __future__ import annotations

from xml.etree import ElementTree

from flask import Blueprint, Response, request

from webapp.language import gettext

blueprint = Blueprint("discovery", __name__)

_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
TYPE = "application/opensearchdescription+xml"


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    root = ElementTree.Element("OpenSearchDescription", xmlns=_NAMESPACE)
    for name, text in (
        ("ShortName", gettext("News archive")),  # at most 16 characters
        ("Description", gettext("Ask in English; find articles in any language.")),
        ("InputEncoding", "UTF-8"),
    ):
        ElementTree.SubElement(root, name).text = text
    ElementTree.SubElement(
        root, "Image", width="32", height="32", type="image/svg+xml"
    ).text = f"{request.url_root}static/icon.svg"
    for kind, template in (
        ("text/html", f"{request.url_root}search?q={{searchTerms}}"),
        ("application/json", f"{request.url_root}api/v1/search?q={{searchTerms}}"),
    ):
        ElementTree.SubElement(root, "Url", type=kind, method="get", template=template)
    return Response(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True), content_type=TYPE)
