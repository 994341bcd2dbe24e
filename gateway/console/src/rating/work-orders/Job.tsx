// The job of an order: who ordered it, what was to be done where, and what the field reported.

import type { Schema } from "../../api/calls.ts";
import { dayWords, momentWords } from "../../parts/dates.ts";
import { Facts } from "../../parts/Facts.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { wordsOf } from "../../text/en.ts";
import { useCustomerWords, useNames } from "../codes.ts";

type Order = Schema<"WorkOrderRead">;

const QUANTITIES = ["miles", "waiting_minutes", "weight", "pieces", "attempts", "pages", "servees", "parcels", "hours", "persons", "value", "fee_advances"] as const;

export function Job({ order }: { order: Order }) {
  const { nameOf } = useNames();
  const [customer, billTo] = [useCustomerWords(order.customer), useCustomerWords(order.bill_to)];
  const quantities = QUANTITIES.map((name): [string, string] => [capital(wordsOf(name)), numberWords(order[name])]);
  return (
    <section aria-label="The job">
      <h2>Job</h2>
      <Facts
        facts={[
          ["Customer", customer], ["Bill-to", billTo], ["Branch", nameOf("branches", order.branch)], ["Job type", nameOf("job_types", order.job_type)],
          ["Priority", nameOf("priorities", order.priority)], ["Region", nameOf("regions", order.region)], ["Served ZIP", order.served_zip ?? ""],
          ["Service date", dayWords(order.service_on)], ["Ordered", dayWords(order.ordered_on)], ["Due", dayWords(order.due_on)],
          ["Completed", dayWords(order.completed_on)], ["Field work", wordsOf(order.field_status)],
          ["Proof of delivery", order.pod_received ? "received" : "missing"], ["Triggers", order.triggers.map((code) => nameOf("bill_types", code)).join(", ")],
          ["Case", order.case_title], ["Cause number", order.cause_number], ["Court", order.court], ["Documents", order.documents],
          ["Matter", order.matter], ["Attorney", order.attorney], ["Claim or file", order.claim], ["Client id", order.client_id],
          ["Purchase order", order.purchase_order], ["Contact", order.contact], ["Reference", order.reference], ...quantities,
          ...Object.entries(order.quantities).map(([code, value]): [string, string] => [nameOf("quantities", code), numberWords(value)]),
          ["Servers", order.servers.map((one) => nameOf("servers", one.server)).join(", ")],
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

/** A quantity as people write it: `12.500` is 12.5. */
function numberWords(value: string | null): string {
  return value === null ? "" : value.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
