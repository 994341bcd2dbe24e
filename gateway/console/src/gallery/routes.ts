// The page of all parts, for those who make the console; it is in no build that is served.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "../frame/root.ts";

export function galleryRoutes() {
  return [createRoute({ getParentRoute: () => root, path: "/parts", component: lazyRouteComponent(() => import("./Parts.tsx"), "Parts") })];
}
