// A form in which somebody chooses a password, typed twice.

import { Button, PasswordInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Fault } from "../../parts/Fault.tsx";

export function Choose({ words, send, done }: { words: string; send: (wanted: string) => Promise<unknown>; done: () => void }) {
  const [wanted, setWanted] = useState("");
  const [again, setAgain] = useState("");
  const [error, setError] = useState<Error | undefined>(undefined);
  const [sending, setSending] = useState(false);
  const differs = again !== "" && again !== wanted;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (wanted !== again) return;
    setSending(true);
    try {
      await send(wanted);
      done();
    } catch (refused) {
      setError(refused as Error);
    } finally {
      setSending(false);
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      {error !== undefined && <Fault error={error} />}
      <p>{words}</p>
      <PasswordInput label="New password" description="At least 12 characters" value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} autoComplete="new-password" required data-autofocus />
      <PasswordInput label="New password again" value={again} onChange={(event) => setAgain(event.currentTarget.value)} autoComplete="new-password" required mt="sm" error={differs ? "The two are not the same." : undefined} />
      <Button type="submit" variant="filled" loading={sending} disabled={wanted === "" || wanted !== again} mt="md" fullWidth>Choose this password</Button>
    </form>
  );
}
