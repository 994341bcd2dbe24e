// What happened to an order, newest first, and what each change changed.

import { useQuery } from "@tanstack/react-query";
import { client, data, type Schema } from "../../api/calls.ts";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { wordsOf } from "../../text/en.ts";

const SHOWN = 50;

export function History({ orderId }: { orderId: number }) {
  const found = useQuery({
    queryKey: ["work-order", orderId, "history"],
    queryFn: () => data(client.GET("/api/v1/rating/work-orders/{work_order_id}/history", { params: { path: { work_order_id: orderId }, query: { limit: SHOWN } } })),
  });
  return (
    <section aria-label="History">
      <h2>History</h2>
      {found.error !== null && <Fault error={found.error} again={() => void found.refetch()} />}
      {found.data !== undefined && (
        <Lines label="What happened" empty="Nothing has happened to it yet." heads={[{ words: "When" }, { words: "Who" }, { words: "What" }, { words: "Changes" }]}
          rows={found.data.items.map((step, place) => ({
            key: place,
            cells: [momentWords(step.at), step.by ?? "", wordsOf(step.action), [step.note ?? "", ...step.changes.map(changeWords)].filter(Boolean).join("; ")],
          }))} />
      )}
    </section>
  );
}

function changeWords(change: Schema<"FieldChange">): string {
  return `${wordsOf(change.field)}: ${valueWords(change.from)} → ${valueWords(change.to)}`;
}

function valueWords(value: unknown): string {
  if (value === null || value === "") return "empty";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
