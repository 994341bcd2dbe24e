// A field for a day: it takes ISO and US dates, and keys: `t` today, `m` and `h` the first and last day of the month, `+` and
// `-` a day, `+30` thirty days later.

import { TypedField, type FieldGiven } from "./TypedField.tsx";
import { readTyped } from "./typed.ts";

const AT_ONCE = new Set(["t", "m", "h"]);

export function DateField(given: FieldGiven) {
  return (
    <TypedField kind="date" {...given} press={(typed, event) => {
      if (!AT_ONCE.has(event.key) || event.ctrlKey || event.metaKey || event.altKey || given.whyClosed !== undefined) return;
      event.preventDefault();
      typed.commit(readTyped("date", event.key));
    }} />
  );
}
