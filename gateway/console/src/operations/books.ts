// The three books and what must agree between them: rating, the sub-ledger of receivables, and its general ledger.

import type { Schema } from "../api/calls.ts";
import { centsOf, wireOf } from "../parts/money.ts";

export interface Equation {
  words: string;
  /** The side that must be the other one, both as amounts on the wire. */
  left: { words: string; amount: string };
  right: { words: string; amount: string };
  difference: string;
}

function equation(words: string, left: Equation["left"], right: Equation["right"]): Equation {
  return { words, left, right, difference: wireOf(centsOf(left.amount) - centsOf(right.amount)) };
}

function sum(...amounts: string[]): string {
  return wireOf(amounts.reduce((all, amount) => all + centsOf(amount), 0n));
}

type Rating = Schema<"RatingReconciliation">;
type Receivables = Schema<"Reconciliation">;

/** What must be equal within the books that are known, and between them; those that a user may not see are left out. */
export function equationsOf(rating: Rating | undefined, receivables: Receivables | undefined): Equation[] {
  const found: Equation[] = [];
  if (rating !== undefined) {
    const { rated, invoiced, in_flight: inFlight, waiting } = rating.current;
    found.push(equation("Rating", { words: "rated", amount: rated }, { words: "invoiced + on the way + waiting", amount: sum(invoiced, inFlight, waiting) }));
  }
  for (const account of receivables?.accounts ?? []) {
    found.push(equation(`Account ${account.account} of GL company ${account.gl_company}`,
      { words: "sub-ledger", amount: account.sub_ledger }, { words: "general ledger", amount: account.general_ledger }));
  }
  if (rating !== undefined && receivables !== undefined) {
    const { invoiced, waiting, in_flight: inFlight } = rating.current;
    found.push(
      equation("Invoiced", { words: "rating", amount: invoiced }, { words: "receivables, not credited in full", amount: receivables.totals.exported }),
      equation("Not invoiced yet", { words: "rating", amount: sum(waiting, inFlight) }, { words: "receivables", amount: receivables.totals.unbilled }),
    );
  }
  return found;
}
