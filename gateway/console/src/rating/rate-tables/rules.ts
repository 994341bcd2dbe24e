// How the lines of a billing profile are read and shown, and what a change of its rates is.

import type { Schema } from "../../api/calls.ts";
import { amountWords } from "../../parts/money.ts";
import { showTyped } from "../../parts/typed.ts";

type Line = Schema<"ShownLine">;
type Profile = Schema<"ShownProfile">;

/** A rate with at least two decimals: `0.53`, `0.725`, `80.00`. */
export function rateWords(rate: string): string {
  const [whole = "0", part = ""] = rate.split(".");
  const kept = part.replace(/0+$/, "").padEnd(2, "0");
  return kept.length > 2 ? `${whole}.${kept}` : amountWords(`${whole}.${kept}`);
}

/** The price of a line in few words, as the matrix of rate tables shows it. */
export function priceWords(line: Line): string {
  if (line.method === "percent_of") return `${showTyped("number", line.rate ?? "0")} %`;
  if (line.method === "multiplier") return `× ${showTyped("number", line.rate ?? "0")}`;
  if (line.method === "tiered" || line.method === "banded") return `${line.steps.length} steps`;
  if (line.method === "zone") return `${line.zones.length} zones`;
  const rate = rateWords(line.rate ?? "0");
  return line.method === "per_unit" ? `${rate} / ${line.quantity_source.toLowerCase().replaceAll("_", " ")}` : rate;
}

/** What servers earn with a line: `12.5 %`, `25.00`, or the percentage that each of them has. */
export function commissionWords(line: Pick<Line, "commission_method" | "commission_rate">): string {
  if (line.commission_method === null) return "";
  if (line.commission_method === "server") return "the server's own";
  return line.commission_method === "percent" ? `${showTyped("number", line.commission_rate ?? "0")} %` : rateWords(line.commission_rate ?? "0");
}

/** The billing items that some of the profiles charge, those that most of them charge first. */
export function itemsOf(profiles: readonly Profile[]): string[] {
  const counts = new Map<string, number>();
  for (const profile of profiles) for (const item of new Set(profile.lines.map((line) => line.billing_item))) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort(([one, many], [other, more]) => more - many || one.localeCompare(other)).map(([item]) => item);
}

/** The rates of a profile by the positions of their lines; tiers, bands and zones have their own. */
export function ratesOf(profile: Pick<Profile, "lines">): Record<string, string> {
  return Object.fromEntries(profile.lines.filter((line) => line.rate !== null).map((line) => [String(line.position), line.rate ?? ""]));
}

/** The profile as it is saved with other rates. */
export function withRates(profile: Profile, rates: Readonly<Record<string, string>>): Schema<"ProfileEntry"> {
  const { id: _id, changed_by: _by, changed_at: _at, lines, ...head } = profile;
  return {
    ...head,
    lines: lines.map(({ position, income_account: _account, taxable: _taxable, fee_advance: _advance, ...line }) => ({ ...line, rate: rates[String(position)] ?? line.rate })),
  };
}
