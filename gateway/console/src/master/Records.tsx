// A list of records of one kind: its columns are those that the API describes.

import { Button } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import type { Changes } from "../frame/searches.ts";
import { useSession } from "../frame/session.tsx";
import { Chips } from "../parts/Chips.tsx";
import { DataTable, type Column } from "../parts/DataTable.tsx";
import { dayWords, momentWords } from "../parts/dates.ts";
import { Fault } from "../parts/Fault.tsx";
import { amountWords } from "../parts/money.ts";
import { Page, Totals } from "../parts/Page.tsx";
import { SearchField } from "../parts/SearchField.tsx";
import { StatusMark } from "../parts/StatusMark.tsx";
import { useList } from "../parts/useList.ts";
import { wordsOf } from "../text/en.ts";
import { Import } from "./Import.tsx";
import { Maker, RecordPage } from "./Record.tsx";
import { kindOf, type Field, type Kind } from "./records.ts";
import { encodedKey, keyOf, textOf, type Values } from "./rules.ts";
import { labelOf } from "./words.ts";
import type { RecordsSearch } from "./searches.ts";

const route = getRouteApi("/master/$record/$");
const UNSEEN = new Set(["id", "revision", "changed_by", "changed_at", "version"]);
const WIDTHS: Partial<Record<Field["kind"], number>> = { flag: 90, number: 100, decimal: 110, date: 110, choice: 140, moment: 130 };

function shownValue(field: Field, value: unknown) {
  if (value === null || value === undefined || value === "") return "";
  if (field.kind === "flag") return value === true ? "yes" : "no";
  if (field.kind === "date") return dayWords(String(value));
  if (field.kind === "moment") return momentWords(String(value));
  if (field.name === "status") return <StatusMark status={String(value)} />;
  if (field.kind === "decimal") return /\.\d\d$/.test(String(value)) ? amountWords(String(value)) : String(value);
  return field.kind === "choice" ? wordsOf(String(value)) : textOf(value);
}

function columnsOf(kind: Kind): Column<Values>[] {
  const keys = new Set(kind.keys.map((key) => key.field));
  if (keys.has("id")) keys.add("number");
  const fields = kind.read.filter((field) => !UNSEEN.has(field.name) && field.kind !== "other");
  // What identifies a record comes first and stays in sight; the rest is in the order of the document.
  const ordered = [...fields.filter((field) => keys.has(field.name)), ...fields.filter((field) => !keys.has(field.name))];
  return ordered.map((field, place): Column<Values> => ({
    field: field.name, head: labelOf(field.name), width: WIDTHS[field.kind] ?? (/name|description|street/.test(field.name) ? 220 : 140), sortable: kind.sorts.includes(field.name),
    ...(place === 0 ? { pin: "left" as const } : {}), ...(field.kind === "decimal" ? { align: "right" as const } : {}),
    cell: (record) => shownValue(field, record[field.name]),
  }));
}

export function Records() {
  const { record, _splat: key = "" } = route.useParams();
  const kind = kindOf(record);
  if (kind === undefined) return <Page title="Master data"><p>There is no master data of this name.</p></Page>;
  return key === "" ? <List key={kind.name} kind={kind} /> : <RecordPage kind={kind} encoded={encodedKey(key)} />;
}

function List({ kind }: { kind: Kind }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { whyNot } = useSession();
  const [importing, setImporting] = useState(false);
  const set = (changes: Changes<RecordsSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as RecordsSearch });
  const { make, ...filters } = search;
  // All kinds of records are listed in the same way; the types of one stand for those of all.
  const list = useList(kind.name, kind.path as "/api/v1/rating/branches", filters);
  const columns = useMemo(() => columnsOf(kind), [kind]);
  const numbers = useRef(new Map<string, number>());
  const numberOf = (one: Values) => {
    const key = keyOf(kind, one);
    const known = numbers.current.get(key) ?? numbers.current.size + 1;
    numbers.current.set(key, known);
    return known;
  };
  const open = (one: Values) => void navigate({ to: "/master/$record/$", params: { record: kind.name, _splat: keyOf(kind, one) } });
  if (make === true) return <Maker kind={kind} made={open} cancel={() => set({ make: undefined })} />;
  const refused = whyNot(kind.feature, kind.level);
  const { table } = list;
  return (
    <Page title={kind.words}
      command={refused === undefined && (
        <>
          <Button variant="default" onClick={() => setImporting(true)}>Import</Button>
          <Button variant="filled" onClick={() => set({ make: true })}>New {kind.one_word}</Button>
        </>
      )}
      filters={
        <>
          {kind.filters.includes("search") && <SearchField label="Search" value={search.search} change={(value) => set({ search: value })} />}
          {kind.filters.includes("retired") && (
            <Chips label="Which" on={search.retired === undefined ? [] : [String(search.retired)]} change={(on) => set({ retired: on.length === 0 ? undefined : on.at(-1) === "true" })}
              chips={[{ value: "false", words: "In use" }, { value: "true", words: "Retired" }]} />
          )}
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {list.totals !== undefined && <Totals><span><strong>{list.totals.count.toLocaleString("en-US")}</strong> {kind.words.toLowerCase().replace("ar ", "AR ").replace("jb ", "JB ")}</span></Totals>}
      <DataTable label={kind.words} columns={columns} {...table} rows={table.rows as unknown as Values[]} keyOf={numberOf} sort={search.sort} onSort={(sort) => set({ sort })}
        empty={`There is nothing here with these filters. Import a file, or make the first ${kind.one_word}.`} onOpen={open} />
      {importing && <Import kind={kind} close={() => setImporting(false)} />}
    </Page>
  );
}

