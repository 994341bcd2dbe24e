// What a group grants, as a matrix of features and levels; what a change of it does to the people in it.

import type { Schema } from "../../api/calls.ts";

export type Grant = Required<Schema<"GrantEntry">>;
export const LEVELS = ["none", "view", "edit", "approve", "admin"] as const;
export type Level = (typeof LEVELS)[number];

/** One row: a feature at a level within limits. A feature without a grant has one row at none. */
export interface Row {
  feature: string;
  label: string;
  module: string;
  level: Level;
  limits: Limits;
}

export interface Limits {
  branches: readonly string[];
  customers: readonly string[];
  ar_companies: readonly number[];
}

export const NO_LIMITS: Limits = { branches: [], customers: [], ar_companies: [] };

interface Feature {
  module: string;
  feature: string;
  label: string;
}

/** The rows of all features, those that are granted several times within different limits once for each grant. */
export function rowsOf(features: readonly Feature[], grants: readonly Grant[]): Row[] {
  return features.flatMap(({ feature, label, module }): Row[] => {
    const given = grants.filter((grant) => grant.feature === feature);
    if (given.length === 0) return [{ feature, label, module, level: "none" as const, limits: NO_LIMITS }];
    return given.map(({ level, branches, customers, ar_companies }) => ({ feature, label, module, level, limits: { branches, customers, ar_companies } }));
  });
}

/** The grants of rows; a row at none grants nothing. */
export function grantsOf(rows: readonly Row[]): Grant[] {
  return rows.flatMap(({ feature, level, limits }) => (level === "none" ? [] : [{ feature, level, branches: [...limits.branches], customers: [...limits.customers], ar_companies: [...limits.ar_companies] }]));
}

/** Limits in words: `branches MIA, SAT; companies 2`; empty for none. */
export function limitWords({ branches, customers, ar_companies: companies }: Limits): string {
  const parts = [["branches", branches], ["customers", customers], ["companies", companies]] as const;
  return parts.filter(([, codes]) => codes.length > 0).map(([words, codes]) => `${words} ${codes.join(", ")}`).join("; ");
}

/** What the rows of a feature grant, in words: `edit, branches MIA`. */
export function grantWords(rows: readonly Row[], feature: string): string {
  const given = rows.filter((row) => row.feature === feature && row.level !== "none");
  return given.length === 0 ? "none" : given.map(({ level, limits }) => [level, limitWords(limits)].filter(Boolean).join(", ")).join(" + ");
}

export interface Change {
  feature: string;
  label: string;
  from: string;
  to: string;
}

/** The features whose grants differ. */
export function changesBetween(before: readonly Row[], after: readonly Row[]): Change[] {
  const labels = new Map([...before, ...after].map((row) => [row.feature, row.label]));
  return [...labels].flatMap(([feature, label]) => {
    const [from, to] = [grantWords(before, feature), grantWords(after, feature)];
    return from === to ? [] : [{ feature, label, from, to }];
  });
}

export interface Reach {
  level: Level;
  /** Whether it holds everywhere, or only within limits. */
  limited: boolean;
}

/** How far grants reach: the highest level of each feature, and whether that is limited. */
export function reachOf(grants: readonly Grant[]): Map<string, Reach> {
  const found = new Map<string, Reach>();
  for (const { feature, level, branches, customers, ar_companies: companies } of grants) {
    const limited = branches.length + customers.length + companies.length > 0;
    const known = found.get(feature);
    const higher = known === undefined ? 1 : LEVELS.indexOf(level) - LEVELS.indexOf(known.level);
    if (higher > 0) found.set(feature, { level, limited });
    else if (higher === 0 && known !== undefined) found.set(feature, { level, limited: known.limited && limited });
  }
  return found;
}

function rank(reach: Reach | undefined): number {
  return reach === undefined ? 0 : LEVELS.indexOf(reach.level) * 2 - (reach.limited ? 1 : 0);
}

export interface Effect {
  loses: readonly string[];
  gains: readonly string[];
}

/** The features of which somebody can do less or more afterwards; `others` are the grants of their other groups. */
export function effectOf(before: readonly Grant[], after: readonly Grant[], others: readonly Grant[]): Effect {
  const [was, is] = [reachOf([...before, ...others]), reachOf([...after, ...others])];
  const features = [...new Set([...was.keys(), ...is.keys()])].sort();
  return {
    loses: features.filter((feature) => rank(is.get(feature)) < rank(was.get(feature))),
    gains: features.filter((feature) => rank(is.get(feature)) > rank(was.get(feature))),
  };
}

/** Codes that somebody typed, separated by commas or spaces. */
export function codesOf(typed: string): string[] {
  return [...new Set(typed.split(/[\s,;]+/).filter((code) => code !== ""))];
}
