// What was typed and is not saved yet, kept for as long as the tab is open: a reload or another page loses nothing.

import { useCallback, useEffect, useRef, useState } from "react";
import { PAUSE_MS } from "./useTyped.ts";

export interface Draft<Form> {
  form: Form;
  /** Whether the form is one that was kept from before. */
  kept: boolean;
  change: (next: (form: Form) => Form) => void;
  /** Forgets what was kept, after it was saved or given up. */
  forget: (form: Form) => void;
}

function read<Form>(place: string): Form | undefined {
  const kept = sessionStorage.getItem(place);
  return kept === null ? undefined : (JSON.parse(kept) as Form);
}

/** The form of a record by its name, such as `batches/5/entries/3`; `initial` is the record as it is saved. */
export function useDraft<Form>(name: string, initial: Form): Draft<Form> {
  const place = `ratebook-draft-${name}`;
  const [before] = useState(() => read<Form>(place));
  const [form, setForm] = useState(before ?? initial);
  const [kept, setKept] = useState(before !== undefined);
  const unsaved = useRef<Form | undefined>(undefined);
  // A record gets its name when it is saved first.
  const at = useRef(place);
  at.current = place;

  const keep = useCallback(() => {
    if (unsaved.current !== undefined) sessionStorage.setItem(at.current, JSON.stringify(unsaved.current));
    unsaved.current = undefined;
  }, []);
  useEffect(() => {
    if (unsaved.current === undefined) return undefined;
    // Not at each key: a long form takes a while to be written.
    const pause = setTimeout(keep, 2 * PAUSE_MS);
    return () => clearTimeout(pause);
  }, [form, keep]);
  useEffect(() => {
    addEventListener("pagehide", keep);
    return () => {
      removeEventListener("pagehide", keep);
      keep();
    };
  }, [keep]);

  const change = useCallback((next: (form: Form) => Form) => {
    setForm((now) => {
      unsaved.current = next(now);
      return unsaved.current;
    });
  }, []);
  const forget = useCallback((saved: Form) => {
    unsaved.current = undefined;
    sessionStorage.removeItem(at.current);
    setForm(saved);
    setKept(false);
  }, []);
  return { form, kept, change, forget };
}
