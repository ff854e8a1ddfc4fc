"""What axe-core finds on a page; the copy of it comes with axe-playwright-python."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

GRAVE = ("serious", "critical")
RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.map(({id, impact, help, nodes}) => ({
    id, impact, help, nodes: nodes.map((one) => `${one.target.join(" ")} ${one.html}`)}));
}"""


def faults(page: Page) -> list[str]:
    """Serious and critical violations of what the page shows now, in a line each."""
    page.evaluate(AXE_SCRIPT)
    found = [one for one in page.evaluate(RUN) if one["impact"] in GRAVE]
    return [
        f"{one['id']} ({one['impact']}), {len(one['nodes'])} times: {one['nodes'][0][:200]}"
        for one in found
    ]
