// A letter that does something on a page while nobody types and no dialog is open.

import { useEffect, useRef } from "react";

export function useLetter(letter: string | undefined, act: () => void): void {
  const now = useRef(act);
  now.current = act;
  useEffect(() => {
    if (letter === undefined) return undefined;
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== letter || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]") !== null) return;
      if (document.querySelector("[role=dialog]") !== null) return;
      event.preventDefault();
      now.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [letter]);
}
