// After a credit: what became of it, and the orders that are to be rated again, each with its command.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";

type Order = Schema<"CreditTrial">["orders"][number];

export function Credited({ answer, orders }: { answer: Schema<"CreditAnswer">; orders: readonly Order[] }) {
  const { invoice } = answer;
  return (
    <Page title={answer.credit_id === null ? "The credit awaits approval" : `Invoice ${invoice.number} is credited`}
      command={<Link to="/invoices/$id" params={{ id: String(invoice.id) }}>Open the invoice</Link>}>
      <Totals>
        <StatusMark status={answer.credit_id === null ? "awaiting_approval" : invoice.status} />
        <span>open <strong>{amountWords(invoice.open)}</strong> of {amountWords(invoice.total)}</span>
      </Totals>
      {answer.warnings.length > 0 && <ul>{answer.warnings.map((warning) => <li key={warning.detail}>{warning.detail}</li>)}</ul>}
      {answer.credit_id === null && <p>Somebody else approves or rejects it. Nothing is credited until then.</p>}
      {answer.credit_id !== null && orders.length > 0 && (
        <section aria-label="Orders to rate again">
          <h2>Rate again</h2>
          <Lines label="Orders to rate again" empty="" heads={[{ words: "Order" }, { words: "Status" }, { words: "Was", right: true }, { words: "Is now", right: true }, { words: "" }]}
            rows={orders.map((order) => ({
              key: order.work_order_id,
              cells: [
                <Link to="/work-orders/$id" params={{ id: String(order.work_order_id) }}>{order.work_order_number}</Link>,
                <OrderCell id={order.work_order_id} show="status" />, amountWords(order.credited), <OrderCell id={order.work_order_id} show="total" />,
                <RateAgain order={order} />,
              ],
            }))} />
        </section>
      )}
    </Page>
  );
}

/** The order in rating, asked for until the credit has arrived there. */
function useOrder(orderId: number) {
  return useQuery({
    queryKey: ["work-order", orderId],
    queryFn: () => data(client.GET("/api/v1/rating/work-orders/{work_order_id}", { params: { path: { work_order_id: orderId } } })),
    refetchInterval: (query) => (query.state.data?.status === "exported" ? 500 : false),
  });
}

function OrderCell({ id, show }: { id: number; show: "status" | "total" }) {
  const order = useOrder(id);
  const rating = useQuery({
    queryKey: ["work-order", id, "rating"],
    queryFn: () => data(client.GET("/api/v1/rating/work-orders/{work_order_id}/rating", { params: { path: { work_order_id: id } } })),
    enabled: show === "total" && order.data?.status === "rated",
  });
  if (show === "total") return <>{rating.data === undefined ? "" : amountWords(rating.data.total)}</>;
  if (order.error !== null) return <Fault error={order.error} again={() => void order.refetch()} />;
  return order.data === undefined ? null : <StatusMark status={order.data.status} />;
}

function RateAgain({ order }: { order: Order }) {
  const { whyNot } = useSession();
  const found = useOrder(order.work_order_id).data;
  if (found === undefined || found.status === "rated") return null;
  return (
    <Command words="Rate again" stale={["work-order", "work-orders", "ready", "waiting"]}
      whyNot={whyNot("rating.rating", "edit") ?? (found.status === "open" ? undefined : "The credit has not arrived in rating yet.")}
      run={(key) => data(client.POST("/api/v1/rating/work-orders/{work_order_id}/rating", {
        params: { path: { work_order_id: order.work_order_id }, header: { "idempotency-key": key, "if-match": `"${found.revision}"` } },
      }))} />
  );
}
