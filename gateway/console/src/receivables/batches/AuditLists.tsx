// The audit lists of a batch as PDF, to be read before it is posted.

import { client, data } from "../../api/calls.ts";
import { FileLink } from "../../parts/FileLink.tsx";
import { nameOf, type BatchRow } from "./rules.ts";

const LISTS = [
  ["Batch list", "/api/v1/receivables/batches/{batch_id}/batch-list"],
  ["GL distributions", "/api/v1/receivables/batches/{batch_id}/gl-distribution-list"],
  ["Error list", "/api/v1/receivables/batches/{batch_id}/findings"],
] as const;

export function AuditLists({ batch }: { batch: BatchRow }) {
  return LISTS.map(([words, path]) => (
    <FileLink key={words} words={`${words} (PDF)`} name={`${words}, batch ${nameOf(batch).replace("#", "")}.pdf`}
      get={() => data(client.GET(path, { params: { path: { batch_id: batch.id } }, headers: { accept: "application/pdf" }, parseAs: "blob" }))} />
  ));
}
