// What validation found, each finding with a link to the cell that it is about.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { client, data, type Schema } from "../../api/calls.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { wordsOf } from "../../text/en.ts";
import type { BatchRow } from "./rules.ts";

const HEADS = [{ words: "Kind" }, { words: "Where" }, { words: "What" }];
const MOST = 200;
type Finding = Schema<"Finding">;

function Where({ batchId, finding }: { batchId: number; finding: Finding }) {
  const { seq, line, field } = finding;
  if (seq === 0) return "the batch";
  const at = line === null ? field : `lines/${line}/${field}`;
  return (
    <Link to="/batches/$id/entries/$seq" params={{ id: String(batchId), seq: String(seq) }} search={{ at }}>
      entry {seq}{line === null ? "" : `, line ${line}`}, {wordsOf(field)}
    </Link>
  );
}

export function Findings({ batch }: { batch: BatchRow }) {
  const found = useQuery({
    queryKey: ["findings", batch.id, batch.revision],
    queryFn: () => data(client.GET("/api/v1/receivables/batches/{batch_id}/findings", { params: { path: { batch_id: batch.id }, query: { limit: MOST } } })),
  });
  if (found.error !== null) return <Fault error={found.error} again={() => void found.refetch()} />;
  const all = batch.errors + batch.warnings;
  return (
    <section>
      <h2>Findings</h2>
      <Lines label="Findings" heads={HEADS} empty="Validation found nothing."
        rows={(found.data?.items ?? []).map((finding, place) => ({
          key: place,
          cells: [<StatusMark status={finding.severity} />, <Where batchId={batch.id} finding={finding} />, finding.detail],
        }))} />
      {all > MOST && <p>The first {MOST} of {all.toLocaleString("en-US")} are shown; the error list has them all.</p>}
    </section>
  );
}
