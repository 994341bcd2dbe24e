// What the pages of rating keep in their addresses.

import { day, flag, text, texts } from "../frame/searches.ts";

export interface ReadySearch {
  search?: string;
  branch?: string;
  bill_to?: string;
  warning?: string[];
  exportable?: boolean;
  sort?: string;
}

export function readySearch(given: Record<string, unknown>): ReadySearch {
  return {
    ...text(given, "search"), ...text(given, "branch"), ...text(given, "bill_to"), ...texts(given, "warning"),
    ...flag(given, "exportable"), ...text(given, "sort"),
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
