// What the pages of rating keep in their addresses.

import { day, flag, number, text, texts } from "../frame/searches.ts";

export interface ReadySearch {
  search?: string;
  branch?: string;
  bill_to?: string;
  warning?: string[];
  exportable?: boolean;
  /** Which sums are shown. */
  sums?: string;
  sort?: string;
}

export function readySearch(given: Record<string, unknown>): ReadySearch {
  return {
    ...text(given, "search"), ...text(given, "branch"), ...text(given, "bill_to"), ...texts(given, "warning"),
    ...flag(given, "exportable"), ...text(given, "sums"), ...text(given, "sort"),
  };
}

export interface ExportsSearch {
  requested_by?: string;
  finished?: boolean;
  sort?: string;
}

export function exportsSearch(given: Record<string, unknown>): ExportsSearch {
  return { ...text(given, "requested_by"), ...flag(given, "finished"), ...text(given, "sort") };
}

export interface OrdersSearch {
  status?: string[];
  reason?: string;
  search?: string;
  branch?: string;
  bill_to?: string;
  service_from?: string;
  service_to?: string;
  sort?: string;
}

export function ordersSearch(given: Record<string, unknown>): OrdersSearch {
  return {
    ...texts(given, "status"), ...text(given, "reason"), ...text(given, "search"), ...text(given, "branch"), ...text(given, "bill_to"),
    ...day(given, "service_from"), ...day(given, "service_to"), ...text(given, "sort"),
  };
}

export interface OrderSearch {
  trial?: boolean;
}

export function orderSearch(given: Record<string, unknown>): OrderSearch {
  return flag(given, "trial");
}

export interface RunsSearch {
  requested_by?: string;
  finished?: boolean;
  sort?: string;
}

export const runsSearch: (given: Record<string, unknown>) => RunsSearch = exportsSearch;

export interface OutcomeSearch {
  outcome?: string;
  sort?: string;
}

export function outcomeSearch(given: Record<string, unknown>): OutcomeSearch {
  return { ...text(given, "outcome"), ...text(given, "sort") };
}

export interface RollupsSearch {
  view?: string;
  state?: string;
  branch?: string;
  bill_to?: string;
  invoice_id?: number;
  service_from?: string;
  service_to?: string;
  sort?: string;
}

export function rollupsSearch(given: Record<string, unknown>): RollupsSearch {
  return {
    ...text(given, "view"), ...text(given, "state"), ...text(given, "branch"), ...text(given, "bill_to"), ...number(given, "invoice_id"),
    ...day(given, "service_from"), ...day(given, "service_to"), ...text(given, "sort"),
  };
}

export interface WipSearch {
  by?: string;
  view?: string;
  branch?: string;
  customer?: string;
  bill_to?: string;
  server?: string;
  service_from?: string;
  service_to?: string;
  age_from?: number;
  age_to?: number;
  sort?: string;
}

export function wipSearch(given: Record<string, unknown>): WipSearch {
  return {
    ...text(given, "by"), ...text(given, "view"), ...text(given, "branch"), ...text(given, "customer"), ...text(given, "bill_to"),
    ...text(given, "server"), ...day(given, "service_from"), ...day(given, "service_to"), ...number(given, "age_from"), ...number(given, "age_to"),
    ...text(given, "sort"),
  };
}

export interface CommissionsSearch {
  view?: string;
  server?: string;
  status?: string;
  period?: number;
  payment?: number;
  branch?: string;
  sort?: string;
}

export function commissionsSearch(given: Record<string, unknown>): CommissionsSearch {
  return {
    ...text(given, "view"), ...text(given, "server"), ...text(given, "status"), ...number(given, "period"), ...number(given, "payment"),
    ...text(given, "branch"), ...text(given, "sort"),
  };
}

export interface RateTablesSearch {
  search?: string;
  branch?: string;
  customer_type?: string;
  priority?: string;
  job_type?: string;
  region?: string;
  on?: string;
  sort?: string;
}

export function rateTablesSearch(given: Record<string, unknown>): RateTablesSearch {
  return {
    ...text(given, "search"), ...text(given, "branch"), ...text(given, "customer_type"), ...text(given, "priority"), ...text(given, "job_type"),
    ...text(given, "region"), ...day(given, "on"), ...text(given, "sort"),
  };
}

export interface ExportRunSearch {
  outcome?: string;
  search?: string;
  sort?: string;
}

export function exportRunSearch(given: Record<string, unknown>): ExportRunSearch {
  return { ...text(given, "outcome"), ...text(given, "search"), ...text(given, "sort") };
}
