/**
 * Stimulus controller "asyncpt-rule": dresses a text input that holds a recurrence rule with
 * "every [2] [weeks] on [Mo] [We]". The input stays: it is what the form sends, and where a rule
 * that these controls cannot say is typed.
 */
(() => {
  const parse = (text) => {
    const parts = Object.fromEntries(
      text
        .replace(/^RRULE:/i, "")
        .split(";")
        .filter(Boolean)
        .map((part) => part.split("=")),
    );
    return {
      unit: parts.FREQ ?? "",
      interval: parts.INTERVAL ?? "1",
      days: parts.BYDAY?.split(",") ?? [],
    };
  };

  const write = ({ unit, interval, days }) => {
    if (!unit) return "";
    const byDay = unit === "WEEKLY" && days.length ? `;BYDAY=${days.join(",")}` : "";
    return `RRULE:FREQ=${unit};INTERVAL=${interval || "1"}${byDay}`;
  };

  const make = (tag, values = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), values);
    element.append(...children);
    return element;
  };

  class RuleController extends window.StimulusModule.Controller {
    static values = { words: Object };

    connect() {
      const { every, units, unit, on, days } = this.wordsValue;
      const rule = parse(this.element.value);
      const id = this.element.id;
      this.interval = make("input", { type: "number", min: 1, max: 31, value: rule.interval, id: `${id}-interval` });
      this.unit = make("select", { id: `${id}-unit`, ariaLabel: unit });
      for (const [value, label] of Object.entries(units)) {
        this.unit.append(make("option", { value, textContent: label, selected: value === rule.unit }));
      }
      this.days = Object.entries(days).map(([code, label]) => {
        const box = make("input", { type: "checkbox", value: code, checked: rule.days.includes(code) });
        return [box, make("label", {}, box, ` ${label}`)];
      });
      this.onDays = make(
        "div",
        { className: "asyncpt-rule__days", role: "group", ariaLabel: on },
        ...this.days.map(([, label]) => label),
      );
      this.controls = make(
        "div",
        { className: "asyncpt-rule" },
        make("label", { htmlFor: this.interval.id, textContent: every }),
        this.interval,
        this.unit,
        this.onDays,
      );
      this.controls.addEventListener("input", () => this.say());
      this.element.before(this.controls);
      this.element.setAttribute("aria-label", this.wordsValue.text);
      this.show();
    }

    disconnect() {
      this.controls?.remove();
    }

    say() {
      this.element.value = write({
        unit: this.unit.value,
        interval: this.interval.value,
        days: this.days.filter(([box]) => box.checked).map(([box]) => box.value),
      });
      this.element.dispatchEvent(new Event("change", { bubbles: true }));
      this.show();
    }

    show() {
      this.onDays.hidden = this.unit.value !== "WEEKLY";
      this.interval.disabled = !this.unit.value;
    }
  }

  window.wagtail.app.register("asyncpt-rule", RuleController);
})();
