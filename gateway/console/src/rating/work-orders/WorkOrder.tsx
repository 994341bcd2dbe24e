// One work order: the job at the left, its charges in the middle, and at the right why each charge is there or is not.

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { client, data, type Schema } from "../../api/calls.ts";
import { momentWords } from "../../parts/dates.ts";
import { Columns } from "../../parts/Facts.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { wordsOf } from "../../text/en.ts";
import { Commands } from "./commands.tsx";
import { History } from "./History.tsx";
import { Job } from "./Job.tsx";
import { Rated } from "./Rated.tsx";
import { isLocked, isRated } from "./rules.ts";

const route = getRouteApi("/work-orders/$id");

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

function Shown({ order }: { order: Schema<"WorkOrderRead"> }) {
  const { trial = false } = route.useSearch();
  const navigate = route.useNavigate();
  const tried = trial && isRated(order.status);
  return (
    <Page title={`Work order ${order.number}`}
      command={<Commands order={order} trial={tried} setTrial={(on) => void navigate({ search: on ? { trial: true } : {}, replace: true })} />}>
      <Totals>
        <StatusMark status={order.status} />
        {order.warnings.map((warning) => <span key={warning}>{wordsOf(warning)}</span>)}
        <InvoiceOf order={order} />
        <span>changed {momentWords(order.changed_at)}{order.changed_by === null ? "" : ` by ${order.changed_by}`}</span>
      </Totals>
      {isLocked(order.status) && <p role="note">{lockedWords(order)}</p>}
      {order.last_closing !== null && (order.status === "closed" || order.status === "void") && (
        <p role="note">{order.last_closing.done_by} {order.status === "void" ? "voided" : "closed"} it on {momentWords(order.last_closing.done_at)}: {order.last_closing.reason}</p>
      )}
      <Columns>
        <Job order={order} />
        <Rated order={order} trial={tried} />
      </Columns>
      <History orderId={order.id} />
    </Page>
  );
}

function InvoiceOf({ order }: { order: Schema<"WorkOrderRead"> }) {
  const last = order.last_export;
  if (last?.ar_number != null && last.ar_invoice_id !== null) {
    return <span>invoice <Link to="/invoices/$id" params={{ id: String(last.ar_invoice_id) }}>{last.ar_number}</Link>, month {last.ar_month}</span>;
  }
  return order.invoice_id === null ? null : <span>on draft invoice {order.invoice_id}</span>;
}

function lockedWords(order: Schema<"WorkOrderRead">): string {
  const last = order.last_export;
  if (order.status === "exporting") return "Locked: the order is on its way to Accounts Receivable.";
  return `Locked: invoice ${last?.ar_number ?? ""} of ${last?.ar_month ?? ""} is in Accounts Receivable. Credit it there; then the order can be rated again.`;
}
