// A panel at the side of a list, for the record of the focus: the list stays where it is. Escape closes it, and the focus
// goes back to where it was.

import { CloseButton } from "@mantine/core";
import { useEffect, useRef, type ReactNode } from "react";
import classes from "./SidePeek.module.css";

export function SidePeek({ title, close, children }: { title: string; close: () => void; children: ReactNode }) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => { if (before instanceof HTMLElement) before.focus(); };
  }, []);
  return (
    <aside className={classes["peek"]} ref={panel} aria-label={title} tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}>
      <div className={classes["head"]}>
        <h2>{title}</h2>
        <CloseButton aria-label="Close" onClick={close} />
      </div>
      <div className={classes["content"]}>{children}</div>
    </aside>
  );
}
