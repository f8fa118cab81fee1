"""What one site has entered by hand and opened as events in a month, against the quotas of the policy."""

from node.chain.records.entries import SiteMonth
from node.chain.state import View
from node.chain.types import Code, Minutes


def site_month(view: View, district: Code, site: Code, month: int) -> SiteMonth:
    """The site's counts of a month; nothing yet for a month it has not counted."""
    blank = SiteMonth(district, site, month, Minutes(0), 0, 0, b"")
    return view.get(SiteMonth, blank.key_id) or blank
