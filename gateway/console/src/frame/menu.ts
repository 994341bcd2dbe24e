// What the menu offers, with the feature that each page needs, and the letter that leads to it after `g`.

import type { LinkProps } from "@tanstack/react-router";

export interface Entry {
  to: NonNullable<LinkProps["to"]>;
  words: string;
  /** The feature that the page needs; of several, any one. */
  feature?: string | readonly string[];
  letter?: string;
}

export const MENU: readonly { group: string; entries: readonly Entry[] }[] = [
  { group: "", entries: [{ to: "/", words: "Home", letter: "h" }] },
  {
    group: "Rating",
    entries: [
      { to: "/work-orders", words: "Work orders", feature: "rating.work_orders", letter: "w" },
      { to: "/imports", words: "Imports of orders", feature: "rating.work_orders" },
      { to: "/coverage", words: "Coverage", feature: "rating.rating" },
      { to: "/rate-tables", words: "Rate tables", feature: "rating.rate_tables", letter: "t" },
      { to: "/rating-runs", words: "Rating runs", feature: "rating.rating" },
      { to: "/rollups", words: "Open Rollup", feature: "rating.rollup", letter: "o" },
      { to: "/ready", words: "Ready to Export", feature: "rating.export", letter: "r" },
      { to: "/exports", words: "Export runs", feature: "rating.export", letter: "e" },
      { to: "/wip", words: "Work in progress", feature: "rating.wip", letter: "p" },
      { to: "/commissions", words: "Commissions", feature: "rating.commissions", letter: "c" },
    ],
  },
  {
    group: "Receivables",
    entries: [
      { to: "/batches", words: "Batches", feature: "receivables.batches", letter: "b" },
      { to: "/customers", words: "Customers", feature: "receivables.customers" },
      { to: "/write-offs", words: "Write-offs", feature: "receivables.write_offs" },
      { to: "/invoices", words: "Invoices", feature: "receivables.invoices", letter: "i" },
      { to: "/credit-requests", words: "Credits to approve", feature: "receivables.credits" },
      { to: "/emails", words: "E-mails", feature: "receivables.invoices" },
    ],
  },
  {
    group: "Administration",
    entries: [
      { to: "/master", words: "Master data", feature: ["rating.rate_tables", "receivables.customers", "receivables.setup"], letter: "m" },
      { to: "/security/groups", words: "Groups", feature: "security.groups", letter: "s" },
      { to: "/security/users", words: "Users", feature: "security.users", letter: "u" },
      { to: "/operations", words: "Operations", feature: "operations.status" },
      { to: "/security/audit", words: "Audit", feature: "security.audit", letter: "a" },
    ],
  },
];

type WhyNot = (feature: string, level: "view") => string | undefined;

/** Whether a user may see a page. */
export function maySee({ feature }: Entry, whyNot: WhyNot): boolean {
  return feature === undefined || [feature].flat().some((one) => whyNot(one, "view") === undefined);
}

/** The pages that a user may see, with their groups. */
export function seenBy(whyNot: WhyNot): typeof MENU {
  return MENU.map(({ group, entries }) => ({
    group,
    entries: entries.filter((entry) => maySee(entry, whyNot)),
  })).filter(({ entries }) => entries.length > 0);
}
