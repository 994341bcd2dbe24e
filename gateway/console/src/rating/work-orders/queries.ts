// How an order is asked for and changed, and which lists a change makes stale.

import { client, data, type Schema } from "../../api/calls.ts";

type Order = Schema<"WorkOrderRead">;

export const STALE = ["work-order", "work-orders", "ready", "waiting", "coverage", "rollups", "wip"];

export function at(order: Order) {
  return { path: { work_order_id: order.id } };
}

/** The heads of a command: it is sent once, and only if the order is still as it was seen. */
export function heads(order: Order, key: string) {
  return { "idempotency-key": key, "if-match": `"${order.revision}"` };
}

export function rate(order: Order, key: string): Promise<Schema<"Rating">> {
  return data(client.POST("/api/v1/rating/work-orders/{work_order_id}/rating", { params: { ...at(order), header: heads(order, key) } }));
}
