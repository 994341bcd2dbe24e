// What can be done with an order. What its status rules out is not offered; what the user may not do says so.

import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@mantine/core";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { amountWords } from "../../parts/money.ts";
import { faultsOf } from "../../parts/faults.ts";
import { TypedField } from "../../parts/TypedField.tsx";
import { useKey } from "../../parts/useKey.ts";
import { AddLine, Override } from "./charges.tsx";
import { at, heads, rate, STALE } from "./queries.ts";
import { useRating } from "./Rated.tsx";
import { isRated, whyNotRated } from "./rules.ts";

type Order = Schema<"WorkOrderRead">;

export function Commands({ order, trial, setTrial }: { order: Order; trial: boolean; setTrial: (on: boolean) => void }) {
  const { whyNot } = useSession();
  const { status } = order;
  const rated = isRated(status);
  return (
    <>
      {rated && <TryAgain trial={trial} setTrial={setTrial} />}
      {(status === "rated" || status === "assigned") && <Override order={order} />}
      {(status === "open" || status === "rated" || status === "assigned") && <AddLine order={order} kind="manual" />}
      {status === "open" && <AddLine order={order} kind="prebill" />}
      {status === "assigned" && <Unassign order={order} />}
      {(status === "rated" || status === "assigned") && <RemoveRating order={order} />}
      {(status === "open" || status === "rated") && <InvoiceAlone order={order} />}
      {status === "open" && <WithReason order={order} words="Close without invoice" path="zero-bill" feature="rating.rating" level="edit" about="The order leaves work in progress and is not invoiced." />}
      {(status === "open" || status === "rated" || status === "assigned") && (
        <WithReason order={order} words="Void" path="void" feature="rating.work_orders" level="edit" about="For an order that was entered by mistake. Its rating is removed, and its number stays used." />
      )}
      {status === "closed" && <WithReason order={order} words="Reopen" path="reopen" feature="rating.rating" level="approve" about="The order is open again, and its next rating gets the next version." />}
      {status === "void" && <WithReason order={order} words="Restore" path="unvoid" feature="rating.work_orders" level="edit" about="The order is open again, and its next rating gets the next version." />}
      <Command primary shortcut="R" words={rated ? "Rate again" : "Rate"} whyNot={whyNot("rating.rating", "edit") ?? whyNotRated(order)} stale={STALE}
        run={(key) => rate(order, key)} done={() => setTrial(false)} />
    </>
  );
}

function TryAgain({ trial, setTrial }: { trial: boolean; setTrial: (on: boolean) => void }) {
  useKey("T", () => setTrial(!trial));
  return (
    <Button variant="default" aria-pressed={trial} aria-keyshortcuts="T" onClick={() => setTrial(!trial)}
      title="What it would come to by the rates as they now are. Nothing is stored. Key T">
      {trial ? "Show the rating" : "Try again"}
    </Button>
  );
}

function Unassign({ order }: { order: Order }) {
  const { whyNot } = useSession();
  return (
    <Command words="Unassign" whyNot={whyNot("rating.work_orders", "edit")} stale={STALE}
      run={(key) => data(client.POST("/api/v1/rating/work-orders/{work_order_id}/unassign", { params: { ...at(order), header: heads(order, key) } }))} />
  );
}

function RemoveRating({ order }: { order: Order }) {
  const { whyNot } = useSession();
  return (
    <Command words="Remove rating" whyNot={whyNot("rating.rating", "edit")} stale={STALE}
      run={() => data(client.DELETE("/api/v1/rating/work-orders/{work_order_id}/rating", { params: { ...at(order), header: { "if-match": `"${order.revision}"` } } }))}
      confirm={{ title: "Remove the rating", about: <p>The order is open again. Its charges by hand stay, and its next rating gets the next version.</p>, words: `Remove the rating of ${order.number}` }} />
  );
}

function InvoiceAlone({ order }: { order: Order }) {
  const { whyNot } = useSession();
  const navigate = useNavigate();
  const rating = useRating(order, false);
  const sum = rating.data === undefined ? "" : `, $${amountWords(rating.data.total)}`;
  return (
    <Command words="Invoice at once" whyNot={whyNot("rating.export", "edit") ?? whyNotRated(order)} stale={[...STALE, "exports"]}
      run={(key) =>
        data(client.POST("/api/v1/rating/work-orders/{work_order_id}/on-demand-invoice", { params: { ...at(order), header: heads(order, key) }, body: {} }))
      }
      confirm={{
        title: "Invoice at once",
        about: <p>The order is invoiced alone and without a roll-up, and locked in Accounts Receivable. After that, it is changed only by a credit.</p>,
        words: `Invoice ${order.number}${sum}`,
      }}
      done={(run) => void navigate({ to: "/exports/$id", params: { id: String(run.id) } })} />
  );
}

interface WithReasonGiven {
  order: Order;
  words: string;
  path: "zero-bill" | "reopen" | "void" | "unvoid";
  feature: string;
  level: "edit" | "approve";
  about: string;
}

function WithReason({ order, words, path, feature, level, about }: WithReasonGiven) {
  const { whyNot } = useSession();
  const [reason, setReason] = useState("");
  return (
    <Command words={words} whyNot={whyNot(feature, level)} stale={STALE}
      run={(key) => data(client.POST(`/api/v1/rating/work-orders/{work_order_id}/${path}`, { params: { ...at(order), header: heads(order, key) }, body: { reason } }))}
      done={() => setReason("")}
      confirm={{
        title: `${words}: ${order.number}`,
        about: (error) => (
          <>
            <p>{about}</p>
            <TypedField kind="text" label="Reason" place="/reason" value={reason} change={setReason} required fault={faultsOf(error)["/reason"]} />
          </>
        ),
        whyNot: reason.trim() === "" ? "Enter the reason." : undefined,
        words: `${words} ${order.number}`,
      }} />
  );
}
