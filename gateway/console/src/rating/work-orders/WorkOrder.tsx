// One work order: the job, its charges, and why each charge is there or is not.

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { client, data, Refused, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { dayWords, momentWords } from "../../parts/dates.ts";
import { Columns, Facts } from "../../parts/Facts.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { Why } from "../../parts/Why.tsx";
import { wordsOf } from "../../text/en.ts";

const route = getRouteApi("/work-orders/$id");
const STALE = ["work-order", "work-orders", "ready", "waiting"];
type Order = Schema<"WorkOrderRead">;

export function WorkOrder() {
  const { id } = route.useParams();
  const orderId = Number(id);
  const order = useQuery({
    queryKey: ["work-order", orderId],
    queryFn: () => data(client.GET("/api/v1/rating/work-orders/{work_order_id}", { params: { path: { work_order_id: orderId } } })),
  });
  if (order.error !== null) return <Page title="Work order"><Fault error={order.error} again={() => void order.refetch()} /></Page>;
  if (order.data === undefined) return <Page title="Work order">{null}</Page>;
  return <Shown order={order.data} />;
}

function Shown({ order }: { order: Order }) {
  const { whyNot } = useSession();
  const rated = order.status !== "open" && order.status !== "closed" && order.status !== "void";
  const params = { path: { work_order_id: order.id } };
  const whyNotRated =
    whyNot("rating.rating", "edit") ??
    (order.status === "open" || order.status === "rated" || order.status === "assigned" ? undefined : `The order is ${order.status}.`) ??
    (order.pod_received ? undefined : "The order has no proof of delivery yet.");
  const command = (
    <Command primary={!rated} words={rated ? "Rate again" : "Rate"} whyNot={whyNotRated} stale={STALE}
      run={(key) =>
        data(client.POST("/api/v1/rating/work-orders/{work_order_id}/rating", {
          params: { ...params, header: { "idempotency-key": key, "if-match": `"${order.revision}"` } },
        }))
      } />
  );
  return (
    <Page title={`Work order ${order.number}`} command={command}>
      <Totals>
        <StatusMark status={order.status} />
        {order.warnings.map((warning) => <span key={warning}>{wordsOf(warning)}</span>)}
        {order.last_export?.ar_number != null && <span>invoice <strong>{order.last_export.ar_number}</strong>, month {order.last_export.ar_month}</span>}
        <span>changed {momentWords(order.changed_at)}{order.changed_by === null ? "" : ` by ${order.changed_by}`}</span>
      </Totals>
      <Columns>
        <Job order={order} />
        <Rated order={order} rated={rated} />
      </Columns>
    </Page>
  );
}

const QUANTITIES = ["miles", "waiting_minutes", "weight", "pieces", "attempts", "pages", "servees", "parcels", "hours", "persons", "value", "fee_advances"] as const;

function Job({ order }: { order: Order }) {
  const quantities = QUANTITIES.map((name): [string, string] => [wordsOf(name), order[name] ?? ""]);
  return (
    <section aria-label="The job">
      <h2>Job</h2>
      <Facts
        facts={[
          ["Customer", order.customer], ["Bill-to", order.bill_to], ["Branch", order.branch], ["Job type", wordsOf(order.job_type)],
          ["Priority", wordsOf(order.priority)], ["Region", order.region ?? ""], ["Served ZIP", order.served_zip ?? ""],
          ["Service date", dayWords(order.service_on)], ["Ordered", dayWords(order.ordered_on)], ["Due", dayWords(order.due_on)],
          ["Completed", dayWords(order.completed_on)], ["Field work", wordsOf(order.field_status)],
          ["Proof of delivery", order.pod_received ? "received" : "missing"], ["Triggers", order.triggers.map(wordsOf).join(", ")],
          ["Case", order.case_title], ["Cause number", order.cause_number], ["Court", order.court], ["Documents", order.documents],
          ["Matter", order.matter], ["Attorney", order.attorney], ["Claim or file", order.claim], ["Client id", order.client_id],
          ["Purchase order", order.purchase_order], ["Contact", order.contact], ["Reference", order.reference], ...quantities,
        ]} />
      {order.services.length > 0 && (
        <Lines label="Services" empty="" heads={[{ words: "Served on" }, { words: "Where" }, { words: "Outcome" }, { words: "Attempts", right: true }]}
          rows={order.services.map((service, place) => ({
            key: place,
            cells: [
              service.party, `${service.street}, ${service.city}, ${service.state} ${service.zip}`,
              [wordsOf(service.outcome ?? "open"), momentWords(service.served_at ?? null), service.manner].filter(Boolean).join(", "), service.attempts?.length ?? 0,
            ],
          }))} />
      )}
    </section>
  );
}

/** The rating of an order. One that is not rated shows what its rating would be, or why it would be refused. */
async function ratingOf(orderId: number, rated: boolean): Promise<Schema<"Rating"> | Schema<"Trial">> {
  const params = { path: { work_order_id: orderId } };
  if (rated) return data(client.GET("/api/v1/rating/work-orders/{work_order_id}/rating", { params }));
  return data(client.GET("/api/v1/rating/work-orders/{work_order_id}/rating/trial", { params }));
}

function Rated({ order, rated }: { order: Order; rated: boolean }) {
  const found = useQuery({
    queryKey: ["work-order", order.id, "rating", order.revision, rated],
    queryFn: () => ratingOf(order.id, rated),
    enabled: rated || order.status === "open",
  });
  if (!rated && order.status !== "open") return <section aria-label="Charges"><h2>Charges</h2><p>The order is {order.status} and has no charges.</p></section>;
  if (found.error !== null) return <section aria-label="Charges"><h2>Charges</h2><NotRated error={found.error} again={() => void found.refetch()} /></section>;
  if (found.data === undefined) return null;
  const { lines, explanation, total, charges_total: charges, advances_total: advances } = found.data;
  const { key } = explanation;
  return (
    <>
      <section aria-label="Charges">
        <h2>{rated ? "Charges" : "Charges, if it were rated now"}</h2>
        <Lines label="Charges" empty="Nothing is charged."
          heads={[{ words: "Item" }, { words: "Quantity × rate", right: true }, { words: "Amount", right: true }]}
          rows={lines.map((line) => ({
            key: line.position,
            cells: [
              <>{line.billing_item}{line.fee_advance ? " (fee advance)" : ""}{line.override_reason !== null && <small> overridden: {line.override_reason}</small>}</>,
              reckoned(line),
              amountWords(line.amount),
            ],
          }))}
          sums={["Total", "", amountWords(total)]} />
        <Facts facts={[["Charges", amountWords(charges)], ["Fee advances", amountWords(advances)]]} />
      </section>
      <Why reasons={explanation.lines}
        about={[
          ["Rated for", [key.branch, key.customer_type, key.priority, key.job_type, key.region].join(" / ")],
          ["Rates from", `${explanation.effective_from}${explanation.source === "" ? "" : `, ${explanation.source}`}`],
          ["Region from", explanation.region_from === "zip" ? "the served ZIP" : "the order"],
          ["Unused triggers", explanation.unused_triggers?.map(wordsOf).join(", ") ?? ""],
          ["Unused quantities", explanation.unused_quantities?.map(wordsOf).join(", ") ?? ""],
        ]} />
    </>
  );
}

/** How the amount of a line is reckoned; a flat fee has nothing to reckon. */
function reckoned(line: Pick<Schema<"RatingLine">, "reason" | "charged" | "unit" | "unit_rate">): string {
  if (line.reason !== "") return line.reason;
  const charged = Number(line.charged).toLocaleString("en-US", { maximumFractionDigits: 3 });
  if (charged === "1" && line.unit === "") return "";
  return `${charged}${line.unit === "" ? "" : ` ${line.unit}`} × ${line.unit_rate.replace(/(\.\d\d\d*?)0+$/, "$1")}`;
}

function NotRated({ error, again }: { error: Error; again: () => void }) {
  if (!(error instanceof Refused) || error.problem.status >= 500) return <Fault error={error} again={again} />;
  return (
    <>
      <p>It cannot be rated: <strong>{wordsOf(error.problem.code)}</strong>.</p>
      <p>{error.message}</p>
    </>
  );
}
