// What is known about what an entry changes: the invoice that it applies to, and the contract items that it bills.

import { useQuery } from "@tanstack/react-query";
import { client, data } from "../../api/calls.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords } from "../../parts/money.ts";
import { showTyped } from "../../parts/typed.ts";

const MOST = 200;
const RIGHT = true;

/** The lines of the invoice that an entry applies to. */
export function useOtherInfo(invoiceId: number | null) {
  return useQuery({
    queryKey: ["other-info", invoiceId],
    queryFn: () => data(client.GET("/api/v1/receivables/invoices/{invoice_id}/other-info", { params: { path: { invoice_id: invoiceId ?? 0 }, query: { limit: MOST } } })),
    enabled: invoiceId !== null,
  });
}

/** Other info: the invoice as it was, and with everything that was applied to it. */
export function OtherInfo({ invoiceId }: { invoiceId: number | null }) {
  const found = useOtherInfo(invoiceId);
  if (found.error !== null) return <Fault error={found.error} again={() => void found.refetch()} />;
  const rows = found.data?.items ?? [];
  const first = rows[0];
  return (
    <>
      {first !== undefined && <p>Invoice <strong>{first.invoice_number}</strong>, month {first.month}, transaction {first.transaction}. The totals include payments.</p>}
      <Lines label="Other info" empty={found.isPending ? "Loading…" : "The invoice has no lines."}
        heads={[
          { words: "Line" }, { words: "Description" }, { words: "Original amount", right: RIGHT }, { words: "Original tax", right: RIGHT },
          { words: "Original retainage", right: RIGHT }, { words: "Original fin. charge", right: RIGHT }, { words: "Total amount", right: RIGHT },
          { words: "Total tax", right: RIGHT }, { words: "Total retainage", right: RIGHT }, { words: "Total fin. charge", right: RIGHT },
        ]}
        rows={rows.map((row) => ({
          key: row.line,
          cells: [
            row.line, row.description, ...[row.original_amount, row.original_tax, row.original_retainage, row.original_finance_charge].map(amountWords),
            ...[row.total_amount, row.total_tax, row.total_retainage, row.total_finance_charge].map(amountWords),
          ],
        }))} />
    </>
  );
}

/** Contract item info: what was agreed, what is agreed now, and what is billed, in units and amounts. */
export function ContractItems({ batchId, seq, revision }: { batchId: number; seq: number; revision: number | null }) {
  const found = useQuery({
    queryKey: ["contract-items", batchId, seq, revision],
    queryFn: () =>
      data(client.GET("/api/v1/receivables/batches/{batch_id}/entries/{seq}/contract-items", { params: { path: { batch_id: batchId, seq }, query: { limit: MOST } } })),
  });
  if (found.error !== null) return <Fault error={found.error} again={() => void found.refetch()} />;
  const units = (value: string) => showTyped("number", value);
  return (
    <Lines label="Contract item info" empty={found.isPending ? "Loading…" : "The entry bills no contract item."}
      heads={[
        { words: "Item" }, { words: "Description" }, { words: "UM" }, { words: "Original units", right: RIGHT }, { words: "Original amount", right: RIGHT },
        { words: "Current units", right: RIGHT }, { words: "Current amount", right: RIGHT }, { words: "Billed units", right: RIGHT },
        { words: "Billed amount", right: RIGHT }, { words: "This entry, units", right: RIGHT }, { words: "This entry, amount", right: RIGHT },
      ]}
      rows={(found.data?.items ?? []).map((row) => ({
        key: `${row.contract} ${row.item}`,
        cells: [
          row.item, row.description, row.um, units(row.original_units), amountWords(row.original_amount), units(row.current_units), amountWords(row.current_amount),
          units(row.billed_units), amountWords(row.billed_amount), units(row.entry_units), amountWords(row.entry_amount),
        ],
      }))} />
  );
}
