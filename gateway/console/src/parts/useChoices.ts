// The list of choices at a field: it opens with F4 or when the typing pauses, and is used by arrows, Enter and Escape.
// Who types a whole code never sees it.

import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { offered, recentOf, type Choice } from "./choices.ts";
import { PAUSE_MS, type Typed } from "./useTyped.ts";

export interface ChoiceList {
  open: boolean;
  choices: readonly Choice[];
  at: number;
  id: string;
  /** Handles a key; true if it was one for the list. */
  press: (event: KeyboardEvent) => boolean;
  close: () => void;
  /** The code that the arrows have reached, if any. */
  reached: () => string | undefined;
  show: () => void;
  /** What the input says about its list to those who do not see it. */
  combobox: Record<string, unknown>;
}

export function useChoices(choices: readonly Choice[], recent: string, typed: Typed, closed: boolean): ChoiceList {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const id = useId();
  const { text } = typed;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const found = open ? offered(choices, text ?? "", recentOf(recent)) : [];

  useEffect(() => {
    setAt(-1);
    if (text === undefined || text === "" || closed) return undefined;
    timer.current = setTimeout(() => setOpen(true), PAUSE_MS);
    return () => clearTimeout(timer.current);
  }, [text, closed]);

  const close = () => {
    clearTimeout(timer.current);
    setOpen(false);
    setAt(-1);
  };
  return {
    open: open && found.length > 0,
    choices: found,
    at,
    id,
    close,
    show: () => { if (!closed) setOpen(true); },
    reached: () => (open && at >= 0 ? found[at]?.code : undefined),
    press: (event) => {
      if (closed) return false;
      if (event.key === "F4" || (event.key === "ArrowDown" && event.altKey)) {
        setOpen(!open);
        return true;
      }
      if (!open || found.length === 0) return false;
      if (event.key === "ArrowDown") setAt((at + 1) % found.length);
      else if (event.key === "ArrowUp") setAt(at <= 0 ? found.length - 1 : at - 1);
      else if (event.key === "Escape") close();
      else return false;
      return true;
    },
    combobox: {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": open && found.length > 0,
      ...(open && found.length > 0 ? { "aria-controls": id, ...(at >= 0 ? { "aria-activedescendant": `${id}-${at}` } : {}) } : {}),
    },
  };
}
