// The criteria of automatic write-offs, as they are typed and as they are sent.

import type { Schema } from "../../api/calls.ts";
import type { Choice } from "../../parts/choices.ts";
import { faultOf } from "../../parts/typed.ts";

export const KINDS: readonly Choice[] = [
  { code: "invoice_balance", shown: "Invoice balances", name: "" }, { code: "account_balance", shown: "Account balances", name: "" },
  { code: "finance_charges", shown: "Finance charges", name: "" },
];
export const SPREADS: readonly Choice[] = [{ code: "all_lines", shown: "All lines", name: "" }, { code: "from_line_1", shown: "From line 1 on", name: "" }];

export type Typed = Readonly<Record<string, string>>;

function listed(words: string): string[] | null {
  const found = words.split(/[\s,;]+/).filter(Boolean);
  return found.length === 0 ? null : found;
}

/** Why the criteria cannot be tried yet, or undefined. */
export function whyNotTried(typed: Typed): string | undefined {
  const wrong = faultOf("date", typed["older_than"] ?? "") ?? faultOf("date", typed["start_on"] ?? "") ?? faultOf("money", typed["limit"] ?? "") ??
    faultOf("money", typed["amount"] ?? "") ?? faultOf("number", typed["percent"] ?? "") ?? faultOf("number", typed["older_than_days"] ?? "");
  if (wrong !== undefined) return wrong;
  if (!typed["older_than"] && !typed["older_than_days"]) return "Say how old the invoices are: a date, or a number of days.";
  if (typed["kind"] === "finance_charges") return typed["amount"] || typed["percent"] ? undefined : "Say an amount or a percentage. An amount of 0 writes off all that is due.";
  return typed["limit"] ? undefined : "Say up to which balance is written off.";
}

/** The criteria as they are sent. */
export function criteriaOf(typed: Typed): Schema<"WriteOffCriteria"> {
  const charges = typed["kind"] === "finance_charges";
  const types = listed(typed["receivable_types"] ?? "");
  return {
    kind: (typed["kind"] ?? "invoice_balance") as Schema<"WriteOffCriteria">["kind"],
    ar_company: Number(typed["ar_company"]),
    older_than: typed["older_than"] || null,
    older_than_days: typed["older_than_days"] ? Number(typed["older_than_days"]) : null,
    start_on: typed["start_on"] || null,
    customers: listed(typed["customers"] ?? ""),
    receivable_types: types?.map(Number) ?? null,
    contracts: listed(typed["contracts"] ?? ""),
    limit: charges ? null : typed["limit"] || null,
    amount: charges ? typed["amount"] || null : null,
    percent: charges ? typed["percent"] || null : null,
    spread: (charges && typed["spread"] ? typed["spread"] : "all_lines") as "all_lines" | "from_line_1",
  };
}
