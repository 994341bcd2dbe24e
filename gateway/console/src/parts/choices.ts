// The choices of a field: which match what is typed, and which were used last.

export interface Choice {
  code: string;
  /** What people know it by, if that is not its code. */
  shown?: string;
  name: string;
  retired?: boolean;
}

const MOST = 8;
const REMEMBERED = 8;

function lower(words: string): string {
  return words.trim().toLowerCase();
}

/** What people know a choice by. */
export function shownOf(choice: Choice): string {
  return choice.shown ?? choice.code;
}

/** The choice that somebody meant: its code in any case, or the only one whose code or name begins with what was typed. */
export function choiceOf(choices: readonly Choice[], typed: string): Choice | undefined {
  const words = lower(typed);
  if (words === "") return undefined;
  const exact = choices.find((choice) => lower(shownOf(choice)) === words);
  if (exact !== undefined) return exact;
  const begun = choices.filter((choice) => choice.retired !== true && (lower(shownOf(choice)).startsWith(words) || lower(choice.name).startsWith(words)));
  return begun.length === 1 ? begun[0] : undefined;
}

/** The choices to offer: those used last first, then those that begin with what was typed, then those that contain it. */
export function offered(choices: readonly Choice[], typed: string, recent: readonly string[]): readonly Choice[] {
  const words = lower(typed);
  const rank = (choice: Choice): number => {
    const used = recent.indexOf(choice.code);
    const begins = lower(shownOf(choice)).startsWith(words) || lower(choice.name).startsWith(words);
    return (begins ? 0 : 1_000) + (used === -1 ? 100 : used);
  };
  return choices
    .filter((choice) => choice.retired !== true && (words === "" || lower(shownOf(choice)).includes(words) || lower(choice.name).includes(words)))
    .map((choice) => ({ choice, at: rank(choice) }))
    .sort((one, other) => one.at - other.at)
    .slice(0, MOST)
    .map(({ choice }) => choice);
}

/** The codes that were chosen last in fields of this name, the last one first. */
export function recentOf(name: string): string[] {
  const kept = localStorage.getItem(`ratebook-recent-${name}`);
  return kept === null ? [] : (JSON.parse(kept) as string[]);
}

/** Remembers that a code was chosen. */
export function remember(name: string, code: string): void {
  const kept = [code, ...recentOf(name).filter((one) => one !== code)].slice(0, REMEMBERED);
  localStorage.setItem(`ratebook-recent-${name}`, JSON.stringify(kept));
}
