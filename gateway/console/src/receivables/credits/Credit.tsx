// Crediting an invoice that came from rating: what is credited at the left, and what that does, before it is posted, at the
// right. Orders that come to zero are rated again or closed; those to be rated again are rated on this page.

import { Button, SegmentedControl } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { DateField } from "../../parts/DateField.tsx";
import { Columns } from "../../parts/Facts.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { amountWords, dollarWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { idOfPlace, TypedField } from "../../parts/TypedField.tsx";
import { useDraft } from "../../parts/useDraft.ts";
import { counted } from "../../text/en.ts";
import { STALE_INVOICES, useInvoice, whyNotCredited, type Invoice } from "../invoices/Invoice.tsx";
import { Choice } from "./Choice.tsx";
import { Credited } from "./Credited.tsx";
import { Effect } from "./Effect.tsx";
import { chosen, EMPTY, placeOf, requestOf, total, unreadable, type CreditForm, type Disposition } from "./rules.ts";

const route = getRouteApi("/invoices/$id/credit");
const PAUSE_MS = 200;
type Trial = Schema<"CreditTrial">;

export function CreditPage() {
  const invoiceId = Number(route.useParams().id);
  const invoice = useInvoice(invoiceId);
  const [done, setDone] = useState<{ answer: Schema<"CreditAnswer">; orders: Trial["orders"] } | undefined>(undefined);
  if (done !== undefined) return <Credited answer={done.answer} orders={done.orders} />;
  if (invoice.error !== null) return <Page title="Credit"><Fault error={invoice.error} again={() => void invoice.refetch()} /></Page>;
  if (invoice.data === undefined) return <Page title="Credit">{null}</Page>;
  return <Form invoice={invoice.data} done={(answer, orders) => setDone({ answer, orders })} />;
}

/** What the credit would do; undefined as long as nothing is chosen. */
function useTrial(invoice: Invoice, form: CreditForm) {
  const [typed] = useDebouncedValue(form, PAUSE_MS);
  const request = requestOf(typed, invoice.lines);
  return useQuery({
    queryKey: ["credit-trial", invoice.id, request],
    queryFn: () => data(client.POST("/api/v1/receivables/invoices/{invoice_id}/credits/trial", {
      params: { path: { invoice_id: invoice.id } }, body: { ...request, reason: request.reason || "trial" },
    })),
    enabled: chosen(typed).length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** The field of a line that the trial refuses; the pointer says which of the lines that were sent. */
function fieldOf(pointer: string, form: CreditForm): { id: string; label: string } | undefined {
  const [, lines, place] = pointer.split("/");
  const line = lines === "lines" ? chosen(form)[Number(place)]?.line : undefined;
  return line === undefined ? undefined : { id: idOfPlace(placeOf(line)), label: `Line ${line}` };
}

interface Given {
  invoice: Invoice;
  done: (answer: Schema<"CreditAnswer">, orders: Trial["orders"]) => void;
}

function Form({ invoice, done }: Given) {
  const { whyNot } = useSession();
  const draft = useDraft<CreditForm>(`invoices/${invoice.id}/credit`, EMPTY);
  const { form } = draft;
  const set = (changes: Partial<CreditForm>) => draft.change((before) => ({ ...before, ...changes }));
  const trial = useTrial(invoice, form);
  const shown = chosen(form).length > 0 ? trial.data : undefined;
  const ends = shown?.orders.filter((order) => order.remaining === "0.00") ?? [];
  const sum = total(form, invoice.lines);
  const missing =
    whyNot("receivables.credits", "edit") ?? whyNotCredited(invoice) ??
    (chosen(form).length === 0 ? "Choose what is credited." : undefined) ??
    (unreadable(form) ? "An amount cannot be read." : undefined) ??
    (form.reason.trim() === "" ? "Say why it is credited." : undefined) ??
    (ends.length > 0 && form.disposition === "" ? "Say what happens to the orders that come to zero." : undefined);
  const approval = shown?.needs_approval === true;
  const command = (
    <Command primary words={approval ? "Ask for approval" : `Credit ${dollarWords(sum)}`} whyNot={missing} stale={STALE_INVOICES}
      confirm={{
        title: approval ? "Ask for approval of this credit?" : `Credit invoice ${invoice.number}?`,
        about: (
          <p>
            {dollarWords(sum)} of {dollarWords(invoice.open)} that are open.{" "}
            {ends.length > 0 && `${counted(ends.length, "order")} ${form.disposition === "rerate" ? "will be rated again" : "will be closed"}. `}
            {approval ? "Somebody else approves it." : "A credit cannot be taken back."}
          </p>
        ),
        words: approval ? `Ask for ${dollarWords(sum)}` : `Credit ${dollarWords(sum)}`,
      }}
      run={(key) => data(client.POST("/api/v1/receivables/invoices/{invoice_id}/credits", {
        params: { path: { invoice_id: invoice.id }, header: { "idempotency-key": key } },
        body: ends.length > 0 ? requestOf(form, invoice.lines) : requestOf({ ...form, disposition: "" }, invoice.lines),
      }))}
      done={(answer) => {
        draft.forget(EMPTY);
        done(answer, form.disposition === "rerate" ? ends : []);
      }} />
  );
  return (
    <Page title={`Credit invoice ${invoice.number}`} command={<><Button variant="subtle" renderRoot={(props) => <Link to="/invoices/$id" params={{ id: String(invoice.id) }} {...props} />}>Back to the invoice</Button>{command}</>}>
      <Totals>
        <StatusMark status={invoice.status} />
        <span>{invoice.customer_name}, open <strong>{amountWords(invoice.open)}</strong> of {amountWords(invoice.total)}</span>
      </Totals>
      <Columns>
        <section aria-label="What is credited">
          <h2>What is credited</h2>
          <Choice invoice={invoice} form={form} change={draft.change} />
          <TypedField kind="text" label="Reason" value={form.reason} change={(reason) => set({ reason })} required />
          {ends.length > 0 && (
            <fieldset>
              <legend>{ends.length === 1 ? "The order that comes to zero" : `The ${counted(ends.length, "order")} that come to zero`}</legend>
              <SegmentedControl aria-label="What happens to the orders" value={form.disposition} onChange={(value) => set({ disposition: value as Disposition })}
                data={[{ value: "rerate", label: "Rate again" }, { value: "close", label: "Close" }]} />
            </fieldset>
          )}
          <DateField label="Credit date" value={form.creditDate} change={(creditDate) => set({ creditDate })} placeholder="today" />
          <TypedField kind="text" label="Month" value={form.month} change={(month) => set({ month })} placeholder="that of the credit date" />
        </section>
        <section aria-label="What it does">
          <h2>What it does</h2>
          {chosen(form).length > 0 && trial.error !== null && <Fault error={trial.error} fieldOf={(pointer) => fieldOf(pointer, form)} />}
          {shown === undefined ? <p>Choose lines or orders, and see what changes before anything is posted.</p> : <Effect trial={shown} rerated={form.disposition === "rerate" ? ends : []} />}
        </section>
      </Columns>
    </Page>
  );
}
