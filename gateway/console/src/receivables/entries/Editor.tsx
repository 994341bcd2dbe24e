// The form of an entry: header above, lines below, and what belongs to both. What is typed is kept until it is saved.

import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { flushSync } from "react-dom";
import type { Changes } from "../../frame/searches.ts";
import { useSession } from "../../frame/session.tsx";
import { Conflict } from "../../parts/Conflict.tsx";
import { refusedHere } from "../../parts/faults.ts";
import type { LineFaults } from "../../parts/grid.ts";
import { Page } from "../../parts/Page.tsx";
import { WithStatusLine } from "../../parts/StatusLine.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { useDraft } from "../../parts/useDraft.ts";
import { BatchHead } from "../batches/BatchHead.tsx";
import { whyNotEdited, type BatchRow } from "../batches/rules.ts";
import type { EntrySearch } from "../searches.ts";
import { besides, flat, labelOf, shownIn, unflat } from "./conflict.ts";
import { EntryHeader } from "./EntryHeader.tsx";
import { EntryLines, EntrySums, useLineColumns } from "./EntryLines.tsx";
import { EntryNotes } from "./EntryNotes.tsx";
import { EntryCommands } from "./EntryCommands.tsx";
import { afterSave, changed, emptyForm, formOf, isChanged, linesToSend, miscToSend, type EntryForm, type EntryRead } from "./form.ts";
import { ContractItems, OtherInfo } from "./InfoTabs.tsx";
import { MiscTab, useMiscColumns } from "./MiscTab.tsx";
import { filled, sumsOf, unreadable } from "./shown.ts";
import { focusAt, placesOf } from "./places.ts";
import { useEntryForms } from "./useEntryForms.ts";
import { useEntryKeys } from "./useEntryKeys.ts";
import { useSave } from "./useSave.ts";

const route = getRouteApi("/batches/$id/entries/$seq");
const KEYS = "Enter next · F4 choices · Ctrl+D from above · Ctrl+Delete removes the line · Ctrl+S save · Ctrl+Enter save and next · Alt+↑ Alt+↓ other entry";

interface Given {
  title: string;
  batch: BatchRow;
  entry: EntryRead | undefined;
  /** Says which number a new entry has got, before its address changes: the form stays as it is. */
  savedAs: (seq: number) => void;
}

