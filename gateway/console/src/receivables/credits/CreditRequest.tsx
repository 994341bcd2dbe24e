// One credit that awaits approval: what it asks for, and who decides. Nobody approves a request of their own.

import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, tagged, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { dayWords, momentWords } from "../../parts/dates.ts";
import { Columns, Facts } from "../../parts/Facts.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { History } from "../../parts/History.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords, dollarWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { TypedField } from "../../parts/TypedField.tsx";
import { wordsOf } from "../../text/en.ts";
import { STALE_INVOICES } from "../invoices/Invoice.tsx";
import { requestWords } from "./CreditRequests.tsx";

const route = getRouteApi("/credit-requests/$id");
const STALE = [...STALE_INVOICES, "credit-request", "history"];
type Request = Schema<"CreditRequestRead">;

export function CreditRequest() {
  const requestId = Number(route.useParams().id);
  const request = useQuery({
    queryKey: ["credit-request", requestId],
    // A decision is about exactly what was read.
    queryFn: () => tagged(client.GET("/api/v1/receivables/credit-requests/{request_id}", { params: { path: { request_id: requestId } } })),
  });
  if (request.error !== null) return <Page title="Credit to approve"><Fault error={request.error} again={() => void request.refetch()} /></Page>;
  if (request.data === undefined) return <Page title="Credit to approve">{null}</Page>;
  return <Shown request={request.data.record} etag={request.data.etag} />;
}

function Shown({ request, etag }: { request: Request; etag: string }) {
  return (
    <Page title={`Credit of invoice ${request.invoice_number}`} command={request.status === "awaiting_approval" && <Decide request={request} etag={etag} />}>
      <Totals>
        <StatusMark status={request.status} />
        <span><strong>{amountWords(request.amount)}</strong>, {request.customer_name}</span>
        <span>requested {momentWords(request.requested_at)} by {request.requested_by}</span>
        {request.decided_by !== null && <span>{wordsOf(request.status)} {momentWords(request.decided_at)} by {request.decided_by}</span>}
      </Totals>
      {request.warnings.length > 0 && <ul>{request.warnings.map((warning) => <li key={warning.detail}>{warning.detail}</li>)}</ul>}
      <Columns>
        <section aria-label="What is asked for">
          <h2>What is asked for</h2>
          <Facts facts={[
            ["Reason", request.reason], ["Credit date", dayWords(request.credit_on)], ["Month", request.month],
            ["Work order", request.disposition === null ? "" : wordsOf(request.disposition)], ["Decision", request.decision_reason],
          ]} />
          <Lines label="Lines to credit" empty="There are no lines." heads={[{ words: "Line" }, { words: "Amount", right: true }]}
            rows={request.lines.map((line) => ({ key: line.line, cells: [line.line, amountWords(line.amount)] }))} sums={["Total", amountWords(request.amount)]} />
          <p><Link to="/invoices/$id" params={{ id: String(request.invoice_id) }}>Open invoice {request.invoice_number}</Link></p>
        </section>
        <History of={["credit-request", request.id]} get={() => data(client.GET("/api/v1/receivables/credit-requests/{request_id}/history", {
          params: { path: { request_id: request.id }, query: { limit: 100 } },
        }))} />
      </Columns>
    </Page>
  );
}

function Decide({ request, etag }: { request: Request; etag: string }) {
  const { me, whyNot } = useSession();
  const [reason, setReason] = useState("");
  const own = request.requested_by.toLowerCase() === me.name.toLowerCase();
  const params = { path: { request_id: request.id } };
  const version = { "if-match": etag };
  const decides = whyNot("receivables.credits", "approve") ?? (own ? "You requested it yourself. Somebody else has to decide." : undefined);
  return (
    <>
      {own && (
        <Command words="Withdraw" stale={STALE} whyNot={whyNot("receivables.credits", "edit")}
          run={(key) => data(client.POST("/api/v1/receivables/credit-requests/{request_id}/withdraw", { params: { ...params, header: { "idempotency-key": key } } }))} />
      )}
      <Command words="Reject" stale={STALE} whyNot={decides}
        confirm={{
          title: "Reject this credit?", words: "Reject it", whyNot: reason === "" ? "Say why it is rejected." : undefined,
          about: <><p>{requestWords(request)}</p><TypedField kind="text" label="Reason" value={reason} change={setReason} required /></>,
        }}
        run={(key) => data(client.POST("/api/v1/receivables/credit-requests/{request_id}/reject", {
          params: { ...params, header: { "idempotency-key": key, ...version } }, body: { reason },
        }))} />
      <Command primary words="Approve" stale={STALE} whyNot={decides}
        confirm={{ title: "Approve this credit?", about: <p>{requestWords(request)}. A credit cannot be taken back.</p>, words: `Credit ${dollarWords(request.amount)}` }}
        run={(key) => data(client.POST("/api/v1/receivables/credit-requests/{request_id}/approve", {
          params: { ...params, header: { "idempotency-key": key, ...version } },
        }))} />
    </>
  );
}
