"""What is run inside of pages, and may be lied to by them: it decides nothing. Used by `browser_pages`."""

from __future__ import annotations

from typing import Final

QUIET_WINDOW: Final = """
delete window.RTCPeerConnection;
window.open = address => {
  const link = document.createElement("a");
  link.href = address;
  if (address && document.body) document.body.append(link);
  return null;
};
"""
"""Run before a page's own scripts: no connection beside HTTP, and of a window that would open a link is left."""

TEXT: Final = "most => document.documentElement.outerHTML.slice(0, most)"
"""The page as it is now."""

_BUTTONS: Final = """
const buttons = () => [...document.querySelectorAll(
  `button, input[type=submit], input[type=button], [role=button], [onclick],
   a:not([href]), a[href=""], a[href="#"], a[href^="javascript:"]`
)].filter(each => each.checkVisibility() && !each.disabled);
const words = texts => texts.filter(text => typeof text === "string").join(" ").replace(/\\s+/g, " ").trim();
const label = each => {
  const shown = words([each.innerText, each.value, each.title, each.getAttribute("aria-label")]);
  const looks = shown ? [] : [each.className, each.firstElementChild?.getAttribute("class")];
  return words([shown, each.id, each.name, ...looks]).slice(0, 200);
};
"""

LABELS: Final = f"most => {{ {_BUTTONS} return buttons().slice(0, most).map(label); }}"
"""Whatever says what each button does: text, title and name; of one without text its classes, which name an icon."""

CLICK: Final = f"""([place, wanted]) => {{
  {_BUTTONS}
  const button = buttons()[place];
  if (!button || label(button) !== wanted) return false;
  button.click();
  return true;
}}"""
"""Whether it was there as before."""

FILL: Final = """most => {
  const values = {
    email: "setpoint@example.com", url: "https://example.com/", tel: "5550100", date: "2026-01-01", time: "12:00",
    month: "2026-01", week: "2026-W01", "datetime-local": "2026-01-01T12:00", password: "Setpoint-2026",
  };
  const kept = ["hidden", "submit", "button", "reset", "image", "file", "radio", "color"];
  const written = each => {
    if (each.type === "number" || each.type === "range") return each.min || "1";
    return values[each.type] ?? "setpoint".padEnd(Math.min(each.minLength, 200), "t");
  };
  for (const each of [...document.querySelectorAll("input, textarea, select")].slice(0, most)) {
    if (kept.includes(each.type) || each.disabled || each.readOnly) continue;
    if (each.type === "checkbox") {
      if (each.required && !each.checked) each.click();
      continue;
    }
    if (each.value) continue;
    const value = each.tagName === "SELECT" ? [...each.options].map(one => one.value).find(Boolean) : written(each);
    // past what frameworks put over the property, which else take the change for their own
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(each), "value").set.call(each, value ?? "");
    for (const kind of ["input", "change"]) each.dispatchEvent(new Event(kind, {bubbles: true}));
  }
}"""
"""Something into each empty field, so that a form says what it would send."""
