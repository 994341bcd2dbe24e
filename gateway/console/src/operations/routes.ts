// The page of operations.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "../frame/root.ts";

const operations = createRoute({
  getParentRoute: () => root,
  path: "/operations",
  component: lazyRouteComponent(() => import("./Operations.tsx"), "Operations"),
});

export const operationsRoutes = [operations] as const;
