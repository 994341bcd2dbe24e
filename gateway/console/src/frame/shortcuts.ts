// Keys that work everywhere: which key of which moment means what. Those of one letter can be switched off.

export type Shortcut = { kind: "palette" } | { kind: "help" } | { kind: "wait" } | { kind: "go"; letter: string };

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** How long a letter after `g` is waited for. */
export const PATIENCE_MS = 1_500;

/** What a key means; `waiting` says that `g` came just before, `typing` that the focus is where people type. */
export function shortcutOf(pressed: Pressed, { waiting, typing, off }: { waiting: boolean; typing: boolean; off: boolean }): Shortcut | undefined {
  const { key } = pressed;
  if ((pressed.ctrlKey || pressed.metaKey) && !pressed.altKey && key.toLowerCase() === "k") return { kind: "palette" };
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || typing || off) return undefined;
  if (waiting) return /^[a-z]$/.test(key) ? { kind: "go", letter: key } : undefined;
  if (key === "?") return { kind: "help" };
  return key === "g" ? { kind: "wait" } : undefined;
}
