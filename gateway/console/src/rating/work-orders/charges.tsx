// Charges that people enter: lines by hand, prebills and overrides. On a rated order, the command rates it again at once, so
// that its charges are what they were made to be.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { faultsOf } from "../../parts/faults.ts";
import { Lines } from "../../parts/Lines.tsx";
import { LookUp } from "../../parts/LookUp.tsx";
import { amountWords } from "../../parts/money.ts";
import { MoneyField } from "../../parts/MoneyField.tsx";
import { showTyped } from "../../parts/typed.ts";
import { TypedField } from "../../parts/TypedField.tsx";
import { useNames } from "../codes.ts";
import { at, heads, rate, STALE } from "./queries.ts";
import { useRating } from "./Rated.tsx";
import { isRated, whyNotChanged } from "./rules.ts";

type Order = Schema<"WorkOrderRead">;
type Values = Readonly<Record<string, string>>;
const EMPTY: Values = {};

function useValues() {
  const [values, setValues] = useState(EMPTY);
  const of = (field: string, faults: Values) => ({
    value: values[field] ?? "", place: `/${field}`, fault: faults[`/${field}`],
    change: (value: string) => setValues((now) => ({ ...now, [field]: value })),
  });
  return { values, of, clear: () => setValues(EMPTY) };
}

/** What was typed, without the fields that are empty. */
function entered(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ""));
}

/** Rates an order that was rated before, after one of its charges has changed. */
async function rateAfter(order: Order, key: string): Promise<void> {
  if (!isRated(order.status)) return;
  const now = await data(client.GET("/api/v1/rating/work-orders/{work_order_id}", { params: { path: { work_order_id: order.id } } }));
  await rate(now, `${key}-rate`);
}

const KINDS = {
  manual: {
    words: "Line by hand", shortcut: "M", path: "/api/v1/rating/work-orders/{work_order_id}/manual-lines", feature: "rating.rating",
    about: "A charge that no rate table has. A negative rate is a deduction.",
  },
  prebill: {
    words: "Prebill", shortcut: "P", path: "/api/v1/rating/work-orders/{work_order_id}/prebills", feature: "rating.work_orders",
    about: "A charge that is known before the order is rated. Without a rate, the rate table prices it.",
  },
} as const;

export function AddLine({ order, kind }: { order: Order; kind: keyof typeof KINDS }) {
  const { whyNot } = useSession();
  const { choices } = useNames();
  const { values, of, clear } = useValues();
  const { words, shortcut, path, feature, about } = KINDS[kind];
  const missing = (values["billing_item"] ?? "") === "" || (kind === "manual" && (values["rate"] ?? "") === "");
  return (
    <Command words={words} shortcut={shortcut} stale={STALE} done={clear}
      whyNot={whyNot(feature, "edit") ?? whyNotChanged(order.status) ?? (isRated(order.status) ? whyNot("rating.rating", "edit") : undefined)}
      run={async (key) => {
        await data(client.POST(path, { params: { ...at(order), header: heads(order, key) }, body: { billing_item: "", ...entered(values) } }));
        await rateAfter(order, key);
      }}
      confirm={{
        title: `${words}: ${order.number}`,
        about: (error) => {
          const faults = faultsOf(error);
          return (
            <>
              <p>{about}</p>
              <LookUp label="Billing item" recent="billing-items" choices={choices("billing_items")} required {...of("billing_item", faults)} />
              <TypedField kind="number" label="Quantity" placeholder="1, or from the proof of delivery" {...of("quantity", faults)} />
              <TypedField kind="number" label="Rate" required={kind === "manual"} {...of("rate", faults)} />
              <TypedField kind="text" label="Comment, printed with it" {...of("comment", faults)} />
            </>
          );
        },
        whyNot: missing ? `Enter the billing item${kind === "manual" ? " and the rate" : ""}.` : undefined,
        words: isRated(order.status) ? "Add it and rate again" : "Add it",
      }} />
  );
}

/** The bill type of a line of the profile, by which an override finds it. */
function billTypeOf(lines: readonly Schema<"ShownLine">[], item: string, fired: readonly string[]): string | null {
  const same = lines.filter((line) => line.billing_item === item);
  return (same.find((line) => line.mode === "default") ?? same.find((line) => fired.includes(line.bill_type ?? "")))?.bill_type ?? null;
}

