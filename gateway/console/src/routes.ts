// Every page of the console with its address. What a list shows is in the address, so that a link shows the same.

import { createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { root } from "./frame/root.ts";
import { parse, write } from "./frame/searches.ts";
import { galleryRoutes } from "./gallery/routes.ts";
import { masterRoutes } from "./master/routes.ts";
import { operationsRoutes } from "./operations/routes.ts";
import { ratingRoutes } from "./rating/routes.ts";
import { receivablesRoutes } from "./receivables/routes.ts";
import { securityRoutes } from "./security/routes.ts";

const home = createRoute({ getParentRoute: () => root, path: "/", component: lazyRouteComponent(() => import("./home/Home.tsx"), "Home") });

const ofDevelopers = (import.meta.env.DEV ? galleryRoutes() : []) as [];

export const router = createRouter({
  routeTree: root.addChildren([home, ...ratingRoutes, ...receivablesRoutes, ...securityRoutes, ...operationsRoutes, ...masterRoutes, ...ofDevelopers]),
  basepath: "/console",
  defaultPreload: "intent",
  parseSearch: parse,
  stringifySearch: write,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
