// The fields of a record, each in the way of its kind.

import { CheckField } from "../parts/CheckField.tsx";
import { ChoiceField } from "../parts/ChoiceField.tsx";
import { DateField } from "../parts/DateField.tsx";
import type { Fields } from "../parts/merge.ts";
import { WithStatusLine } from "../parts/StatusLine.tsx";
import { TypedField } from "../parts/TypedField.tsx";
import { wordsOf } from "../text/en.ts";
import classes from "./Master.module.css";
import type { Field } from "./records.ts";
import { labelOf } from "./words.ts";

interface Given {
  fields: readonly Field[];
  /** The fields that identify the record, which stay as they are. */
  keys: readonly string[];
  form: Fields;
  whyNot: string | undefined;
  faults: Readonly<Record<string, string>>;
  change: (name: string, value: string) => void;
}

export function Inputs({ fields, keys, form, whyNot, faults, change }: Given) {
  return (
    <WithStatusLine keys="t today · + - days">
      <div className={classes["fields"]}>
        {fields.map((field) => {
          const { name, kind } = field;
          const closed = whyNot ?? (keys.includes(name) ? "it identifies the record" : undefined);
          const given = {
            label: labelOf(name), value: form[name] ?? "", change: (value: string) => change(name, value), place: `/${name}`, fault: faults[`/${name}`],
            whyClosed: closed, required: field.required,
          };
          if (kind === "flag" && closed === undefined) return <CheckField key={name} label={given.label} on={form[name] === "true"} change={(on) => change(name, String(on))} />;
          if (kind === "date") return <DateField key={name} {...given} />;
          if (kind === "choice") return <ChoiceField key={name} {...given} choices={(field.options ?? []).map((code) => ({ value: code, words: wordsOf(code) }))} />;
          return <TypedField key={name} kind={kind === "number" || kind === "decimal" ? "number" : "text"} {...given} />;
        })}
      </div>
    </WithStatusLine>
  );
}
