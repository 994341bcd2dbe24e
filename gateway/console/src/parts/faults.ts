// Where the faults of a refusal are in a form: the suite gives JSON pointers into what was sent.

import { Refused, type Problem } from "../api/calls.ts";

export type Fault = Problem["errors"][number];

/** The faults of an error by their pointers; the words at a field are those of the summary. */
export function faultsOf(error: Error | null | undefined): Readonly<Record<string, string>> {
  if (!(error instanceof Refused)) return {};
  return Object.fromEntries(error.problem.errors.map((fault) => [fault.pointer, fault.detail]));
}

/** A refusal that the form makes itself, of values that it cannot send. */
export function refusedHere(errors: readonly Fault[]): Refused {
  const count = errors.length;
  const detail = count === 1 ? "1 field cannot be read." : `${count} fields cannot be read.`;
  return new Refused({ type: "about:blank", title: "Not sent", status: 422, code: "NOT_SENT", detail, errors: [...errors], request_id: null });
}

/** The record as it is now, if somebody else has changed it since it was read, with who did and when. */
export function changedBy(error: Error | null | undefined): { current: unknown; by: string | null; at: string | null } | undefined {
  if (!(error instanceof Refused) || error.problem.status !== 412) return undefined;
  const { current, changed_by: by, changed_at: at } = error.problem as Problem & { current?: unknown; changed_by?: string | null; changed_at?: string | null };
  return current === undefined ? undefined : { current, by: by ?? null, at: at ?? null };
}
