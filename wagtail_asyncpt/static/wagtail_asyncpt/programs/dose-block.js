/*
 * The label of a closed dose, or of a closed exercise line: the dose in words, as a client reads
 * it ("3 × 8 each side, 20 kg @ RPE 7"); a new line starts from its exercise's usual dose; and the
 * button that gives a line's dose to the other
 * lines of the same exercise. Loaded with Wagtail's block scripts.
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

  const effort = (dose, words) =>
    dose.effort && say(words, dose.effort_kind === "rir" ? "rir" : "rpe", dose.effort);

  const joined = (parts, separator) => parts.filter(Boolean).join(separator);

  const start = (dose, words) => joined([amount(dose, words), load(dose, words)], ", ");

  /** The dose of each set, where sets differ: "3 sets: 12, 20 kg / 10, 25 kg / 8, 30 kg". */
  function setBySet(dose, rows, words) {
    const count = Math.max(Number(dose.sets) || 1, rows.length);
    const ownEfforts = rows.some((row) => row.effort);
    const told = Array.from({ length: count }, (_, n) => {
      const own = Object.fromEntries(Object.entries(rows[n] ?? {}).filter(([, value]) => value));
      const one = { ...dose, ...(own.reps && { reps_max: "" }), ...own, sets: "" };
      return joined([start(one, words), ownEfforts && effort(one, words)], " ");
    });
    const all = say(words, "setsWith", count) + told.join(" / ");
    return joined([all, !ownEfforts && effort(dose, words)], " ");
  }

  function inWords(dose, words) {
    const rows = dose.targets ?? [];
    return [
      rows.length
        ? setBySet(dose, rows, words)
        : joined([start(dose, words), effort(dose, words)], " "),
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

  const AMOUNTS = ["sets", "reps", "reps_max", "hold_seconds", "distance_m", "load_value"];

  const isEmpty = (dose) => AMOUNTS.every((name) => !dose.childBlocks[name].getValue());

  const lines = new Set();

  /** Leaf by leaf: setting a whole block would lose its editors. */
  function giveDose(source, target) {
    for (const [name, block] of Object.entries(source.childBlocks)) {
      target.childBlocks[name].setState(block.getState());
    }
    target.layout.setCollapsedLabelText();
  }

  class ExerciseBlockDefinition extends StructBlockDefinition {
    render(placeholder, prefix, initialState, initialError) {
      const block = super.render(placeholder, prefix, initialState, initialError);
      lines.add(block);
      block.container[0].append(this.copier(block));
      block.container[0].addEventListener("change", (event) => {
        if (event.target.name === `${prefix}-exercise`) this.startFromUsualDose(block);
      });
      return block;
    }

    /** A line whose dose is still empty gets its exercise's usual one; what was typed stays. */
    async startFromUsualDose(block) {
      const id = block.childBlocks.exercise.getState()?.id;
      const dose = block.childBlocks.dose;
      if (!id || !isEmpty(dose)) return;
      const response = await fetch(this.meta.usualDose.replace("/0/", `/${id}/`));
      if (!response.ok) return;
      const usual = await response.json();
      if (!isEmpty(dose)) return; // typed meanwhile
      for (const [name, value] of Object.entries(usual)) dose.childBlocks[name]?.setState(value ?? "");
      dose.layout.setCollapsedLabelText();
    }

    copier(block) {
      const { copyDose } = this.meta;
      const button = document.createElement("button");
      const said = document.createElement("span");
      button.type = "button";
      button.className = "button button-small button-secondary";
      button.textContent = copyDose.button;
      said.setAttribute("role", "status");
      button.addEventListener("click", () => {
        const like = this.likeLines(block);
        for (const other of like) giveDose(block.childBlocks.dose, other.childBlocks.dose);
        said.textContent = like.length
          ? copyDose.done.replace("%(n)s", like.length)
          : copyDose.none;
      });
      const row = document.createElement("div");
      row.className = "asyncpt-copy-dose";
      row.append(button, said);
      return row;
    }

    /** The other lines of the form with the same exercise. */
    likeLines(block) {
      const own = block.childBlocks.exercise.getState()?.id;
      return [...lines].filter((other) => {
        if (!other.container[0].isConnected) lines.delete(other);
        const isDeleted = other.container[0].closest("[aria-hidden='true']");
        return (
          own &&
          other !== block &&
          other.container[0].isConnected &&
          !isDeleted &&
          other.childBlocks.exercise.getState()?.id === own
        );
      });
    }
  }

  window.telepath.register("wagtail_asyncpt.programs.ExerciseBlock", ExerciseBlockDefinition);

  window.telepath.register("wagtail_asyncpt.programs.DoseBlock", DoseBlockDefinition);
})();
