// One user: what they can do and why, where they are logged in, and a link for a forgotten local password.

import { Modal, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Columns } from "../../parts/Facts.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { History } from "../../parts/History.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { Page, Totals } from "../../parts/Page.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { limitWords } from "../groups/matrix.ts";
import { deviceWords } from "./devices.ts";

const route = getRouteApi("/security/users/$id");
const STALE = ["user", "users"];
type User = Schema<"User">;

export function UserPage() {
  const { id } = route.useParams();
  const userId = Number(id);
  const user = useQuery({ queryKey: ["user", userId], queryFn: () => data(client.GET("/api/v1/security/users/{user_id}", { params: { path: { user_id: userId } } })) });
  if (user.error !== null) return <Page title="User"><Fault error={user.error} again={() => void user.refetch()} /></Page>;
  if (user.data === undefined) return <Page title="User">{null}</Page>;
  return <Shown user={user.data} />;
}

function Shown({ user }: { user: User }) {
  const { me, whyNot } = useSession();
  const isMe = me.id === user.id;
  const params = { path: { user_id: user.id } };
  const words = user.active ? "Deactivate" : "Activate";
  return (
    <Page title={user.name}
      command={
        <>
          {user.kind === "person" && <PasswordLink user={user} />}
          <Command words={words} stale={STALE} whyNot={whyNot("security.users", "edit") ?? (isMe && user.active ? "You cannot deactivate yourself." : undefined)}
            {...(user.active ? { confirm: { title: `Deactivate ${user.name}`, about: <p>They are logged out everywhere and can do nothing until they are activated again.</p>, words: `Deactivate ${user.name}` } } : {})}
            run={() => data(client.PATCH("/api/v1/security/users/{user_id}", { params: { ...params, header: { "if-match": `"${user.revision}"` } }, body: { active: !user.active } }))} />
        </>
      }>
      <Totals>
        <StatusMark status={user.active ? "active" : "inactive"} />
        <span>{user.display_name}</span>
        <span>in {user.groups.length === 0 ? "no group" : user.groups.map((group, place) => <span key={group.id}>{place > 0 && ", "}<Link to="/security/groups/$id" params={{ id: String(group.id) }}>{group.name}</Link></span>)}</span>
        <span>{user.has_password ? `local password since ${momentWords(user.password_changed_at)}` : "no local password"}</span>
      </Totals>
      <Columns>
        <Access user={user} />
        <div>
          {user.kind === "person" && <Sessions user={user} />}
          <History of={["user", user.id, user.revision]} get={() => data(client.GET("/api/v1/security/users/{user_id}/history", { params: { ...params, query: { limit: 20 } } }))} />
        </div>
      </Columns>
    </Page>
  );
}

function Access({ user }: { user: User }) {
  const access = useQuery({ queryKey: ["user", user.id, "access"], queryFn: () => data(client.GET("/api/v1/security/users/{user_id}/access", { params: { path: { user_id: user.id } } })) });
  return (
    <section aria-label="What they can do">
      <h2>What {user.display_name || user.name} can do</h2>
      {access.error !== null && <Fault error={access.error} again={() => void access.refetch()} />}
      {access.data !== undefined && (
        <Lines label="Features" heads={[{ words: "Feature" }, { words: "Level" }, { words: "From" }]}
          empty={user.active ? "Nothing: no group grants them a feature. Add them to a group." : "Nothing while they are not active."}
          rows={access.data.features.map((feature) => ({
            key: feature.feature,
            cells: [
              <span key="label" title={feature.feature}>{feature.label}</span>, feature.level,
              feature.grants.map((grant) => <div key={`${grant.group.id} ${limitWords(grant)}`}>{grant.group.name}: {[grant.level, limitWords(grant)].filter(Boolean).join(", ")}</div>),
            ],
          }))} />
      )}
    </section>
  );
}

function Sessions({ user }: { user: User }) {
  const { me, whyNot } = useSession();
  const own = me.id === user.id;
  const params = { path: { user_id: user.id } };
  const found = useQuery({
    queryKey: ["user", user.id, "sessions"],
    queryFn: () => data(own ? client.GET("/api/v1/security/me/sessions", { params: { query: { limit: 100 } } }) : client.GET("/api/v1/security/users/{user_id}/sessions", { params: { ...params, query: { limit: 100 } } })),
  });
  const refused = own ? undefined : whyNot("security.users", "edit");
  const end = (session_id: number) =>
    data<unknown>(own ? client.DELETE("/api/v1/security/me/sessions/{session_id}", { params: { path: { session_id } } }) : client.DELETE("/api/v1/security/users/{user_id}/sessions/{session_id}", { params: { path: { user_id: user.id, session_id } } }));
  return (
    <section aria-label="Sessions">
      <h2>Logged in</h2>
      {found.error !== null && <Fault error={found.error} again={() => void found.refetch()} />}
      {found.data !== undefined && (
        <Lines label="Open sessions" heads={[{ words: "Device" }, { words: "Address" }, { words: "Last used" }, { words: "End it" }]} empty="They are not logged in anywhere."
          rows={found.data.items.map((session) => {
            const device = deviceWords(session.user_agent);
            return {
              key: session.id,
              cells: [
                <span key="device" title={session.user_agent ?? ""}>{device}{session.current && <strong> (this one)</strong>}</span>, session.address ?? "not known", momentWords(session.last_used_at),
                <Command key="end" words="End" label={`End the session on ${device}, last used ${momentWords(session.last_used_at)}`} whyNot={session.current ? "This is your own session: log out instead." : refused} stale={["user"]} run={() => end(session.id)} />,
              ],
            };
          })} />
      )}
    </section>
  );
}

function PasswordLink({ user }: { user: User }) {
  const { whyNot } = useSession();
  const [made, setMade] = useState<Schema<"PasswordLink"> | undefined>(undefined);
  const address = made === undefined ? "" : `${location.origin}/console/?password-link=${made.token}`;
  return (
    <>
      <Command words="Password link" stale={["user"]} whyNot={whyNot("security.users", "admin") ?? (user.active ? undefined : "They are not active.")} done={setMade}
        run={() => data(client.POST("/api/v1/security/users/{user_id}/password-links", { params: { path: { user_id: user.id } } }))}
        confirm={{
          title: `A password for ${user.name}`, words: "Make the link",
          about: <p>With the link they choose a local password once, within 24 hours. A link made before can then no longer be used. Passwords of the Windows domain are changed in the domain.</p>,
        }} />
      {made !== undefined && (
        <Modal opened onClose={() => setMade(undefined)} title="Give this link to the user yourself" size="lg">
          <p>It is shown only now, can be used once, and ends {momentWords(made.expires_at)}.</p>
          <TextInput label="Link" value={address} readOnly onFocus={(event) => event.currentTarget.select()} data-autofocus />
        </Modal>
      )}
    </>
  );
}
