// Where something is shown that was found or opened: the first of several addresses that has a page.

import type { AnyRouter } from "@tanstack/react-router";

/** The first address that leads to a page; undefined if none does. */
export function addressOf(router: AnyRouter, addresses: readonly string[]): string | undefined {
  return addresses.find((address) => router.getMatchedRoutes(address.split("?")[0] ?? "/")[2] !== undefined);
}

export interface Found {
  kind: string;
  id: number | null;
  number: string;
  ar_company?: number;
}

/** The addresses at which something is shown, the best first. */
export function waysTo({ kind, id, number, ar_company: company }: Found): string[] {
  const key = encodeURIComponent(number);
  const ways: Record<string, string[]> = {
    work_order: [`/work-orders/${id}`],
    draft_invoice: [`/rollups?search=${key}`],
    server: [`/master/servers/${key}`],
    invoice: [`/invoices/${id}`, `/invoices?search=${key}`],
    customer: [`/customers/${id}`, `/master/customers/${id}`],
    batch: [`/batches/${id}`],
    contract: [`/master/contracts/${company}/${key}`],
  };
  return ways[kind] ?? [];
}
