// The lines of an entry, and what they come to.

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { client, data, type Query } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Chips } from "../../parts/Chips.tsx";
import type { Choice } from "../../parts/choices.ts";
import type { GridColumn, GridLine, LineFaults, LineForm } from "../../parts/grid.ts";
import { LineGrid } from "../../parts/LineGrid.tsx";
import type { Fields } from "../../parts/merge.ts";
import { amountWords } from "../../parts/money.ts";
import { Totals } from "../../parts/Page.tsx";
import { choicesOf, useCodes } from "../codes.ts";
import { lineColumns, MORE } from "./columns.ts";
import { useOtherInfo } from "./InfoTabs.tsx";
import { sumsOf } from "./shown.ts";

const ITEMS = "/api/v1/receivables/contract-items";
const NONE: readonly Choice[] = [];

/** The columns of the lines, with what can be chosen in them. */
export function useLineColumns(company: number, header: Fields, wanted: string): readonly GridColumn[] {
  const codes = useCodes().data;
  const { whyNot } = useSession();
  const contract = header["contract"] ?? "";
  const applied = /^\d+$/.test(header["apply_to"] ?? "") ? Number(header["apply_to"]) : null;
  const info = useOtherInfo(applied).data;
  const items = useQuery({
    queryKey: ["contract-items-of", company, contract],
    queryFn: () => data(client.GET(ITEMS, { params: { query: { ar_company: company, contract, limit: 250, totals: false } as Query<typeof ITEMS> } })),
    // Who may not read the setup types the numbers of items.
    enabled: contract !== "" && whyNot("receivables.setup", "view") === undefined,
  }).data;
  const type = header["type"] ?? "invoice";
  return useMemo(() => {
    const ledger = codes?.ar_companies.find(({ number }) => number === company)?.gl_company ?? company;
    return lineColumns({ type, contract }, wanted.split(" "), {
      lines: info?.items.map((line) => ({ code: String(line.line), name: `${line.description} ${amountWords(line.total_amount)}` })) ?? NONE,
      items: items?.items.filter((item) => item.contract === contract).map((item) => ({ code: item.item, name: item.description })) ?? NONE,
      materials: choicesOf(codes, "materials", company),
      accounts: choicesOf(codes, "gl_accounts", ledger),
      taxes: choicesOf(codes, "tax_codes", company),
    });
  }, [codes, company, type, contract, wanted, info, items]);
}

interface Given {
  columns: readonly GridColumn[];
  lines: readonly GridLine[];
  forms: Readonly<Record<string, LineForm>>;
  faults: Readonly<Record<string, LineFaults>>;
  whyClosed: string | undefined;
  wanted: string;
  want: (wanted: string) => void;
  change: (key: string, field: string, value: string) => void;
  add: () => void;
  remove: (key: string) => void;
}

export function EntryLines(given: Given) {
  const { wanted, want } = given;
  return (
    <>
      <LineGrid label="Lines" columns={given.columns} lines={given.lines} forms={given.forms} faults={given.faults} whyClosed={given.whyClosed}
        change={given.change} add={given.add} remove={given.remove} />
      <Chips label="More columns" labelled chips={MORE} on={wanted.split(" ")} change={(on) => want(on.filter(Boolean).join(" "))} />
    </>
  );
}

/** What the lines come to; while an answer is waited for, the tax is that of the last one. */
export function EntrySums({ lines, forms, waiting }: { lines: readonly GridLine[]; forms: Readonly<Record<string, LineForm>>; waiting: boolean }) {
  const { net, tax, total } = sumsOf(lines, forms);
  return (
    <Totals>
      <span>net <strong>{amountWords(net)}</strong></span>
      <span>tax <strong>{amountWords(tax)}</strong>{waiting ? "…" : ""}</span>
      <span>total <strong>{amountWords(total)}</strong></span>
    </Totals>
  );
}
