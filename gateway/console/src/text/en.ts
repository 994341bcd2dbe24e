// The words of the console: labels of codes, of pages, and of what can be done with keys.

export const WARNINGS: Record<string, string> = {
  NEGATIVE_TOTAL: "total is negative",
  ON_INVOICE_WITH_NEGATIVE: "on an invoice with a negative order",
  PART_OF_INVOICE: "only part of its invoice",
  INVOICE_TOO_LARGE: "invoice too large",
  WAITING_FOR_ROLLUP: "waits for its roll-up",
  CYCLE_NOT_ENDED: "cycle has not ended",
  ZERO_TOTAL: "total is 0.00",
  ON_INVOICE_WITH_ZERO: "on an invoice with an order of 0.00",
  RATE_CHANGED: "rates have changed",
  OVER_CREDIT_LIMIT: "over the credit limit",
  CUSTOMER_ON_HOLD: "customer is on hold",
  UNKNOWN_CUSTOMER: "customer is unknown",
  MONTH_CLOSED: "month is closed",
};

const REASONS: Record<string, string> = {
  NO_PROFILE: "no billing profile matches",
  REGION_REQUIRED: "no region for the ZIP",
  REGION_AMBIGUOUS: "several regions for the ZIP",
  NOT_READY_FOR_RATING: "no proof of delivery yet",
  NOTHING_TO_CHARGE: "nothing is charged",
  ZONE_REQUIRED: "no rate between the zones",
  UNKNOWN_CUSTOMER: "the customer is unknown",
};

/** A code in words; one without words of its own is read aloud. */
export function wordsOf(code: string): string {
  return WARNINGS[code] ?? REASONS[code] ?? code.toLowerCase().replaceAll("_", " ");
}

/** A number with its noun: `1 order`, `3 orders`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : several}`;
}
