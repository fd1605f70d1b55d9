"""A real browser draws the page: no error on its console, every chart there, the map switched by a click."""

import html
import re
import subprocess
from pathlib import Path

import pytest

from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.write import write_report

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIMIT_S = 120
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
    "--virtual-time-budget=10000",
    "--dump-dom",
)
CLICKS = """
<script>setTimeout(() => {
  document.querySelector('input[name=variant][value=shared]').click();
  document.querySelector('input[name=misses]').click();
}, 1000);</script></body>
"""


def opened(chromium: str, path: Path, folder: Path) -> tuple[str, list[str]]:
    """The page after its scripts have run, and what they complained of."""
    done = subprocess.run(
        [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", path.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT_S,
        check=True,
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.fixture(scope="module")
def written(material: ReportMaterial, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_report(path, material)
    return path


def test_the_page_draws_everything_without_complaint(chromium: str, written: Path, tmp_path: Path) -> None:
    dom, complaints = opened(chromium, written, tmp_path)
    assert complaints == []
    charts = len(re.findall(r'data-chart="', dom))
    assert len(re.findall(r'class="(?:plot|map) js-plotly-plot"', dom)) == charts + 1
    lines = re.findall(r'<path class="js-(?:line|fill)[^>]* d="M[^"]{20,}', dom)
    assert len(lines) > 20
    assert "JPN, national: 5 of 13 sensors" in html.unescape(dom)


def test_a_click_shows_another_picture(chromium: str, written: Path, tmp_path: Path) -> None:
    clicked = tmp_path / "clicked.html"
    clicked.write_text(written.read_text(encoding="utf-8").replace("</body>", CLICKS, 1), encoding="utf-8")
    dom, complaints = opened(chromium, clicked, tmp_path)
    assert complaints == []
    assert "JPN, shared: 13 of 13 sensors" in html.unescape(dom)
    assert 'id="miss-key" hidden' not in dom
