// A button that changes something. It says why it cannot be used, sends its command once however often it is pressed, and
// asks first if it cannot be undone. A command whose answer did not arrive is sent again with the same key.

import { Button, Modal, Tooltip } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type ReactNode } from "react";
import { newKey } from "../api/calls.ts";
import { Fault } from "./Fault.tsx";
import { useLetter } from "./useLetter.ts";

interface Given<Answer> {
  words: string;
  /** The name of the button, if the words alone do not say what it is about. */
  label?: string | undefined;
  run: (key: string) => Promise<Answer>;
  /** Why it cannot be used now, or undefined if it can. */
  whyNot?: string | undefined;
  /** What is confirmed first; without it, the command runs at once. */
  confirm?: { title: string; about: ReactNode; words: string } | undefined;
  /** The lists that it makes stale, by the first part of their keys. */
  stale: readonly string[];
  done?: (answer: Answer) => void;
  primary?: boolean;
  /** The letter that starts it while nobody types. */
  letter?: string;
}

export function Command<Answer>({ words, label, run, whyNot, confirm, stale, done, primary, letter }: Given<Answer>) {
  const [open, setOpen] = useState(false);
  const key = useRef<string | undefined>(undefined);
  // Two clicks of a double click come before anything is drawn again, so the state of the mutation is too late for them.
  const busy = useRef(false);
  const queries = useQueryClient();
  const sending = useMutation({
    mutationFn: () => run((key.current ??= newKey())),
    onSuccess: (answer) => {
      key.current = undefined;
      setOpen(false);
      for (const name of [...stale, "jobs"]) void queries.invalidateQueries({ queryKey: [name] });
      done?.(answer);
    },
    onSettled: () => (busy.current = false),
  });
  const sendOnce = () => {
    if (busy.current) return;
    busy.current = true;
    sending.mutate();
  };
  const start = () => {
    if (whyNot !== undefined || busy.current) return;
    sending.reset();
    if (confirm === undefined) sendOnce();
    else setOpen(true);
  };
  useLetter(letter, start);
  const button = (
    <Button variant={primary === true ? "filled" : "default"} onClick={start} loading={sending.isPending} aria-label={label} aria-disabled={whyNot !== undefined}
      {...(letter === undefined ? {} : { "aria-keyshortcuts": letter.toUpperCase(), title: `${words} (${letter.toUpperCase()})` })}
      {...(whyNot === undefined ? {} : { "data-disabled": true })}>
      {words}
    </Button>
  );
  return (
    <>
      {whyNot === undefined ? button : <Tooltip label={whyNot} events={{ hover: true, focus: true, touch: true }}>{button}</Tooltip>}
      {confirm === undefined && sending.error !== null && <Fault error={sending.error} />}
      {confirm !== undefined && (
        <Modal opened={open} onClose={() => setOpen(false)} title={confirm.title}>
          {confirm.about}
          {sending.error !== null && <Fault error={sending.error} />}
          <Button mt="md" variant="filled" loading={sending.isPending} onClick={sendOnce} data-autofocus>{confirm.words}</Button>
        </Modal>
      )}
    </>
  );
}
