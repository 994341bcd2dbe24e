// Two people have changed one record: what each of them changed, field by field.

export type Fields = Readonly<Record<string, string>>;

export interface Difference {
  field: string;
  base: string;
  theirs: string;
  yours: string;
  /** Both changed it, and not to the same value. */
  both: boolean;
}

/** The fields that differ from what both began with. A field that is not there is empty. */
export function differences(base: Fields, theirs: Fields, yours: Fields): Difference[] {
  const names = new Set([...Object.keys(base), ...Object.keys(theirs), ...Object.keys(yours)]);
  const found: Difference[] = [];
  for (const field of names) {
    const [was, is, typed] = [base[field] ?? "", theirs[field] ?? "", yours[field] ?? ""];
    if (was === is && was === typed) continue;
    found.push({ field, base: was, theirs: is, yours: typed, both: was !== is && was !== typed && is !== typed });
  }
  return found;
}

/** The record with what each of them changed; where both did, yours if the field is in `mine`, else theirs. */
export function merged(base: Fields, theirs: Fields, yours: Fields, mine: ReadonlySet<string>): Fields {
  const result: Record<string, string> = { ...theirs };
  for (const { field, base: was, theirs: is, yours: typed, both } of differences(base, theirs, yours)) {
    if (both ? mine.has(field) : is === was) result[field] = typed;
  }
  return result;
}
