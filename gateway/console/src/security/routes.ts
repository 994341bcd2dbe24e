// The pages of security.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "../frame/root.ts";
import { auditSearch, groupsSearch, usersSearch } from "./searches.ts";

const groups = createRoute({
  getParentRoute: () => root,
  path: "/security/groups",
  validateSearch: groupsSearch,
  component: lazyRouteComponent(() => import("./groups/Groups.tsx"), "Groups"),
});
const group = createRoute({
  getParentRoute: () => root,
  path: "/security/groups/$id",
  component: lazyRouteComponent(() => import("./groups/Group.tsx"), "GroupPage"),
});
const users = createRoute({
  getParentRoute: () => root,
  path: "/security/users",
  validateSearch: usersSearch,
  component: lazyRouteComponent(() => import("./users/Users.tsx"), "Users"),
});
const user = createRoute({
  getParentRoute: () => root,
  path: "/security/users/$id",
  component: lazyRouteComponent(() => import("./users/User.tsx"), "UserPage"),
});
const audit = createRoute({
  getParentRoute: () => root,
  path: "/security/audit",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("./audit/Audit.tsx"), "Audit"),
});

export const securityRoutes = [groups, group, users, user, audit] as const;
