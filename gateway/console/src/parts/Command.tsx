// A button that changes something. It says why it cannot be used, sends its command once however often it is pressed, and
// asks first if it cannot be undone. A command whose answer did not arrive is sent again with the same key.

import { Button, Modal, Tooltip } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { newKey } from "../api/calls.ts";
import classes from "./Command.module.css";
import { Fault } from "./Fault.tsx";
import { changedBy } from "./faults.ts";
import { useKey } from "./useKey.ts";

interface Confirm {
  title: string;
  /** What is said or typed before the command is sent; a form is given what was wrong with it. */
  about: ReactNode | ((error: Error | null) => ReactNode);
  words: string;
  /** Why it cannot be confirmed as it is, or undefined. */
  whyNot?: string | undefined;
}

interface Given<Answer> {
  words: string;
  run: (key: string) => Promise<Answer>;
  /** Why it cannot be used now, or undefined if it can. */
  whyNot?: string | undefined;
  /** What is confirmed first; without it, the command runs at once. */
  confirm?: Confirm | undefined;
  /** The lists that it makes stale, by the first part of their keys. */
  stale: readonly string[];
  done?: (answer: Answer) => void;
  /** Receives what was wrong. A record that was changed in the meantime is for the page to settle. */
  failed?: (error: Error) => void;
  primary?: boolean;
  /** The key of the page that starts it. */
  shortcut?: string;
  /** What it is called where its words alone do not say what it is about. */
  label?: string;
}

export function Command<Answer>({ words, run, whyNot, confirm, stale, done, failed, primary, shortcut, label }: Given<Answer>) {
  const [open, setOpen] = useState(false);
  const key = useRef<string | undefined>(undefined);
  // Two clicks of a double click come before anything is drawn again, so the state of the mutation is too late for them.
  const busy = useRef(false);
  const queries = useQueryClient();
  // Who presses Enter in a field has just typed in it, so what is sent is what the form has after that.
  const now = useRef({ run, confirm });
  now.current = { run, confirm };
  const sending = useMutation({
    mutationFn: () => now.current.run((key.current ??= newKey())),
    onSuccess: (answer) => {
      key.current = undefined;
      setOpen(false);
      for (const name of [...stale, "jobs"]) void queries.invalidateQueries({ queryKey: [name] });
      done?.(answer);
    },
    onError: (error) => {
      if (failed !== undefined && changedBy(error) !== undefined) setOpen(false);
      failed?.(error);
    },
    onSettled: () => (busy.current = false),
  });
  const sendOnce = () => {
    if (busy.current || now.current.confirm?.whyNot !== undefined) return;
    busy.current = true;
    sending.mutate();
  };
  const start = () => {
    if (whyNot !== undefined || busy.current) return;
    sending.reset();
    if (confirm === undefined) sendOnce();
    else setOpen(true);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const field = document.activeElement;
    if (field instanceof HTMLInputElement) {
      flushSync(() => field.blur());
      field.focus();
    }
    sendOnce();
  };
  useKey(shortcut, start);
  const button = (
    <Button variant={primary === true ? "filled" : "default"} onClick={start} loading={sending.isPending} aria-disabled={whyNot !== undefined}
      aria-keyshortcuts={shortcut} aria-label={label} {...(whyNot === undefined ? {} : { "data-disabled": true })}>
      {words}{shortcut !== undefined && <kbd className={classes["key"]} aria-hidden="true">{shortcut}</kbd>}
    </Button>
  );
  return (
    <>
      {whyNot === undefined ? button : <Tooltip label={whyNot} events={{ hover: true, focus: true, touch: true }}>{button}</Tooltip>}
      {confirm === undefined && sending.error !== null && <Fault error={sending.error} />}
      {confirm !== undefined && (
        <Modal opened={open} onClose={() => setOpen(false)} title={confirm.title}>
          <form className={classes["form"]} onSubmit={submit} noValidate>
            {typeof confirm.about === "function" ? confirm.about(sending.error) : confirm.about}
            {sending.error !== null && <Fault error={sending.error} />}
            {confirm.whyNot !== undefined && <p className={classes["note"]}>{confirm.whyNot}</p>}
            <Button type="submit" variant="filled" loading={sending.isPending} aria-disabled={confirm.whyNot !== undefined}
              {...(confirm.whyNot === undefined ? {} : { "data-disabled": true })} data-autofocus={typeof confirm.about !== "function" || undefined}>
              {confirm.words}
            </Button>
          </form>
        </Modal>
      )}
    </>
  );
}
