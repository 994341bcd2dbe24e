// The list under a field with choices, over everything else.

import { useEffect, useLayoutEffect, useState, type RefObject } from "react";
import { createPortal } from "react-dom";
import classes from "./ChoiceList.module.css";
import { shownOf } from "./choices.ts";
import type { ChoiceList as List } from "./useChoices.ts";

const HEIGHT = 240;
const WIDTH = 280;

export function ChoiceListAt({ list, label, anchor, pick }: { list: List; label: string; anchor: RefObject<HTMLElement | null>; pick: (code: string) => void }) {
  const [place, setPlace] = useState<{ left: number; top: number | "auto"; bottom: number | "auto"; minWidth: number } | undefined>(undefined);
  useLayoutEffect(() => {
    const box = anchor.current?.getBoundingClientRect();
    if (box === undefined) return;
    const below = box.bottom + HEIGHT < innerHeight || box.top < HEIGHT;
    const left = Math.max(4, Math.min(box.left, innerWidth - WIDTH - 4));
    setPlace({ left, top: below ? box.bottom + 2 : "auto", bottom: below ? "auto" : innerHeight - box.top + 2, minWidth: box.width });
  }, [anchor]);
  useEffect(() => {
    // The field would move away from its list.
    const away = (event: Event) => { if (!(event.target instanceof Element && event.target.closest("[role=listbox]"))) list.close(); };
    addEventListener("scroll", away, true);
    return () => removeEventListener("scroll", away, true);
  });
  if (place === undefined) return null;
  return createPortal(
    <ul className={classes["list"]} role="listbox" id={list.id} aria-label={label} style={place}>
      {list.choices.map((choice, index) => (
        <li key={choice.code} id={`${list.id}-${index}`} role="option" aria-selected={index === list.at}
          onMouseDown={(event) => { event.preventDefault(); pick(choice.code); }}>
          <strong>{shownOf(choice)}</strong> <span>{choice.name}</span>
        </li>
      ))}
    </ul>,
    document.body,
  );
}
