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

export interface BatchesSearch {
  status?: string[];
  source?: string;
  month?: string;
  ar_company?: string;
  mine?: boolean;
  sort?: string;
}

export function batchesSearch(given: Record<string, unknown>): BatchesSearch {
  return {
    ...texts(given, "status"), ...text(given, "source"), ...text(given, "month"), ...text(given, "ar_company"), ...flag(given, "mine"),
    ...text(given, "sort"),
  };
}

export interface BatchSearch {
  severity?: string;
  sort?: string;
}

export function batchSearch(given: Record<string, unknown>): BatchSearch {
  return { ...text(given, "severity"), ...text(given, "sort") };
}

export interface EntrySearch {
  /** Which tab is open. */
  tab?: string;
  /** The place that a finding is about, such as `lines/3/net`; lines by their numbers. */
  at?: string;
  /** The columns that are shown besides the usual ones. */
  columns?: string;
}

export function entrySearch(given: Record<string, unknown>): EntrySearch {
  return { ...text(given, "tab"), ...text(given, "at"), ...text(given, "columns") };
}

export interface CreditRequestsSearch {
  status?: string;
  mine?: boolean;
  sort?: string;
}

export function creditRequestsSearch(given: Record<string, unknown>): CreditRequestsSearch {
  return { ...text(given, "status"), ...flag(given, "mine"), ...text(given, "sort") };
}

export interface EmailsSearch {
  status?: string;
  sort?: string;
}

export function emailsSearch(given: Record<string, unknown>): EmailsSearch {
  return { ...text(given, "status"), ...text(given, "sort") };
}

export interface WriteOffsSearch {
  ar_company?: string;
  month?: string;
}

export function writeOffsSearch(given: Record<string, unknown>): WriteOffsSearch {
  return { ...text(given, "ar_company"), ...text(given, "month") };
}

export interface CustomersSearch {
  search?: string;
  status?: "active" | "hold" | "inactive";
  over_limit?: boolean;
  sort?: string;
}

export function customersSearch(given: Record<string, unknown>): CustomersSearch {
  return { ...text(given, "search"), ...text(given, "status"), ...flag(given, "over_limit"), ...text(given, "sort") } as CustomersSearch;
}

export interface CustomerSearch {
  /** Which tab is open. */
  tab?: string;
}

export function customerSearch(given: Record<string, unknown>): CustomerSearch {
  return text(given, "tab");
}
