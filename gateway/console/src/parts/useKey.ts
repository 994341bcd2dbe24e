// Keys of a page, such as `R` to rate: they are for the page only while nobody types and no dialog is open. Who does not want
// them switches them off.

import { useEffect, useRef } from "react";

const OFF = "ratebook-keys-off";

/** Whether the keys of pages are switched off on this machine. */
export function keysAreOff(): boolean {
  return localStorage.getItem(OFF) !== null;
}

/** Whether a key is one of the page: not typed into a field, not for a dialog, and without Ctrl, Alt or Meta. */
export function isForPage(event: Pick<KeyboardEvent, "ctrlKey" | "altKey" | "metaKey" | "target">, page: Pick<Document, "querySelector">): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  const target = event.target;
  if (target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]") !== null) return false;
  return page.querySelector("[role=dialog]") === null;
}

/** Calls `act` when the key is pressed on the page. */
export function useKey(key: string | undefined, act: () => void): void {
  const now = useRef(act);
  now.current = act;
  useEffect(() => {
    if (key === undefined) return undefined;
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== key.toLowerCase() || event.repeat || keysAreOff() || !isForPage(event, document)) return;
      event.preventDefault();
      now.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [key]);
}
