// What there is to say about an entry as a whole: what is wrong with it, what looks wrong, and what is not saved yet.

import { Button } from "@mantine/core";
import { Unknown } from "../../api/calls.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Note } from "../../parts/Note.tsx";
import type { Draft } from "../../parts/useDraft.ts";
import { isChanged, type EntryForm, type EntryRead } from "./form.ts";
import type { FieldOf } from "./places.ts";
import type { EntryForms } from "./useEntryForms.ts";
import type { Save } from "./useSave.ts";

interface Given {
  entry: EntryRead | undefined;
  draft: Draft<EntryForm>;
  forms: EntryForms;
  save: Save;
  places: FieldOf;
  again: () => void;
  giveUp: () => void;
}

export function EntryNotes({ entry, draft, forms, save, places, again, giveUp }: Given) {
  const warnings = forms.warnings.length > 0 || isChanged(draft.form) ? forms.warnings : (entry?.warnings ?? []);
  return (
    <>
      {save.error !== undefined && <Fault error={save.error} fieldOf={places} {...(save.error instanceof Unknown ? { again } : {})} />}
      {draft.kept && (
        <Note kind="info">
          This was typed before and is not saved yet. <Button variant="subtle" onClick={giveUp}>Give it up</Button>
        </Note>
      )}
      {warnings.map((warning) => <Note key={`${warning.rule} ${warning.line} ${warning.detail}`} kind="warn">{warning.line === null ? "" : `Line ${warning.line}: `}{warning.detail}</Note>)}
    </>
  );
}
