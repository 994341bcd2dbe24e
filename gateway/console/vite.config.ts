import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `vite build` writes dist/, which the gateway serves at /console/. `vite` serves the sources beside a running suite.
const gateway = process.env["RATEBOOK_GATEWAY"] ?? "http://127.0.0.1:8400";

export default defineConfig({
  base: "/console/",
  plugins: [react()],
  build: { target: "es2023", modulePreload: { polyfill: false } },
  server: { host: "127.0.0.1", proxy: { "/api": gateway, "/errors.json": gateway } },
});
