"""Parts of a page with a body or with data of their own; the rest are plain includes."""

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from heroicons.templatetags.heroicons import heroicon_outline

from arbook.web import charts, figures

register = template.Library()

TONES = {"ok", "warn", "bad", "info", "plum", "accent"}
MODES = {"dry_run": ("Dry run", "info"), "review": ("Review", "warn"), "automatic": ("Live", "ok")}


@register.simple_block_tag
def card(content, title="", icon="", tone="", flush=False, id="", count=None, link="", more=""):
    """``{% card title="Aging" link=url more="All" %}…{% endcard %}``; flush for tables and rows."""
    return render_to_string(
        "components/card.html",
        {
            "content": content,
            "title": title,
            "icon": icon,
            "tone": tone,
            "flush": flush,
            "id": id,
            "count": count,
            "link": link,
            "more": more,
        },
    )


@register.simple_block_tag
def notice(content, tone="", icon=""):
    """A sentence with weight inside a page: ``{% notice tone="warn" %}…{% endnotice %}``."""
    names = {"ok": "check-circle", "warn": "exclamation-triangle", "bad": "x-circle"}
    return format_html(
        '<div class="notice{}"{}>{}<div>{}</div></div>',
        f" tone-{tone}" if tone in TONES else "",
        mark_safe(' role="alert"') if tone == "bad" else "",
        heroicon_outline(icon or names.get(tone, "information-circle"), size=18),
        content,
    )


@register.simple_block_tag(takes_context=True)
def filterbar(context, content, target="table", action="", label="Filters"):
    """A GET form that swaps ``#target`` as you type and keeps the address in step."""
    return render_to_string(
        "components/filterbar.html",
        {"content": content, "target": target, "action": action, "label": label},
        request=context.get("request"),
    )


@register.simple_block_tag
def dialog(content, id, title, wide=False):
    """``{% dialog id="pause" title="…" %}…{% enddialog %}``, opened by ``data-dialog="pause"``."""
    return render_to_string(
        "components/dialog.html", {"content": content, "id": id, "title": title, "wide": wide}
    )


@register.simple_block_tag
def group(content, title, icon="", count=None, closed=False, note=""):
    """A group of rows that folds: the Today list, the batch review."""
    return render_to_string(
        "components/group.html",
        {
            "content": content,
            "title": title,
            "icon": icon,
            "count": count,
            "closed": closed,
            "note": note,
        },
    )


@register.simple_tag
def badge(text, tone="", icon="", title=""):
    """``{% badge "Disputed" "warn" icon="scale" %}``."""
    words = str(text).replace("_", " ")
    return format_html(
        '<span class="badge{}"{}>{}{}</span>',
        f" tone-{tone}" if tone in TONES else "",
        format_html(' title="{}"', title) if title else "",
        heroicon_outline(icon, size=13, stroke_width="2") if icon else "",
        words[:1].upper() + words[1:],
    )


@register.simple_tag
def mode_badge(mode):
    """A company's mode: dry run, review or live."""
    words, tone = MODES.get(str(mode), (str(mode), ""))
    live = " mode-live" if tone == "ok" else ""
    return format_html('<span class="badge mode tone-{}{}">{}</span>', tone, live, words)


@register.simple_tag
def dot(of, color="", size="", round=False):
    """Initials of a company (in its colour), a person or a name."""
    letters = getattr(of, "initials", "") or figures.initials(
        getattr(of, "name", None) or str(of or "")
    )
    color = color or getattr(of, "color", "")
    return format_html(
        '<span class="dot{}{}"{} title="{}" aria-hidden="true">{}</span>',
        f" dot-{size}" if size else "",
        " dot-round" if round else "",
        format_html(' data-color="{}"', color) if color else "",
        str(of or ""),
        letters,
    )


@register.inclusion_tag("components/weekly_bars.html")
def weekly_bars(weeks, currency="USD", label="Expected by week", legend=True):
    """Bars of ``charts.Week`` with their range and what falls due behind them."""
    chart = charts.weekly_bars(list(weeks), currency)
    weeks = [bar.week for bar in chart.bars]
    return {
        "chart": chart,
        "label": label,
        "legend": legend,
        "currency": currency,
        "has_due": any(week.due is not None for week in weeks),
        "has_range": any(week.low is not None for week in weeks),
        "has_past": any(week.actual is not None for week in weeks),
    }


@register.inclusion_tag("components/aging_strip.html")
def aging_strip(slices, currency="USD", legend=True):
    """A stacked bar of ``charts.Slice`` with amounts and shares under it."""
    return {
        "strip": charts.aging_strip(list(slices), currency),
        "currency": currency,
        "legend": legend,
    }


@register.inclusion_tag("components/sparkline.html")
def sparkline(values, words=""):
    return {"line": charts.sparkline(list(values), words)}


@register.inclusion_tag("components/form_fields.html")
def form_fields(form):
    """Every field of a form in its order, its own errors on top."""
    return {"form": form}


@register.inclusion_tag("components/field.html")
def field(bound, label="", help="", prefix=""):
    """One field: label, control, help, errors, tied together for screen readers."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    is_group = getattr(widget, "use_fieldset", False)
    described = [f"{bound.auto_id}_help"] if (help or bound.help_text) else []
    described += [f"{bound.auto_id}_errors"] if bound.errors else []
    attrs = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=None if is_group else attrs),
        "label": label or bound.label,
        "help": help or bound.help_text,
        "prefix": prefix,
        "is_check": kind == "checkbox" and not is_group,
        "is_group": is_group,
        "is_optional": not bound.field.required and kind != "checkbox",
    }
