"""The description by which a browser adds the archive to its address bar."""

from __future__ import annotations

from xml.etree import ElementTree

from flask.testing import FlaskClient


def test_a_browser_finds_the_search(client: FlaskClient) -> None:
    assert 'href="/opensearch.xml"' in client.get("/").text
    response = client.get("/opensearch.xml")
    assert response.content_type.startswith("application/opensearchdescription+xml")
    root = ElementTree.fromstring(response.data)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert len(root.findtext(f"{space}ShortName") or "") <= 16
    templates = {url.get("type"): url.get("template") for url in root.iter(f"{space}Url")}
    page = templates["text/html"]
    assert page is not None
    assert client.get(page.replace("{searchTerms}", "ceasefire")).status_code == 200
