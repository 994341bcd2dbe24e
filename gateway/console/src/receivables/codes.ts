// The names of codes, and the open months of companies: asked for once, and kept.

import { useQuery } from "@tanstack/react-query";
import { client, data, type Schema } from "../api/calls.ts";
import type { Choice } from "../parts/choices.ts";

export type Codes = Schema<"ReceivablesCodes">;
type Kind = { [Name in keyof Codes]: Codes[Name] extends Schema<"CompanyCode">[] ? Name : never }[keyof Codes];

export function useCodes() {
  return useQuery({ queryKey: ["receivables-codes"], queryFn: () => data(client.GET("/api/v1/receivables/codes")), staleTime: 300_000 });
}

/** The codes of a kind in a company, as choices. */
export function choicesOf(codes: Codes | undefined, kind: Exclude<Kind, "ar_companies">, company: number): Choice[] {
  return (codes?.[kind] ?? []).filter((one) => one.company === company).map(({ code, name, retired }) => ({ code, name, retired }));
}

/** The AR companies as choices. */
export function companiesOf(codes: Codes | undefined): Choice[] {
  return (codes?.ar_companies ?? []).map(({ number, name }) => ({ code: String(number), name }));
}
