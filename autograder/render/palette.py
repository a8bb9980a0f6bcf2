"""The page's colours in light and dark, and how far apart two of them are (WCAG 2 contrast)."""

from __future__ import annotations

LIGHT = {
    "ground": "#ffffff",
    "panel": "#f3f4f6",
    "ink": "#1b1f24",
    "quiet": "#57606a",
    "edge": "#7d8690",
    "link": "#0550ae",
    "good": "#116329",
    "bad": "#b3261e",
    "plus": "#0a58ca",
    "minus": "#b35900",
}
DARK = {
    "ground": "#15181c",
    "panel": "#20252b",
    "ink": "#e8eaed",
    "quiet": "#a9b3bd",
    "edge": "#76818c",
    "link": "#8ab8ff",
    "good": "#6fdd8b",
    "bad": "#ff9a90",
    "plus": "#6ea8fe",
    "minus": "#f0a04b",
}
STRENGTHS = (0.0, 0.08, 0.16, 0.25, 0.33, 0.42, 0.5)  # numbers stand on them: no stronger


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours like `#1b1f24`, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def blended(over: str, under: str, strength: float) -> str:
    """A colour of some opacity over another."""
    pairs = zip(_channels(over), _channels(under), strict=True)
    return "#" + "".join(f"{round(strength * a + (1 - strength) * b):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def variables(palette: dict[str, str]) -> str:
    """A palette as CSS custom properties."""
    return "".join(f"--{name}:{colour};" for name, colour in palette.items())


def style() -> str:
    """The whole style sheet of a report."""
    strengths = "".join(
        f".p{step}{{fill:var(--plus);fill-opacity:{strength}}}.m{step}{{fill:var(--minus);fill-opacity:{strength}}}"
        for step, strength in enumerate(STRENGTHS)
    )
    return SHEET.replace("@LIGHT@", variables(LIGHT)).replace("@DARK@", variables(DARK)) + strengths


SHEET = """
:root{color-scheme:light dark;@LIGHT@}
@media (prefers-color-scheme:dark){:root{@DARK@}}
@media print{:root{@LIGHT@color-scheme:light}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,"Noto Sans CJK SC",sans-serif}
header,main,footer{max-width:60rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1rem}
footer{padding-bottom:1rem;font-size:.85em}
a{color:var(--link)}
a:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{position:static}
h1{font-size:1.7rem;margin:.2em 0}
.total{font-size:1.15rem;margin:.2em 0 .6em}
.topics{list-style:none;margin:0;padding:0}
.topics li{display:flex;flex-wrap:wrap;gap:0 1rem;align-items:baseline;padding:.15em 0}
.topics a{flex:1 1 18rem}
.topics .number{min-width:5.5em}
progress{width:9rem;height:.6rem;accent-color:var(--good)}
h2{font-size:1.35rem;margin:1.3em 0 .4em;border-bottom:1px solid var(--edge)}
h3{font-size:1.1rem;margin:1.4em 0 .4em}
table{border-collapse:collapse;width:100%}
caption{text-align:left;color:var(--quiet);padding-bottom:.3em}
th,td{text-align:left;padding:.25em .7em .25em 0;vertical-align:top;overflow-wrap:anywhere}
thead th{border-bottom:1px solid var(--edge);vertical-align:bottom}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
th:last-child,td:last-child{padding-right:0}
thead .number{white-space:normal}
.quiet{color:var(--quiet)}
.good{color:var(--good)}
.bad{color:var(--bad)}
details,.row{border:1px solid transparent;border-radius:6px;margin:.35rem 0;padding:0 .9rem}
details{background:var(--panel);border-color:var(--edge)}
summary,.row{display:flex;gap:.2rem .6rem;align-items:baseline;overflow-wrap:anywhere}
summary{cursor:pointer;padding:.4rem 0}
summary::before,.row::before{content:"▸" / "";width:.8em;flex:none;color:var(--quiet)}
.row::before{visibility:hidden}
details[open]>summary::before{content:"▾" / ""}
.sign{flex:none;min-width:5.8em}
.what{flex:1;min-width:0}
.name{font-weight:600}
details ul{margin:.2rem 0 .8rem;padding-left:1.2rem}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem 1rem;margin:.3rem 0 .8rem}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:.9em/1.4 ui-monospace,Menlo,Consolas,monospace}
figure{margin:.6rem 0 1rem}
figcaption{color:var(--quiet);font-size:.92em;margin-bottom:.3rem;overflow-wrap:anywhere}
.maps{display:flex;flex-wrap:wrap;gap:1rem 1.5rem;margin:.6rem 0 1rem}
figure .maps{margin:0}
.maps figure{margin:0;min-width:0}
svg{display:block;max-width:100%;height:auto;overflow:hidden}
svg text{fill:var(--ink);font:12px system-ui,"Noto Sans CJK SC",sans-serif}
svg text.n{text-anchor:middle;font-size:11px}
svg text.end{text-anchor:end}
svg rect.good{fill:var(--good)}
svg rect.open{fill:none;stroke:var(--edge)}
.axis{fill:none;stroke:var(--edge)}
.level{fill:none;stroke:var(--quiet);stroke-dasharray:5 4}
.trace{fill:none;stroke:var(--ink);stroke-width:1.8}
.halo{fill:none;stroke:var(--ground);stroke-width:5}
.cross{fill:none;stroke:var(--bad);stroke-width:2.2}
.spot{fill:var(--ink);stroke:var(--ground)}
.hollow{fill:var(--ground);stroke:var(--ink);stroke-width:1.6}
.odd{fill:var(--bad);fill-opacity:.5}
.e0{fill:none;stroke:var(--edge);stroke-opacity:.6}
.e1,.e2,.e3,.e4{fill:var(--bad)}
@media print{details{break-inside:avoid;background:none}
details::details-content{content-visibility:visible;display:block}
body{font-size:11pt}.skip,nav,summary::before,.row::before{display:none}}
@media (max-width:34rem){summary,.row{flex-wrap:wrap}.what{order:1;flex-basis:100%}.sign{flex:1}
.topics a{flex-basis:100%}progress{flex:1}
thead .number{width:4.5em}
dl{grid-template-columns:minmax(0,1fr)}dt{margin-top:.3rem}}
"""
