from hwcost.core.own_files import kind_of
from made_claims import made_reproduction
from nas.papers.html import html_page


def test_the_file_is_self_contained_and_known_as_ours():
    page = html_page(made_reproduction(), [("a <caption>", b"<svg/>")])
    assert kind_of(page.encode()) == "report"
    assert "what is &lt;said&gt; of first" in page
    assert "a &lt;caption&gt;" in page
    assert "data:image/svg+xml;base64," in page
    assert "http" not in page.replace("http-equiv", "")
    assert "qubits at most 4" in page
    assert page.count('class="verdict') == 2
