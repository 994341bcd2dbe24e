// The records that the user opened last, kept for them, and noting that one is open.

import { useEffect, useRef } from "react";
import { opened, type Opened } from "./recent.ts";
import { usePreference } from "./usePreference.ts";

const DWELL_MS = 800;
const NONE: { pages: readonly Opened[] } = { pages: [] };

export function useRecent(): readonly Opened[] {
  return usePreference("console.recent", NONE).value.pages;
}

/** Notes that a record is open, if it stays open for a moment; undefined for pages that are no record. */
export function useOpened(page: Opened | undefined): void {
  const { value, change, known } = usePreference("console.recent", NONE);
  const { path, title } = page ?? {};
  const pages = useRef(value.pages);
  pages.current = value.pages;
  useEffect(() => {
    if (!known || path === undefined || title === undefined) return undefined;
    const pause = setTimeout(() => {
      const next = opened(pages.current, { path, title });
      if (next !== pages.current) change(() => ({ pages: next }));
    }, DWELL_MS);
    return () => clearTimeout(pause);
  }, [known, path, title, change]);
}
