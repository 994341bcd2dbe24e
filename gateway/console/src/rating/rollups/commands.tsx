// Putting rated orders on draft invoices, by the rules of their bill-tos, and taking them off again.

import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { dollarWords, sumOf } from "../../parts/money.ts";
import { counted } from "../../text/en.ts";
import type { RollupsSearch } from "../searches.ts";

type Row = Schema<"OpenRollupRow">;
const STALE = ["rollups", "ready", "work-orders", "work-order", "waiting", "wip"];
const FEATURE = "rating.rollup";

interface AssignGiven {
  rows: readonly Row[];
  search: RollupsSearch;
  totals: Schema<"OpenRollupTotals"> | undefined;
  clear: () => void;
}

/** Assigns the chosen orders; without any, those of the branch and bill-to that are shown, or all. */
export function Assign({ rows, search, totals, clear }: AssignGiven) {
  const { whyNot } = useSession();
  const rated = rows.filter((row) => row.state === "rated");
  const byHand = rows.length > 0;
  const orders = byHand ? rated.length : (totals?.rated_orders ?? 0);
  const sum = byHand ? sumOf(rated.map((row) => row.total)) : (totals?.rated ?? "0.00");
  const limited = !byHand && (search.service_from !== undefined || search.service_to !== undefined || search.invoice_id !== undefined);
  const words = `Assign ${counted(orders, "order")}, ${dollarWords(sum)}`;
  return (
    <Command primary words={words} stale={STALE} done={clear}
      whyNot={whyNot(FEATURE, "edit") ?? (limited ? "Choose orders: all of a branch or a bill-to are assigned at once, not those between dates." : undefined)
        ?? (orders === 0 ? "None of these orders is rated and not assigned." : undefined)}
      run={(key) =>
        data(client.POST("/api/v1/rating/invoices/assign", {
          params: { header: { "idempotency-key": key } },
          body: {
            selection: byHand ? { work_order_ids: rated.map((row) => row.work_order_id) } : {
              ...(search.branch === undefined ? {} : { branches: [search.branch] }), ...(search.bill_to === undefined ? {} : { bill_tos: [search.bill_to] }),
            },
          },
        }))
      }
      confirm={{
        title: "Assign to draft invoices",
        about: <p>Each order goes on a draft as the rule of its bill-to says. Orders of bill-tos without a roll-up stay as they are; they are invoiced one by one.</p>,
        words,
      }} />
  );
}

export function Unassign({ rows, clear }: { rows: readonly Row[]; clear: () => void }) {
  const { whyNot } = useSession();
  const assigned = rows.filter((row) => row.state === "assigned");
  if (rows.length === 0) return null;
  return (
    <Command words={`Unassign ${counted(assigned.length, "order")}`} stale={STALE} done={clear}
      whyNot={whyNot(FEATURE, "edit") ?? (assigned.length === 0 ? "None of the chosen orders is on a draft invoice." : undefined)}
      run={(key) =>
        data(client.POST("/api/v1/rating/invoices/unassign", {
          params: { header: { "idempotency-key": key } }, body: { selection: { work_order_ids: assigned.map((row) => row.work_order_id) } },
        }))
      } />
  );
}
