// What the pages of receivables keep in their addresses.

import { day, flag, text, texts } from "../frame/searches.ts";

export interface InvoicesSearch {
  status?: string[];
  open?: boolean;
  overdue?: boolean;
  customer?: string;
  month?: string;
  search?: string;
  due_from?: string;
  due_to?: string;
  sort?: string;
}

export function invoicesSearch(given: Record<string, unknown>): InvoicesSearch {
  return {
    ...texts(given, "status"), ...flag(given, "open"), ...flag(given, "overdue"), ...text(given, "customer"), ...text(given, "month"),
    ...text(given, "search"), ...day(given, "due_from"), ...day(given, "due_to"), ...text(given, "sort"),
  };
}
