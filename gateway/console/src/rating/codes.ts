// The names of rating's codes: pages show the names, and the codes where they help. Everybody who uses rating may read them.

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { client, data, type Schema } from "../api/calls.ts";
import type { Choice } from "../parts/choices.ts";
import { wordsOf } from "../text/en.ts";

type Codes = Schema<"RatingCodes">;
export type CodeKind = keyof Codes;

const NONE: readonly Choice[] = [];

export interface Names {
  /** The name of a code; a code without one is read aloud. */
  nameOf: (kind: CodeKind, code: string | null | undefined) => string;
  choices: (kind: CodeKind) => readonly Choice[];
}

/** The names of a set of codes. */
export function namesIn(codes: Codes | undefined): Names {
  return {
    nameOf: (kind, code) => {
      if (code === null || code === undefined || code === "") return "";
      return codes?.[kind].find((one) => one.code === code)?.name || wordsOf(code);
    },
    choices: (kind) => codes?.[kind] ?? NONE,
  };
}

export function useNames(): Names {
  const codes = useQuery({ queryKey: ["rating-codes"], queryFn: () => data(client.GET("/api/v1/rating/codes")), staleTime: 300_000 });
  return useMemo(() => namesIn(codes.data), [codes.data]);
}

/** The five values that choose a rate table, in the order in which they are written. */
export const KEY_KINDS: readonly { field: keyof Schema<"Key">; kind: CodeKind; words: string }[] = [
  { field: "branch", kind: "branches", words: "Branch" },
  { field: "customer_type", kind: "customer_types", words: "Customer type" },
  { field: "priority", kind: "priorities", words: "Priority" },
  { field: "job_type", kind: "job_types", words: "Job type" },
  { field: "region", kind: "regions", words: "Region" },
];

/** A key in names: `San Antonio / Law firm / Special / Citation / Bexar County`. */
export function keyWords(key: Schema<"Key">, names: Names): string {
  return KEY_KINDS.map(({ field, kind }) => (key[field] === "ANY" ? "any" : names.nameOf(kind, key[field]))).join(" / ");
}

/** The names of the values in which a rate table differs: `priority`, `job type`. */
export function differsWords(differs: readonly string[]): string {
  return differs.map((field) => field.replaceAll("_", " ")).join(" and ");
}

/** Customers by number or name, for a look-up. */
export async function findCustomers(words: string): Promise<readonly Choice[]> {
  const found = await data(client.GET("/api/v1/rating/customers", { params: { query: { search: words, limit: 20, totals: false } } }));
  return found.items.map((one) => ({ code: one.number, name: one.name }));
}

/** The name of a customer, after the number: `S1001 Harlan & Ruiz LLP`. */
export function useCustomerWords(number: string): string {
  const found = useQuery({ queryKey: ["customer-name", number], queryFn: () => findCustomers(number), staleTime: 300_000 });
  const name = found.data?.find((one) => one.code === number)?.name;
  return name === undefined ? number : `${number} ${name}`;
}
