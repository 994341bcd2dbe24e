// The log-in: a page before the first request, and a dialog over the page when a session ends, so that nothing typed is lost.
// It offers what is set up, and lets those choose a password who have a link for that, or a password that was set for them.

import { Button, Modal, PasswordInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { client, data, Refused } from "../../api/calls.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Choose } from "./Choose.tsx";

interface Given {
  user?: string;
  done: () => void;
}

const OIDC = "/api/v1/security/oidc/log-in";

function Form({ user: before, done }: Given) {
  const [user, setUser] = useState(before ?? "");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<Error | undefined>(undefined);
  const [sending, setSending] = useState(false);
  const ways = useQuery({ queryKey: ["log-in-ways"], queryFn: () => data(client.GET("/api/v1/security/log-in-ways")), staleTime: Infinity, retry: false });

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    setSending(true);
    try {
      await data(client.POST("/api/v1/security/cookies", { body: { user, password } }));
      done();
    } catch (refused) {
      setError(refused as Error);
      if (!mustChoose(refused)) setPassword("");
    } finally {
      setSending(false);
    }
  }
  if (mustChoose(error)) {
    return (
      <Choose words="This password was set for you. Choose your own, then log in with it."
        send={(wanted) => data(client.POST("/api/v1/security/passwords", { body: { user, password, new_password: wanted } }))}
        done={() => { setError(undefined); setPassword(""); }} />
    );
  }
  return (
    <form onSubmit={(event) => void send(event)}>
      {error !== undefined && <Fault error={error} />}
      {ways.data?.identity_provider === true && before === undefined && (
        <Button component="a" href={OIDC} variant="default" fullWidth mt="sm">Log in with your organization</Button>
      )}
      <TextInput label="User" description={ways.data?.windows_domain === true ? "Your Windows name, like ALAMO\\rita" : "With the domain, like ALAMO\\rita"} value={user}
        onChange={(event) => setUser(event.currentTarget.value)} autoComplete="username" required readOnly={before !== undefined} data-autofocus={before === undefined || undefined} mt="sm" />
      <PasswordInput label="Password" description={ways.data?.windows_domain === true ? "That of Windows, or your local one" : undefined} value={password}
        onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="current-password" required data-autofocus={before !== undefined || undefined} mt="sm" />
      <Button type="submit" variant="filled" loading={sending} mt="md" fullWidth>Log in</Button>
    </form>
  );
}

function mustChoose(error: unknown): boolean {
  return error instanceof Refused && error.problem.code === "PASSWORD_TO_CHANGE";
}

export function LogInPage({ done }: Given) {
  const [token, setToken] = useState(() => new URLSearchParams(location.search).get("password-link"));
  const [chosen, setChosen] = useState(false);
  const finish = () => {
    // The token is of no use any more, and belongs neither into the history nor into a bookmark.
    history.replaceState(null, "", location.pathname);
    setToken(null);
    setChosen(true);
  };
  return (
    <main className="log-in">
      <h1>Ratebook</h1>
      {chosen && <p role="status">Your password is chosen. Log in with it.</p>}
      {token === null ? (
        <Form done={done} />
      ) : (
        <Choose words="Choose a password. The link that you have can be used once." done={finish}
          send={(wanted) => data(client.POST("/api/v1/security/passwords/by-link", { body: { token, new_password: wanted } }))} />
      )}
    </main>
  );
}

export function LogInAgain({ user, done }: Given) {
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title="Your session has ended">
      <p>Log in again to continue. What you have typed is still there, and is sent for you and nobody else.</p>
      <Form {...(user === undefined ? {} : { user })} done={done} />
      <Button variant="subtle" mt="xs" fullWidth onClick={() => location.reload()}>I am somebody else</Button>
    </Modal>
  );
}
