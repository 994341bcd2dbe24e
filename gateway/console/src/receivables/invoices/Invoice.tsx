// One invoice: what was billed at the left, order by order, and at the right what has happened to it since.

import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { dayWords, momentWords } from "../../parts/dates.ts";
import { Columns, Facts } from "../../parts/Facts.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { FileLink } from "../../parts/FileLink.tsx";
import { amountWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { BilledLines } from "./BilledLines.tsx";
import { Since } from "./Since.tsx";

const route = getRouteApi("/invoices/$id");
export type Invoice = Schema<"InvoiceRead">;

/** The queries that a change of an invoice makes stale. */
export const STALE_INVOICES = ["invoice", "invoices", "account", "credit-requests", "waiting"];

export function useInvoice(invoiceId: number) {
  return useQuery({
    queryKey: ["invoice", invoiceId],
    queryFn: () => data(client.GET("/api/v1/receivables/invoices/{invoice_id}", { params: { path: { invoice_id: invoiceId } } })),
  });
}

export function InvoicePage() {
  const invoiceId = Number(route.useParams().id);
  const invoice = useInvoice(invoiceId);
  if (invoice.error !== null) return <Page title="Invoice"><Fault error={invoice.error} again={() => void invoice.refetch()} /></Page>;
  if (invoice.data === undefined) return <Page title="Invoice">{null}</Page>;
  return <Shown invoice={invoice.data} />;
}

/** Why an invoice cannot be credited on its own page, or undefined. */
export function whyNotCredited(invoice: Invoice): string | undefined {
  if (invoice.status === "deleted") return "The invoice is deleted.";
  if (invoice.source !== "rating") return "The invoice was entered in a batch. Enter its credit memo in a batch.";
  return invoice.open === "0.00" ? "Nothing is open on the invoice." : undefined;
}

function Shown({ invoice }: { invoice: Invoice }) {
  const { whyNot } = useSession();
  const params = { path: { invoice_id: invoice.id } };
  const name = `invoice-${invoice.number}.pdf`;
  const credit = whyNot("receivables.credits", "edit") ?? whyNotCredited(invoice);
  return (
    <Page title={`Invoice ${invoice.number}`}
      command={
        <>
          <FileLink words="Preview" name={name}
            get={() => data(client.GET("/api/v1/receivables/invoices/{invoice_id}/document", { params, parseAs: "blob" }))} />
          <Command words="E-mail" stale={["printings"]} whyNot={whyNot("receivables.invoices", "edit")}
            confirm={{ title: `Send invoice ${invoice.number}?`, about: <p>It goes to the e-mail address of {invoice.customer_name}.</p>, words: "Send it" }}
            run={(key) => sendInvoice(invoice.id, key)} />
          {credit === undefined
            ? <Button variant="filled" renderRoot={(props) => <Link to="/invoices/$id/credit" params={{ id: String(invoice.id) }} {...props} />}>Credit</Button>
            : <Command primary words="Credit" whyNot={credit} stale={[]} run={() => Promise.resolve()} />}
        </>
      }>
      <Totals>
        <StatusMark status={invoice.status} />
        <span>open <strong>{amountWords(invoice.open)}</strong> of {amountWords(invoice.total)}</span>
        {invoice.applied !== "0.00" && <span>applied {amountWords(invoice.applied)}</span>}
        <span>posted {momentWords(invoice.posted_at)} by {invoice.posted_by}</span>
      </Totals>
      <Columns>
        <section aria-label="What was billed">
          <h2>Billed</h2>
          <Facts facts={[
            ["Customer", `${invoice.customer_name} (${invoice.customer})`], ["Company", String(invoice.ar_company)], ["Branch", invoice.branch ?? ""],
            ["Month", invoice.month], ["Invoice date", dayWords(invoice.invoice_date)], ["Due", dayWords(invoice.due_on)],
            ["Terms", invoice.pay_terms ?? ""], ["Discount until", dayWords(invoice.discount_on)],
            ["Discount", invoice.discount === "0.00" ? "" : amountWords(invoice.discount)],
            ["Retainage", invoice.retainage === "0.00" ? "" : amountWords(invoice.retainage)],
            ["Contract", invoice.contract ?? ""], ["Purchase order", invoice.purchase_order], ["Description", invoice.description],
          ]} />
          <BilledLines invoice={invoice} />
        </section>
        <Since invoice={invoice} />
      </Columns>
    </Page>
  );
}

/** Puts an invoice in line for its e-mail, also if it was sent before; one that cannot be sent is refused with the reason. */
async function sendInvoice(invoiceId: number, key: string): Promise<void> {
  const answer = await data(client.POST("/api/v1/receivables/invoice-emails", {
    params: { header: { "idempotency-key": key } }, body: { invoice_ids: [invoiceId], again: true },
  }));
  const [left] = answer.left_out;
  if (left !== undefined) throw new Error(left.reason === "NO_ADDRESS" ? "The customer has no e-mail address." : `It was not sent: ${left.reason}.`);
}
