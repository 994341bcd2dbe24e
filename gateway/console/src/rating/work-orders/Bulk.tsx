// What can be done with several orders at once. Each has its own result: what cannot be done for one is said, and does not
// stop the others.

import { Button } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { dollarWords, sumOf } from "../../parts/money.ts";
import { counted } from "../../text/en.ts";
import { RUN_STALE, startRun } from "../rating-runs/RateReady.tsx";
import { bulkOf } from "./rules.ts";

type Order = Schema<"OrderItem">;
type Results = Schema<"OrderResults">;
const AT_MOST = 1_000;

export function Bulk({ chosen, clear }: { chosen: readonly Order[]; clear: () => void }) {
  const { whyNot } = useSession();
  const navigate = useNavigate();
  const [answer, setAnswer] = useState<Results | undefined>(undefined);
  const { ratable, unassignable, removable } = bulkOf(chosen);
  const done = (results: Results) => {
    setAnswer(results);
    clear();
  };
  const tooMany = (orders: readonly Order[]) => (orders.length > AT_MOST ? `At most ${counted(AT_MOST, "order")} at once.` : undefined);
  const body = (orders: readonly Order[]) => ({ work_orders: orders.map((order) => ({ work_order_id: order.id, revision: order.revision })) });
  return (
    <>
      {answer !== undefined && <Answered answer={answer} close={() => setAnswer(undefined)} />}
      {chosen.length > 0 && (
        <>
          <Command words={`Rate ${counted(ratable.length, "order")}`} stale={RUN_STALE}
            whyNot={whyNot("rating.rating", "edit") ?? (ratable.length === 0 ? "None of the chosen orders can be rated." : undefined)}
            run={(key) => startRun({ work_order_ids: ratable.map((order) => order.id), again: ratable.some((order) => order.status !== "open") }, key)}
            done={(run) => void navigate({ to: "/rating-runs/$id", params: { id: String(run.id) } })} />
          <Command words={`Unassign ${counted(unassignable.length, "order")}`} stale={RUN_STALE} done={done}
            whyNot={whyNot("rating.work_orders", "edit") ?? (unassignable.length === 0 ? "None of the chosen orders is on a draft invoice." : undefined) ?? tooMany(unassignable)}
            run={(key) => data(client.POST("/api/v1/rating/work-orders/unassign", { params: { header: { "idempotency-key": key } }, body: body(unassignable) }))} />
          <Command words={`Remove ${counted(removable.length, "rating")}`} stale={RUN_STALE} done={done}
            whyNot={whyNot("rating.rating", "edit") ?? (removable.length === 0 ? "None of the chosen orders has a rating that can be removed." : undefined) ?? tooMany(removable)}
            run={(key) => data(client.POST("/api/v1/rating/work-orders/remove-ratings", { params: { header: { "idempotency-key": key } }, body: body(removable) }))}
            confirm={{
              title: "Remove ratings", about: <p>The orders are open again. A rating run gives them new ratings.</p>,
              words: `Remove ${counted(removable.length, "rating")}, ${dollarWords(sumOf(removable.map((order) => order.total ?? "0.00")))}`,
            }} />
        </>
      )}
    </>
  );
}

function Answered({ answer, close }: { answer: Results; close: () => void }) {
  const refused = answer.results.filter((one) => one.outcome !== "DONE");
  return (
    <div role="status">
      {counted(answer.done, "order")} changed{answer.refused > 0 ? `, ${answer.refused} not:` : "."}
      {answer.refused > 0 && (
        <ul>
          {refused.slice(0, 20).map((one) => (
            <li key={one.work_order_id}><Link to="/work-orders/$id" params={{ id: String(one.work_order_id) }}>{one.number ?? one.work_order_id}</Link>: {one.detail}</li>
          ))}
          {refused.length > 20 && <li>and {refused.length - 20} more</li>}
        </ul>
      )}
      <Button variant="subtle" onClick={close}>Close</Button>
    </div>
  );
}
