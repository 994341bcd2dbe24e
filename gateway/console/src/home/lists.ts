// Which page shows a list of the API: `ready-to-export?exportable=true` is /console/ready?exportable=true.

const PAGES: Record<string, string> = {
  "ready-to-export": "ready",
  "work-orders": "work-orders",
  "rating-runs": "rating-runs",
  "open-rollup-invoices": "rollups",
  exports: "exports",
  invoices: "invoices",
  batches: "batches",
  "credit-requests": "credit-requests",
  "invoice-emails": "emails",
  customers: "customers",
};

/** Lists of rating that have the name of one of receivables: its draft invoices are shown with their orders. */
const OF_RATING: Record<string, string | undefined> = { "invoices?status=draft": "/console/rollups?state=assigned", "invoices?refused=true": undefined };

/** The address of the page for a list of the API with its filters; undefined if there is no page yet. */
export function pageOf(list: string, part: "Rating" | "Receivables"): string | undefined {
  if (part === "Rating" && list in OF_RATING) return OF_RATING[list];
  const [name = "", query = ""] = list.split("?");
  const page = PAGES[name];
  if (page === undefined) return undefined;
  return `/console/${page}${query === "" ? "" : `?${query}`}`;
}
