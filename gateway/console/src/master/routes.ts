// The pages of master data: one for all kinds of records.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "../frame/root.ts";
import { recordsSearch } from "./searches.ts";

const master = createRoute({ getParentRoute: () => root, path: "/master", component: lazyRouteComponent(() => import("./Master.tsx"), "Master") });
// A list, and with the parts of a key after its name one of its records: keys have one part or several.
const records = createRoute({
  getParentRoute: () => root,
  path: "/master/$record/$",
  validateSearch: recordsSearch,
  component: lazyRouteComponent(() => import("./Records.tsx"), "Records"),
});

export const masterRoutes = [master, records] as const;