export function Override({ order }: { order: Order }) {
  const { whyNot } = useSession();
  const rating = useRating(order, false);
  const { values, of, clear } = useValues();
  const lines = (rating.data?.lines ?? []).filter((line) => line.origin === "rate" || line.origin === "auto");
  const profileId = rating.data?.profile_id;
  const profile = useQuery({
    queryKey: ["rate-tables", profileId],
    queryFn: () => data(client.GET("/api/v1/rating/billing-profiles/{profile_id}", { params: { path: { profile_id: profileId ?? 0 } } })),
    enabled: profileId !== undefined && whyNot("rating.rate_tables", "view") === undefined,
  });
  const typed = entered(values);
  const figures = ["quantity", "amount"].filter((field) => typed[field] !== undefined);
  const complete = typed["billing_item"] !== undefined && typed["reason"] !== undefined && figures.length === 1;
  return (
    <Command words="Override" shortcut="O" stale={STALE} done={clear}
      whyNot={whyNot("rating.rating", "edit") ?? whyNotChanged(order.status) ?? (lines.length === 0 ? "No line of a rate table is charged." : undefined)}
      run={async (key) => {
        const billType = billTypeOf(profile.data?.lines ?? [], typed["billing_item"] ?? "", rating.data?.explanation.fired_triggers ?? []);
        await data(client.POST("/api/v1/rating/work-orders/{work_order_id}/overrides", {
          params: { ...at(order), header: heads(order, key) }, body: { billing_item: "", reason: "", ...typed, ...(billType === null ? {} : { bill_type: billType }) },
        }));
        await rateAfter(order, key);
      }}
      confirm={{
        title: `Override: ${order.number}`,
        about: (error) => {
          const faults = faultsOf(error);
          return (
            <>
              <p>Enter either another quantity or another amount. The rating keeps the original amount beside it.</p>
              <LookUp label="Line" recent={`lines-${order.id}`} required {...of("billing_item", faults)}
                choices={lines.map((line) => ({ code: line.billing_item, name: amountWords(line.amount) }))} />
              <TypedField kind="number" label="Quantity" {...of("quantity", faults)} />
              <MoneyField label="Amount" {...of("amount", faults)} />
              <TypedField kind="text" label="Reason" required {...of("reason", faults)} />
            </>
          );
        },
        whyNot: complete ? undefined : "Enter the line, either a quantity or an amount, and the reason.",
        words: "Override it and rate again",
      }} />
  );
}

/** What people entered for an order, each with the command that takes it back. */
export function ByHand({ order }: { order: Order }) {
  const { whyNot } = useSession();
  const found = useQuery({
    queryKey: ["work-order", order.id, "charges", order.revision],
    queryFn: () => data(client.GET("/api/v1/rating/work-orders/{work_order_id}/charges", { params: { path: { work_order_id: order.id }, query: { limit: 250 } } })),
  });
  if (found.data === undefined || found.data.items.length === 0) return null;
  return (
    <Lines label="Entered by hand" empty="" heads={[{ words: "Entered by hand" }, { words: "Of it" }, { words: "Commands", unseen: true }]}
      rows={found.data.items.map((charge) => ({
        key: charge.id,
        cells: [
          `${charge.billing_item}, ${charge.kind === "manual" ? "line" : charge.kind} by ${charge.entered_by}`, chargeWords(charge),
          <Command key="remove" words="Remove" label={`Remove ${charge.billing_item}`} stale={STALE} whyNot={whyNot("rating.rating", "edit") ?? whyNotChanged(order.status)}
            run={async (key) => {
              const params = { path: { work_order_id: order.id, charge_id: charge.id }, header: { "if-match": `"${order.revision}"` } };
              await data(client.DELETE("/api/v1/rating/work-orders/{work_order_id}/charges/{charge_id}", { params }));
              await rateAfter(order, key);
            }} />,
        ],
      }))} />
  );
}

function chargeWords(charge: Schema<"ShownCharge">): string {
  const quantity = charge.quantity === null ? "" : showTyped("number", charge.quantity);
  if (charge.amount !== null) return `amount ${amountWords(charge.amount)}`;
  if (charge.rate === null) return quantity === "" ? "priced by the rate table" : `quantity ${quantity}`;
  return `${quantity === "" ? "" : `${quantity} × `}${showTyped("number", charge.rate)}`;
}
