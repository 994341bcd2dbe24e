// What the people in a group can do, which is also granted by other groups.

import { useQuery } from "@tanstack/react-query";
import { client, data, type Schema } from "../../api/calls.ts";
import type { Grant } from "./matrix.ts";

/** For how many people the effect is worked out at once. */
export const MOST_PEOPLE = 50;

export interface Person {
  id: number;
  name: string;
  /** What their other groups grant. */
  others: readonly Grant[];
}

/** The access of a user, and the part of it that other groups than this one grant. */
export async function personOf(userId: number, groupId: number): Promise<Person> {
  const access: Schema<"UserAccess"> = await data(client.GET("/api/v1/security/users/{user_id}/access", { params: { path: { user_id: userId } } }));
  const grants = access.features.flatMap((feature) => feature.grants).filter((grant) => grant.group.id !== groupId);
  return { id: userId, name: access.user, others: grants as unknown as Grant[] };
}

/** The members of a group by name. */
export function useMembers(group: Schema<"Group">) {
  return useQuery({
    queryKey: ["group", group.id, "members", group.revision],
    queryFn: async () => (await data(client.GET("/api/v1/security/members", { params: { query: { group: group.id, limit: 500 } } }))).items.map((member) => member.user),
  });
}

/** The people in a group with what their other groups grant; only the first of many. */
export function usePeople(group: Schema<"Group">) {
  const members = useMembers(group);
  return useQuery({
    queryKey: ["group", group.id, "people", group.revision],
    queryFn: () => Promise.all((members.data ?? []).slice(0, MOST_PEOPLE).map((user) => personOf(user.id, group.id))),
    enabled: members.data !== undefined,
  });
}
