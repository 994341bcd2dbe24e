// What can be done with an order, by its status.

const RATED = new Set(["rated", "assigned", "exporting", "exported"]);
const LOCKED = new Set(["exporting", "exported"]);
const CHANGEABLE = new Set(["open", "rated", "assigned"]);

export function isRated(status: string): boolean {
  return RATED.has(status);
}

/** Whether nothing about the order can be changed here any more. */
export function isLocked(status: string): boolean {
  return LOCKED.has(status);
}

/** Why the charges of an order cannot be changed, or undefined. */
export function whyNotChanged(status: string): string | undefined {
  if (CHANGEABLE.has(status)) return undefined;
  if (LOCKED.has(status)) return "The order is locked in Accounts Receivable. Credit its invoice, then rate it again.";
  return `The order is ${status}. Open it again first.`;
}

/** Why an order cannot be rated, or undefined. */
export function whyNotRated(order: { status: string; pod_received: boolean; field_status: string }): string | undefined {
  return whyNotChanged(order.status)
    ?? (order.pod_received ? undefined : "The order has no proof of delivery yet.")
    ?? (order.field_status === "in_field" ? "The field work has not ended yet." : undefined);
}

interface Item {
  status: string;
  pod_received: boolean;
  field_status: string;
}

/** Which of the chosen orders can be rated, taken off their draft, and have their rating removed. */
export function bulkOf<Order extends Item>(chosen: readonly Order[]): { ratable: Order[]; unassignable: Order[]; removable: Order[] } {
  return {
    ratable: chosen.filter((order) => whyNotRated(order) === undefined),
    unassignable: chosen.filter((order) => order.status === "assigned"),
    removable: chosen.filter((order) => order.status === "rated" || order.status === "assigned"),
  };
}
