// The e-mails with invoices: those that wait, were sent, or could not be sent and why. Those can be tried again.

import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { useSession } from "../../frame/session.tsx";
import { Chips } from "../../parts/Chips.tsx";
import { Command } from "../../parts/Command.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import type { EmailsSearch } from "../searches.ts";

const STATUSES = ["failed", "waiting", "sent"] as const;
const route = getRouteApi("/emails");
type Email = Schema<"InvoiceEmail">;

function columns(whyNot: string | undefined): readonly Column<Email>[] {
  return [
    { field: "invoice_number", head: "Invoice", width: 90, pin: "left", cell: (email) => <Link to="/invoices/$id" params={{ id: String(email.invoice_id) }}>{email.invoice_number}</Link> },
    { field: "customer", head: "Customer", width: 200, cell: (email) => <span title={email.customer}>{email.customer_name}</span> },
    { field: "recipient", head: "To", width: 220, cell: (email) => email.recipient },
    { field: "status", head: "Status", width: 100, cell: (email) => <StatusMark status={email.status} /> },
    { field: "attempts", head: "Tries", width: 60, align: "right", cell: (email) => email.attempts },
    { field: "last_error", head: "What the mail server said", width: 300, cell: (email) => <span title={email.last_error}>{email.last_error}</span> },
    { field: "requested_by", head: "Requested by", width: 140, cell: (email) => email.requested_by },
    { field: "due_at", head: "Next try", width: 110, sortable: true, cell: (email) => (email.status === "waiting" ? momentWords(email.due_at) : "") },
    { field: "sent_at", head: "Sent", width: 110, cell: (email) => momentWords(email.sent_at) },
    { field: "retry", head: "Command", width: 90, pin: "right", cell: (email) => email.status === "failed" && (
      <Command words="Retry" label={`Retry invoice ${email.invoice_number}`} stale={["emails", "waiting"]} whyNot={whyNot}
        run={(key) => data(client.POST("/api/v1/receivables/invoice-emails/{email_id}/retry", { params: { path: { email_id: email.id }, header: { "idempotency-key": key } } }))} />
    ) },
  ];
}

export function Emails() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { whyNot } = useSession();
  const why = whyNot("receivables.invoices", "edit");
  const shown = useMemo(() => columns(why), [why]);
  const set = (changes: Changes<EmailsSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as EmailsSearch });
  const list = useList("emails", "/api/v1/receivables/invoice-emails", search);
  return (
    <Page title="E-mails with invoices"
      filters={
        <Chips label="Status" chips={STATUSES.map((status) => ({ value: status, words: wordsOf(status) }))} on={search.status === undefined ? [] : [search.status]}
          change={(on) => set({ status: on.at(-1) })} />
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {list.totals !== undefined && <Totals><span><strong>{counted(list.totals.count, "e-mail")}</strong></span></Totals>}
      <DataTable label="E-mails with invoices" columns={shown} {...list.table} keyOf={(email) => email.id} sort={search.sort ?? "-id"} onSort={(sort) => set({ sort })}
        empty="No e-mail is here. Invoices are sent from their page, from a batch or from an export." />
    </Page>
  );
}
