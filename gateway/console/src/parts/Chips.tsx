// Filters as buttons, each with how many it shows; a pressed one is on.

import classes from "./Chips.module.css";

export interface Chip {
  value: string;
  words: string;
  count?: number | undefined;
}

interface Given {
  label: string;
  /** Whether the label is shown, where the chips do not say themselves what they are about. */
  labelled?: boolean;
  chips: readonly Chip[];
  on: readonly string[];
  change: (on: string[]) => void;
}

export function Chips({ label, labelled, chips, on, change }: Given) {
  return (
    <div role="group" aria-label={label} className={classes["chips"]}>
      {labelled === true && <span aria-hidden="true">{label}</span>}
      {chips.map(({ value, words, count }) => {
        const pressed = on.includes(value);
        return (
          <button key={value} type="button" aria-pressed={pressed} onClick={() => change(pressed ? on.filter((one) => one !== value) : [...on, value])}>
            {words}
            {count !== undefined && <span> {count.toLocaleString("en-US")}</span>}
          </button>
        );
      })}
    </div>
  );
}
