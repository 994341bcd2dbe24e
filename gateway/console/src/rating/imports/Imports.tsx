// Imports of work orders: a file is checked and imported, and an import whose orders are all open can be withdrawn whole.

import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { faultsOf } from "../../parts/faults.ts";
import { ImportFile } from "../../parts/ImportFile.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { Page } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { TypedField } from "../../parts/TypedField.tsx";
import { useList } from "../../parts/useList.ts";
import { counted } from "../../text/en.ts";

const FEATURE = "rating.work_orders";
const STALE = ["imports", "work-orders", "work-order", "waiting", "coverage", "rating-runs", "wip"];

export function Imports() {
  const { whyNot } = useSession();
  const [done, setDone] = useState<Schema<"Imported"> | undefined>(undefined);
  const list = useList("imports", "/api/v1/rating/imports", {});
  return (
    <Page title="Imports of orders">
      <ImportFile path="/api/v1/rating/work-orders/import" one="order" whyNot={whyNot(FEATURE, "edit")} stale={STALE} done={setDone} />
      {done !== undefined && (
        <p role="status">Imported {counted(done.imported, "order")}. <Link to="/work-orders" search={{ status: ["open"], sort: "-id" }}>See the open orders</Link></p>
      )}
      <h2>History</h2>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      <Lines label="Imports" empty={list.table.loading ? "Loading…" : "Nothing was imported yet. Choose a file."}
        heads={[{ words: "Import" }, { words: "File" }, { words: "Orders", right: true }, { words: "By" }, { words: "Status" }, { words: "Commands", unseen: true }]}
        rows={list.rows.map((one) => ({
          key: one.id,
          cells: [
            one.id, one.file_name || "without a name", one.orders.toLocaleString("en-US"), `${one.imported_by}, ${momentWords(one.imported_at)}`,
            one.withdrawn_at === null ? "" : <span key="status"><StatusMark status="void" /> by {one.withdrawn_by}, {momentWords(one.withdrawn_at)}: {one.reason}</span>,
            one.withdrawn_at === null ? <Withdraw key="withdraw" given={one} /> : "",
          ],
        }))} />
    </Page>
  );
}

function Withdraw({ given }: { given: Schema<"OrderImport"> }) {
  const { whyNot } = useSession();
  const [reason, setReason] = useState("");
  return (
    <Command words="Withdraw" label={`Withdraw import ${given.id}`} whyNot={whyNot(FEATURE, "edit")} stale={STALE} done={() => setReason("")}
      run={(key) => data(client.POST("/api/v1/rating/imports/{import_id}/withdraw", { params: { path: { import_id: given.id }, header: { "idempotency-key": key } }, body: { reason } }))}
      confirm={{
        title: `Withdraw import ${given.id}`,
        about: (error) => (
          <>
            <p>All of its orders are voided. That is possible while every one of them is open. Their numbers stay used.</p>
            <TypedField kind="text" label="Reason" place="/reason" value={reason} change={setReason} required fault={faultsOf(error)["/reason"]} />
          </>
        ),
        whyNot: reason.trim() === "" ? "Enter the reason." : undefined,
        words: `Withdraw ${counted(given.orders, "order")}`,
      }} />
  );
}
