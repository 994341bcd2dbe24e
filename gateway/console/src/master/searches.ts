// What the pages of master data keep in their addresses.

import { flag, text } from "../frame/searches.ts";

export interface RecordsSearch {
  search?: string;
  retired?: boolean;
  sort?: string;
  make?: boolean;
}

export function recordsSearch(given: Record<string, unknown>): RecordsSearch {
  return { ...text(given, "search"), ...flag(given, "retired"), ...text(given, "sort"), ...flag(given, "make") };
}
