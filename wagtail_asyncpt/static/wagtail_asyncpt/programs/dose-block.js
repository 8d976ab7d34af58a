/*
 * The label of a closed dose, or of a closed exercise line: the dose in words, as a client reads
 * it ("3 × 8 each side, 20 kg @ RPE 7"). Loaded with Wagtail's block scripts.
 */
(() => {
  const { StructBlockDefinition } = window.wagtailStreamField.blocks;

  const say = (words, name, value) => words[name].replace("%(n)s", value);

  function amount(dose, words) {
    const range = dose.reps && dose.reps_max ? `${dose.reps}–${dose.reps_max}` : dose.reps;
    const units = [
      range,
      dose.hold_seconds && say(words, "hold", dose.hold_seconds),
      dose.distance_m && say(words, "distance", dose.distance_m),
    ].filter(Boolean);
    let text = units.slice(0, 2).join(" × ");
    if (dose.sets) text = text ? `${dose.sets} × ${text}` : say(words, "sets", dose.sets);
    const side = words.sides[dose.side];
    return text && side ? `${text} ${side}` : text;
  }

  function load(dose, words) {
    if (dose.load_value) return `${dose.load_value} ${words.units[dose.load_unit] || ""}`.trim();
    const named = dose.load_unit === "band" || dose.load_unit === "bodyweight";
    return [dose.load_note, named && words.units[dose.load_unit]].filter(Boolean).join(" ");
  }

  function inWords(dose, words) {
    const effort = dose.effort && say(words, dose.effort_kind === "rir" ? "rir" : "rpe", dose.effort);
    const start = [[amount(dose, words), load(dose, words)].filter(Boolean).join(", "), effort];
    return [
      start.filter(Boolean).join(" "),
      dose.tempo && say(words, "tempo", dose.tempo),
      dose.rest_seconds && say(words, "rest", dose.rest_seconds),
    ]
      .filter(Boolean)
      .join(", ");
  }

  class DoseBlockDefinition extends StructBlockDefinition {
    render(placeholder, prefix, initialState, initialError) {
      const block = super.render(placeholder, prefix, initialState, initialError);
      const words = this.meta.doseWords;
      block.layout.getTextLabel = () => inWords(block.getValue(), words);
      block.layout.setCollapsedLabelText();
      // Wagtail's controller for a block outside a StreamField asks for it.
      block.element = block.container[0];
      return block;
    }
  }

  window.telepath.register("wagtail_asyncpt.programs.DoseBlock", DoseBlockDefinition);
})();
