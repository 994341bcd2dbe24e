// Keys of a page, such as `R` to rate: they are for the page only while nobody types and no dialog is open. Who does not want
// them switches them off.

import { useEffect, useRef } from "react";
import { usePreference } from "./usePreference.ts";

const ON = { off: false };

/** Whether keys of one letter are switched off, and the way to switch them. They are off until that is known. */
export function useKeysOff(): { off: boolean; set: (off: boolean) => void } {
  const { value, change, known } = usePreference("console.keys", ON);
  return { off: value.off || !known, set: (off) => change(() => ({ off })) };
}

/** Whether keys are typed here, or belong to a dialog or menu that is open. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]") !== null;
}

/** Calls `act` when the key is pressed on the page. */
export function useKey(key: string | undefined, act: () => void): void {
  const now = useRef(act);
  now.current = act;
  const { off } = useKeysOff();
  useEffect(() => {
    if (key === undefined || off) return undefined;
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== key.toLowerCase() || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (isTyping(event.target) || document.querySelector("[role=dialog]") !== null) return;
      event.preventDefault();
      now.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [key, off]);
}
