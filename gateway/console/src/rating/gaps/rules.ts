// Why orders cannot be rated, put together: what one change of the rate tables fixes is one cause.

import type { Schema } from "../../api/calls.ts";
import type { KEY_KINDS } from "../codes.ts";

type Gap = Schema<"Gap">;
type KeyField = (typeof KEY_KINDS)[number]["field"];

/** Profiles that can be copied for every gap of a cause: they differ from what is missing in the same way. */
export interface Pattern {
  /** The values that differ, such as `{ priority: "STANDARD" }`. */
  values: Readonly<Record<string, string>>;
  /** The profile to copy for each gap of the cause, in their order. */
  profiles: readonly Schema<"NearProfile">[];
}

export interface Cause {
  key: string;
  reason: Gap["reason"];
  orders: number;
  gaps: readonly Gap[];
  /** The values that no profile has: `{ priority: "SPECIAL" }`; for a missing region, the ZIP. */
  values: Readonly<Record<string, string>>;
  patterns: readonly Pattern[];
}

const DATES = "effective dates";

function valueOf(key: Gap | Schema<"Key">, field: string): string {
  return field === DATES ? "" : (key[field as KeyField] ?? "");
}

function valuesOf(key: Gap | Schema<"Key">, differs: readonly string[]): Record<string, string> {
  return Object.fromEntries(differs.map((field) => [field, valueOf(key, field)]));
}

function patternsOf(gaps: readonly Gap[], differs: readonly string[]): Pattern[] {
  const same = (one: readonly string[]) => one.join() === differs.join();
  const first = gaps[0]?.nearest.filter((near) => same(near.differs)) ?? [];
  return first.flatMap((near) => {
    const values = valuesOf(near.key, differs);
    const profiles = gaps.map((gap) => gap.nearest.find((one) => same(one.differs) && JSON.stringify(valuesOf(one.key, differs)) === JSON.stringify(values)));
    return profiles.every((one) => one !== undefined) ? [{ values, profiles }] : [];
  });
}

/**
 * The causes of gaps, those that stop most orders first.
 *
 * Orders without a region have one cause for each ZIP. Orders without a profile have one cause for each value that is missing
 * in a branch: if Citation and Subpoena both have no rates for Special, that is one cause with two gaps.
 */
export function causesOf(gaps: readonly Gap[]): Cause[] {
  const groups = new Map<string, Gap[]>();
  for (const gap of gaps) {
    const differs = gap.nearest[0]?.differs;
    const zip = gap.reason === "NO_PROFILE" ? undefined : gap.served_zip;
    const whole = [gap.branch, gap.customer_type, gap.priority, gap.job_type, gap.region ?? ""];
    const parts = zip !== undefined ? [zip ?? ""] : differs === undefined ? whole : [gap.branch, ...Object.entries(valuesOf(gap, differs)).flat()];
    const key = [gap.reason, ...parts].join(" ");
    groups.set(key, [...(groups.get(key) ?? []), gap]);
  }
  return [...groups]
    .map(([key, all]): Cause => {
      const first = all[0] as Gap;
      const differs = first.nearest[0]?.differs ?? [];
      return {
        key,
        reason: first.reason,
        orders: all.reduce((sum, gap) => sum + gap.orders, 0),
        gaps: all,
        values: first.reason === "NO_PROFILE" ? valuesOf(first, differs) : { served_zip: first.served_zip ?? "" },
        patterns: first.reason === "NO_PROFILE" ? patternsOf(all, differs) : [],
      };
    })
    .sort((one, other) => other.orders - one.orders || one.key.localeCompare(other.key));
}

/** The first day on which one of the gaps has an order. */
export function firstDay(gaps: readonly Gap[]): string {
  return gaps.map((gap) => gap.service_from).sort()[0] ?? "";
}
