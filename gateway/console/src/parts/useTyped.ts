// The text of a field while somebody types in it. Its value is passed on when the typing pauses, and when the field is left;
// only then is it written as people read it.

import { useRef, useState, type ChangeEvent, type FocusEvent } from "react";
import { readTyped, showTyped, type Kind } from "./typed.ts";

/** How long a pause in typing is. */
export const PAUSE_MS = 120;

export interface Typed {
  /** What the input shows. */
  shown: string;
  /** What is being typed, or undefined while nobody types. */
  text: string | undefined;
  type: (event: ChangeEvent<HTMLInputElement>) => void;
  /** Reads what was typed; `chosen` takes its place. */
  commit: (chosen?: string) => void;
  focus: (event: FocusEvent<HTMLInputElement>) => void;
}

/** `settle` turns what was typed into a value in another way than its kind does, as a choice for its name. */
export function useTyped(kind: Kind, value: string, change: (value: string) => void, settle?: (typed: string) => string): Typed {
  const [text, setText] = useState<string | undefined>(undefined);
  // A field can be committed and left before it is drawn again, so what counts is kept here.
  const live = useRef<{ text: string | undefined; base: string; passed: string; change: (value: string) => void }>(undefined);
  live.current = { text, base: live.current?.base ?? value, passed: value, change };
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const pass = (next: string) => {
    const known = live.current;
    if (known === undefined || next === known.passed) return;
    known.passed = next;
    known.change(next);
  };
  const read = (typed: string): string => (settle === undefined ? readTyped(kind, typed, live.current?.base) : settle(typed));
  return {
    shown: text ?? showTyped(kind, value),
    text,
    type: (event) => {
      const typed = event.currentTarget.value;
      if (live.current !== undefined) {
        if (live.current.text === undefined) live.current.base = value;
        live.current.text = typed;
      }
      setText(typed);
      clearTimeout(pause.current);
      // What somebody is still typing is no choice yet.
      if (settle === undefined) pause.current = setTimeout(() => pass(read(typed)), PAUSE_MS);
    },
    commit: (chosen) => {
      clearTimeout(pause.current);
      const typed = live.current?.text;
      if (live.current !== undefined) live.current.text = undefined;
      setText(undefined);
      if (chosen !== undefined) pass(chosen);
      else if (typed !== undefined) pass(read(typed));
    },
    focus: (event) => event.currentTarget.select(),
  };
}
