// Fields side by side, as many as there is room for. Enter leads to the next one in which something can be typed, and
// Shift+Enter back; after the last one, `end` says where to.

import { useRef, type KeyboardEvent, type ReactNode } from "react";
import { flushSync } from "react-dom";
import classes from "./Fields.module.css";

interface Given {
  label: string;
  children: ReactNode;
  end?: () => void;
}

export function Fields({ label, children, end }: Given) {
  const box = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    const from = event.target;
    // What was typed can decide which fields there are, so it is passed on before the next one is looked for.
    flushSync(() => from.blur());
    const open = [...(box.current?.querySelectorAll("input") ?? [])].filter((input) => !input.readOnly || input === from);
    const next = open[open.indexOf(from) + (event.shiftKey ? -1 : 1)];
    if (next !== undefined) next.focus();
    else if (event.shiftKey || end === undefined) from.focus();
    else end();
  };
  return <div className={classes["fields"]} role="group" aria-label={label} ref={box} onKeyDown={press}>{children}</div>;
}
