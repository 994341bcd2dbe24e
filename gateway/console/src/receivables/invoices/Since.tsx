// What has happened to an invoice since it was posted: credits and other amendments, its GL rows, who printed it, its history.

import { useQuery } from "@tanstack/react-query";
import { client, data } from "../../api/calls.ts";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { FileLink } from "../../parts/FileLink.tsx";
import { History } from "../../parts/History.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords, sumOf } from "../../parts/money.ts";
import { wordsOf } from "../../text/en.ts";
import type { Invoice } from "./Invoice.tsx";

export function Since({ invoice }: { invoice: Invoice }) {
  return (
    <div>
      {invoice.amendments.length > 0 && <Amendments invoice={invoice} />}
      <section aria-label="General ledger">
        <h2>General ledger</h2>
        <Lines label="GL rows" empty="There are no GL rows."
          heads={[{ words: "Posted" }, { words: "Account" }, { words: "Debit", right: true }, { words: "Credit", right: true }]}
          rows={invoice.distributions.map((row) => ({
            key: `${row.month} ${row.transaction} ${row.line} ${row.account} ${row.debit}`,
            cells: [posted(invoice, row), row.account, row.debit === "0.00" ? "" : amountWords(row.debit), row.credit === "0.00" ? "" : amountWords(row.credit)],
          }))}
          sums={["Total", "", amountWords(sumOf(invoice.distributions.map((row) => row.debit))), amountWords(sumOf(invoice.distributions.map((row) => row.credit)))]} />
      </section>
      <Printings invoiceId={invoice.id} />
      <History of={["invoice", invoice.id]} get={() => data(client.GET("/api/v1/receivables/invoices/{invoice_id}/history", {
        params: { path: { invoice_id: invoice.id }, query: { limit: 100 } },
      }))} />
    </div>
  );
}

/** The posting that a GL row belongs to: its month and number, and what it was. */
function posted(invoice: Invoice, row: Invoice["distributions"][number]): string {
  const amendment = invoice.amendments.find((one) => one.month === row.month && one.transaction === row.transaction);
  return `${row.month} #${row.transaction} ${wordsOf(amendment?.type ?? "invoice")}`;
}

function Amendments({ invoice }: { invoice: Invoice }) {
  return (
    <section aria-label="Amendments">
      <h2>Amendments</h2>
      <Lines label="Credits and other amendments" empty=""
        heads={[{ words: "Posted" }, { words: "What" }, { words: "Why" }, { words: "Amount", right: true }]}
        rows={invoice.amendments.map((one) => ({
          key: one.id,
          cells: [
            momentWords(one.posted_at),
            one.type === "credit_memo"
              ? <FileLink words="Credit memo" name={`credit-memo-${one.month}-${one.transaction}.pdf`}
                  get={() => data(client.GET("/api/v1/receivables/credit-memos/{credit_id}/document", { params: { path: { credit_id: one.id } }, parseAs: "blob" }))} />
              : wordsOf(one.type),
            [one.reason, one.disposition === null ? "" : `order: ${wordsOf(one.disposition)}`, one.posted_by].filter(Boolean).join(", "),
            amountWords(one.total),
          ],
        }))}
        sums={["Total", "", "", amountWords(sumOf(invoice.amendments.map((one) => one.total)))]} />
    </section>
  );
}

function Printings({ invoiceId }: { invoiceId: number }) {
  const found = useQuery({
    queryKey: ["printings", invoiceId],
    queryFn: () => data(client.GET("/api/v1/receivables/invoices/{invoice_id}/printings", { params: { path: { invoice_id: invoiceId }, query: { limit: 100 } } })),
  });
  if (found.error !== null) return <Fault error={found.error} again={() => void found.refetch()} />;
  if (found.data === undefined || found.data.items.length === 0) return null;
  return (
    <section aria-label="Printed and sent">
      <h2>Printed and sent</h2>
      <Lines label="Printings" empty="" heads={[{ words: "When" }, { words: "How" }, { words: "By" }]}
        rows={found.data.items.map((one) => ({ key: one.printing, cells: [momentWords(one.printed_at), wordsOf(one.way), one.printed_by] }))} />
    </section>
  );
}
