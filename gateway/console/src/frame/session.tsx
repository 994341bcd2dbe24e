// Who is logged in, and what they may do. Everything else is drawn only when that is known.

import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { client, data, type Schema } from "../api/calls.ts";
import { setLogIn } from "../api/session.ts";
import { Fault } from "../parts/Fault.tsx";
import { LogInAgain, LogInPage } from "../security/log-in/LogIn.tsx";

const LEVELS = ["view", "edit", "approve", "admin"] as const;
export type Level = (typeof LEVELS)[number];
type Me = Schema<"Me">;

interface Session {
  me: Me;
  /** Why the user may not do something, or undefined. */
  whyNot: (feature: string, level: Level) => string | undefined;
  logOut: () => Promise<void>;
}

const Context = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(Context);
  if (session === undefined) throw new Error("there is no session outside of WithSession");
  return session;
}

function whyNot(me: Me, feature: string, level: Level): string | undefined {
  const has = me.features.find((one) => one.feature === feature);
  if (has !== undefined && LEVELS.indexOf(has.level) >= LEVELS.indexOf(level)) return undefined;
  return `This needs ${has?.label ?? feature}, level ${level}. Ask an administrator.`;
}

export function WithSession({ children }: { children: ReactNode }) {
  const [me, setMe] = useState<Me | undefined>(undefined);
  const [waiting, setWaiting] = useState<(() => void) | undefined>(undefined);
  const [error, setError] = useState<Error | undefined>(undefined);
  const queries = useQueryClient();

  const load = useCallback(async () => {
    try {
      setMe(await data(client.GET("/api/v1/security/me")));
      setError(undefined);
    } catch (failed) {
      setError(failed as Error);
    }
  }, []);

  useEffect(() => {
    setLogIn(() => new Promise<void>((resolve) => setWaiting(() => resolve)));
    void load();
  }, [load]);

  const session = useMemo(
    () =>
      me && {
        me,
        whyNot: (feature: string, level: Level) => whyNot(me, feature, level),
        logOut: async () => {
          await data(client.POST("/api/v1/security/cookies/revoke"));
          queries.clear();
          location.reload();
        },
      },
    [me, queries],
  );
  const loggedIn = () => {
    waiting?.();
    setWaiting(undefined);
  };
  if (session === undefined) {
    if (waiting !== undefined) return <LogInPage done={loggedIn} />;
    return error === undefined ? null : <Fault error={error} again={() => void load()} />;
  }
  return (
    <Context value={session}>
      {children}
      {waiting !== undefined && <LogInAgain user={session.me.name} done={loggedIn} />}
    </Context>
  );
}
