// The log-in: a page before the first request, and a dialog over the page when a session ends, so that nothing typed is lost.

import { Button, Modal, PasswordInput, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { client, data } from "../../api/calls.ts";
import { Fault } from "../../parts/Fault.tsx";

interface Given {
  user?: string;
  done: () => void;
}

function Form({ user: before, done }: Given) {
  const [user, setUser] = useState(before ?? "");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<Error | undefined>(undefined);
  const [sending, setSending] = useState(false);

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSending(true);
    try {
      await data(client.POST("/api/v1/security/cookies", { body: { user, password } }));
      done();
    } catch (refused) {
      setError(refused as Error);
      setPassword("");
    } finally {
      setSending(false);
    }
  }

  return (
    <form onSubmit={(event) => void send(event)}>
      {error !== undefined && <Fault error={error} />}
      <TextInput label="User" description="With the domain, like ALAMO\rita" value={user} onChange={(event) => setUser(event.currentTarget.value)}
        autoComplete="username" required readOnly={before !== undefined} data-autofocus={before === undefined || undefined} mt="sm" />
      <PasswordInput label="Password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="current-password"
        required data-autofocus={before !== undefined || undefined} mt="sm" />
      <Button type="submit" variant="filled" loading={sending} mt="md" fullWidth>Log in</Button>
    </form>
  );
}

export function LogInPage({ done }: Given) {
  return (
    <main className="log-in">
      <h1>Ratebook</h1>
      <Form done={done} />
    </main>
  );
}

export function LogInAgain({ user, done }: Given) {
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title="Your session has ended">
      <p>Log in again to go on. What you have typed is still there, and is sent for you and nobody else.</p>
      <Form {...(user === undefined ? {} : { user })} done={done} />
      <Button variant="subtle" mt="xs" fullWidth onClick={() => location.reload()}>I am somebody else</Button>
    </Modal>
  );
}