export function Editor({ title, batch, entry, savedAs }: Given) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (changes: Changes<EntrySearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as EntrySearch, replace: true });
  const { whyNot } = useSession();
  const seq = entry?.seq ?? null;
  const draft = useDraft<EntryForm>(`batches/${batch.id}/entries/${seq ?? "new"}`, useMemo(() => (entry === undefined ? emptyForm() : formOf(entry)), [entry]));
  const { form, change } = draft;
  const whyClosed = whyNot("receivables.batches", "edit") ?? whyNotEdited(batch) ?? (entry?.action === "delete" ? "The entry deletes a posted transaction. Remove it, then bring the transaction back to change it." : undefined);
  const forms = useEntryForms(batch.id, batch.ar_company, seq, form, whyClosed === undefined);
  const columns = useLineColumns(batch.ar_company, form.header, search.columns ?? "");
  const miscColumns = useMiscColumns(batch.ar_company);
  const save = useSave(batch.id, seq);
  const now = useRef({ form, forms, save });
  now.current = { form, forms, save };
  const places = placesOf(save.refusedForm ?? form, columns, miscColumns);
  const byKey = useMemo(() => faultsByKey(save.faults, save.refusedForm, form, forms.lineFaults), [save.faults, save.refusedForm, form, forms.lineFaults]);

  const changeHeader = (field: string, value: string) => {
    const empties = value === "" && !forms.clearable.has(field);
    // A contract has its customer; one that was typed stays, and is refused if it is another.
    const resets = (forms.resets.header[field] ?? []).filter((name) => field !== "contract" || name !== "customer");
    change((before) => ({ ...before, header: changed(before.header, field, empties ? undefined : value, resets) }));
  };
  const changeLine = useCallback((key: string, field: string, value: string) => {
    const { resets, clearable } = now.current.forms;
    const empties = value === "" && !clearable.has(field);
    change((before) => ({
      ...before,
      lines: before.lines.map((line) => (line.key === key ? { key, values: changed(line.values, field, empties ? undefined : value, resets.lines[field] ?? []) } : line)),
    }));
  }, [change]);
  const changeMisc = useCallback((key: string, field: string, value: string) => {
    change((before) => ({ ...before, misc: before.misc.map((row) => (row.key === key ? { key, values: changed(row.values, field, value === "" ? undefined : value, []) } : row)) }));
  }, [change]);
  const add = (part: "lines" | "misc") => change((before) => ({ ...before, added: before.added + 1, [part]: [...before[part], { key: `new${before.added + 1}`, values: {} }] }));
  const remove = (part: "lines" | "misc", key: string) => change((before) => ({ ...before, [part]: before[part].filter((line) => line.key !== key) }));

  async function saveNow(then: "stay" | "next"): Promise<void> {
    // What is being typed belongs to the entry.
    const focused = document.activeElement;
    flushSync(() => { if (focused instanceof HTMLElement) focused.blur(); });
    if (focused instanceof HTMLElement) focused.focus();
    if (whyClosed !== undefined) return;
    const sent = now.current.form;
    const unread = unreadable(sent, columns, miscColumns);
    if (unread.length > 0) return save.refuse(refusedHere(unread), sent);
    const saved = await save.send(sent, filled(sent, now.current.forms.header, now.current.forms.lines));
    if (saved === undefined) return;
    arrive(sent, saved, then);
  }

  function arrive(sent: EntryForm, saved: EntryRead, then: "stay" | "next"): void {
    if (then === "next") {
      flushSync(() => draft.forget(emptyForm(now.current.form.added)));
      void navigate({ to: "/batches/$id/entries/$seq", params: { id: String(batch.id), seq: "new" }, search: {} });
      if (seq === null) focusFirst();
      return;
    }
    const after = afterSave(sent, now.current.form, saved);
    draft.forget(after);
    // What was typed while it was saved is not saved yet.
    if (isChanged(after)) change(() => after);
    if (seq !== null) return;
    savedAs(saved.seq);
    void navigate({ to: "/batches/$id/entries/$seq", params: { id: String(batch.id), seq: String(saved.seq) }, search: (before) => before, replace: true });
  }

  useEntryKeys(batch.id, seq, (then) => void saveNow(then));
  const { ready } = forms;
  useEffect(() => {
    if (!ready) return;
    if (search.at === undefined) focusFirst();
    else focusAt(search.at, now.current.form);
    // Only when the page is opened: afterwards the focus is where the clerk wants it.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [ready]);

  if (!ready) return <Page title={title}><BatchHead batch={batch} /></Page>;
  const tab = search.tab ?? "lines";
  const applied = /^\d+$/.test(form.header["apply_to"] ?? "") ? Number(form.header["apply_to"]) : null;
  const clash = save.clash;
  const resolve = (content: ReturnType<typeof unflat>) => {
    if (clash === undefined) return;
    save.settle();
    change((before) => ({ ...before, ...content, base: clash.theirs.base, numbers: clash.theirs.numbers, revision: clash.theirs.revision }));
    setTimeout(() => void saveNow("stay"));
  };
  const yours = clash === undefined ? undefined : besides(form.base, clash.theirs, filled(form, forms.header, forms.lines));
  return (
    <Page title={title} command={<EntryCommands batch={batch} entry={entry} form={form} save={save} whyClosed={whyClosed} send={(then) => void saveNow(then)} />}>
      <BatchHead batch={batch} />
      <EntryNotes entry={entry} draft={draft} forms={forms} save={save} places={places} again={() => void saveNow("stay")}
        giveUp={() => draft.forget(entry === undefined ? emptyForm() : formOf(entry))} />
      <WithStatusLine keys={whyClosed ?? KEYS}>
        <EntryHeader company={batch.ar_company} header={form.header} form={forms.header} faults={{ ...forms.faults, ...byKey.header }} whyClosed={whyClosed}
          change={changeHeader} end={() => focusAt("first line", now.current.form)} />
        <Tabs label="Parts of the entry" on={tab} change={(value) => set({ tab: value })}
          tabs={[
            { value: "lines", words: `Lines (${linesToSend(form).length})` }, { value: "misc", words: `Misc. distributions (${miscToSend(form).length})` },
            { value: "other", words: "Other info", whyNot: applied === null ? "An invoice applies to no other invoice." : undefined },
            { value: "items", words: "Contract item info", whyNot: form.header["contract"] ? (seq === null ? "Save the entry first." : undefined) : "The entry has no contract." },
          ]}>
          {tab === "lines" && (
            <EntryLines columns={columns} lines={form.lines} forms={forms.lines} faults={byKey.lines} whyClosed={whyClosed} wanted={search.columns ?? ""}
              want={(wanted) => set({ columns: wanted || undefined })}
              change={changeLine} add={() => add("lines")} remove={(key) => remove("lines", key)} />
          )}
          {tab === "misc" && (
            <MiscTab company={batch.ar_company} rows={form.misc} net={sumsOf(form.lines, forms.lines).net} faults={byKey.misc} whyClosed={whyClosed}
              change={changeMisc} add={() => add("misc")} remove={(key) => remove("misc", key)} />
          )}
          {tab === "other" && <OtherInfo invoiceId={applied} />}
          {tab === "items" && seq !== null && <ContractItems batchId={batch.id} seq={seq} revision={form.revision} />}
        </Tabs>
        <EntrySums lines={form.lines} forms={forms.lines} waiting={forms.waiting} />
      </WithStatusLine>
      {clash !== undefined && yours !== undefined && (
        <Conflict what={`Entry ${seq}`} by={clash.by} at={clash.at} base={flat(form.base)} theirs={flat(clash.theirs)} yours={flat(yours)} labelOf={labelOf} shownOf={shownIn}
          resolve={(fields) => resolve(unflat(fields))} cancel={save.settle} />
      )}
    </Page>
  );
}

function focusFirst(): void {
  document.querySelector<HTMLInputElement>("[aria-label=Header] input:not([readonly])")?.focus();
}

type Faults = Readonly<Record<string, string>>;

/** Faults by the header's places and by the keys of lines. What was changed since the refusal is no fault any more. */
function faultsByKey(faults: Faults, refused: EntryForm | undefined, now: EntryForm, early: Readonly<Record<string, LineFaults>>) {
  const found: { header: Record<string, string>; lines: Record<string, LineFaults>; misc: Record<string, LineFaults> } = { header: {}, lines: { ...early }, misc: {} };
  if (refused === undefined) return found;
  const sent = { lines: linesToSend(refused), misc_distributions: miscToSend(refused) };
  for (const [pointer, detail] of Object.entries(faults)) {
    const [, part = "", index, field] = pointer.split("/");
    if (part !== "lines" && part !== "misc_distributions") {
      if (refused.header[part] === now.header[part]) found.header[pointer] = detail;
      continue;
    }
    const line = sent[part][Number(index)];
    const all = part === "lines" ? now.lines : now.misc;
    const after = all.find(({ key }) => key === line?.key);
    if (line === undefined || field === undefined || after?.values[field] !== line.values[field]) continue;
    const of = part === "lines" ? found.lines : found.misc;
    of[line.key] = { ...of[line.key], [field]: detail };
  }
  return found;
}
