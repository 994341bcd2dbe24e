// What a credit would do: the invoice and the account before and after, the GL rows, and what the orders would come to if they
// were rated again.

import { useQueries } from "@tanstack/react-query";
import { client, data, type Schema } from "../../api/calls.ts";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords, centsOf, wireOf } from "../../parts/money.ts";

type Trial = Schema<"CreditTrial">;
type Order = Trial["orders"][number];

export function Effect({ trial, rerated }: { trial: Trial; rerated: readonly Order[] }) {
  const changes: [string, Schema<"Change"> | null][] = [["Applied to the invoice", trial.applied], ["Open of the invoice", trial.open], ["The customer owes", trial.exposure]];
  return (
    <>
      {trial.needs_approval && <p><strong>Somebody else has to approve it</strong>: it is over the company's limit.</p>}
      {trial.warnings.length > 0 && <ul>{trial.warnings.map((warning) => <li key={warning.detail}>{warning.detail}</li>)}</ul>}
      <Lines label="Before and after" empty="" heads={[{ words: "" }, { words: "Before", right: true }, { words: "After", right: true }]}
        rows={changes.flatMap(([words, change]) => (change === null ? [] : [{ key: words, cells: [words, amountWords(change.before), amountWords(change.after)] }]))} />
      {trial.orders.length > 0 && <Orders orders={trial.orders} rerated={rerated} />}
      <h3>General ledger</h3>
      <Lines label="GL rows of the credit" empty="" heads={[{ words: "Account" }, { words: "Debit", right: true }, { words: "Credit", right: true }]}
        rows={trial.distributions.map((row) => ({
          key: `${row.account} ${row.debit}`, cells: [row.account, row.debit === "0.00" ? "" : amountWords(row.debit), row.credit === "0.00" ? "" : amountWords(row.credit)],
        }))} />
    </>
  );
}

const MOST_RATED = 20;

function Orders({ orders, rerated }: { orders: readonly Order[]; rerated: readonly Order[] }) {
  const tried = rerated.slice(0, MOST_RATED);
  const trials = useQueries({
    queries: tried.map((order) => ({
      queryKey: ["rating-trial", order.work_order_id],
      queryFn: () => data(client.GET("/api/v1/rating/work-orders/{work_order_id}/rating/trial", { params: { path: { work_order_id: order.work_order_id } } })),
      retry: false,
      staleTime: 60_000,
    })),
  });
  const again = new Map(tried.map((order, place) => [order.work_order_id, trials[place]]));
  return (
    <>
      <h3>Work orders</h3>
      <Lines label="Work orders" empty=""
        heads={[{ words: "Order" }, { words: "Credited", right: true }, { words: "Left", right: true }, { words: "Rated again", right: true }, { words: "Difference", right: true }]}
        rows={orders.map((order) => {
          const trial = again.get(order.work_order_id);
          const next = trial?.data?.total;
          return {
            key: order.work_order_id,
            cells: [
              order.work_order_number, amountWords(order.credited), amountWords(order.remaining),
              next === undefined ? (trial?.error == null ? "" : <span title={trial.error.message}>cannot be rated</span>) : amountWords(next),
              next === undefined ? "" : amountWords(wireOf(centsOf(next) - centsOf(order.credited))),
            ],
          };
        })} />
      {rerated.length > MOST_RATED && <p>Only the first {MOST_RATED} are rated here to see what they come to.</p>}
    </>
  );
}
