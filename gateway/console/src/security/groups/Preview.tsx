// What a user of the group could do after the change: each feature that differs, and the pages of their menu.

import { useQuery } from "@tanstack/react-query";
import type { Schema } from "../../api/calls.ts";
import { seenBy } from "../../frame/menu.ts";
import { Fault } from "../../parts/Fault.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { personOf } from "./effects.ts";
import { LEVELS, reachOf, type Grant } from "./matrix.ts";

interface Given {
  userId: number;
  group: Schema<"Group">;
  before: readonly Grant[];
  after: readonly Grant[];
}

export function Preview({ userId, group, before, after }: Given) {
  const person = useQuery({ queryKey: ["group", group.id, "person", userId, group.revision], queryFn: () => personOf(userId, group.id) });
  if (person.error !== null) return <Fault error={person.error} />;
  if (person.data === undefined) return null;
  const { name, others } = person.data;
  const [was, is] = [reachOf([...before, ...others]), reachOf([...after, ...others])];
  const words = (reach: { level: string; limited: boolean } | undefined) => (reach === undefined ? "none" : `${reach.level}${reach.limited ? ", limited" : ""}`);
  const differs = (feature: string) => words(was.get(feature)) !== words(is.get(feature));
  // What differs comes first.
  const features = [...new Set([...was.keys(), ...is.keys()])].sort((one, other) => Number(differs(other)) - Number(differs(one)) || one.localeCompare(other));
  const pages = seenBy((feature, level) => {
    const reach = is.get(feature);
    return reach !== undefined && LEVELS.indexOf(reach.level) >= LEVELS.indexOf(level) ? undefined : "no";
  });
  return (
    <section aria-label={`Preview as ${name}`}>
      <h2>As {name}</h2>
      <p>Menu: {pages.flatMap(({ entries }) => entries.map((entry) => entry.words)).join(", ")}.</p>
      <Lines label="Access" empty="They can do nothing." heads={[{ words: "Feature" }, { words: "Now" }, { words: "After" }]}
        rows={features.map((feature) => {
          const [now, then] = [words(was.get(feature)), words(is.get(feature))];
          return { key: feature, cells: [feature, now, now === then ? then : <strong key="then">{then}</strong>] };
        })} />
    </section>
  );
}
