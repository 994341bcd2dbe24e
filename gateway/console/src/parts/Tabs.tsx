// Parts of a page of which one is in sight; arrows go from one to the next.

import type { KeyboardEvent, ReactNode } from "react";
import classes from "./Tabs.module.css";

export interface Tab {
  value: string;
  words: string;
  /** Why there is nothing in it. */
  whyNot?: string | undefined;
}

interface Given {
  label: string;
  tabs: readonly Tab[];
  on: string;
  change: (value: string) => void;
  /** Whether what is in sight takes the rest of the page, as a list does. */
  fill?: boolean;
  children: ReactNode;
}

export function Tabs({ label, tabs, on, change, fill, children }: Given) {
  const open = tabs.filter((tab) => tab.whyNot === undefined);
  const press = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step === undefined ? undefined : open[(open.findIndex((tab) => tab.value === on) + step + open.length) % open.length];
    if (next === undefined) return;
    event.preventDefault();
    change(next.value);
    document.getElementById(`tab-${next.value}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} className={classes["tabs"]} onKeyDown={press}>
        {tabs.map(({ value, words, whyNot }) => (
          <button key={value} type="button" role="tab" id={`tab-${value}`} aria-selected={value === on} aria-controls="tab-panel" tabIndex={value === on ? 0 : -1}
            aria-disabled={whyNot !== undefined} title={whyNot} onClick={() => { if (whyNot === undefined) change(value); }}>
            {words}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${on}`} className={classes["panel"]} data-fill={fill}>{children}</div>
    </>
  );
}
