// What the menu offers, with the feature that each page needs.

import type { LinkProps } from "@tanstack/react-router";

interface Entry {
  to: NonNullable<LinkProps["to"]>;
  words: string;
  feature?: string;
}

export const MENU: readonly { group: string; entries: readonly Entry[] }[] = [
  { group: "", entries: [{ to: "/", words: "Home" }] },
  {
    group: "Rating",
    entries: [
      { to: "/work-orders", words: "Work orders", feature: "rating.work_orders" },
      { to: "/coverage", words: "Coverage", feature: "rating.rating" },
      { to: "/rate-tables", words: "Rate tables", feature: "rating.rate_tables" },
      { to: "/rating-runs", words: "Rating runs", feature: "rating.rating" },
      { to: "/rollups", words: "Open Rollup", feature: "rating.rollup" },
      { to: "/ready", words: "Ready to Export", feature: "rating.export" },
      { to: "/exports", words: "Export runs", feature: "rating.export" },
      { to: "/wip", words: "Work in progress", feature: "rating.wip" },
      { to: "/commissions", words: "Commissions", feature: "rating.commissions" },
    ],
  },
  {
    group: "Receivables",
    entries: [
      { to: "/batches", words: "Batches", feature: "receivables.batches" },
      { to: "/customers", words: "Customers", feature: "receivables.customers" },
      { to: "/write-offs", words: "Write-offs", feature: "receivables.write_offs" },
      { to: "/invoices", words: "Invoices", feature: "receivables.invoices" },
    ],
  },
];
