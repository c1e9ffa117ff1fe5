// SPDX-License-Identifier: GPL-3.0-or-later
import { defineConfig } from "vite";

// Where the API answers while somebody works on the pages: `npm run dev` shows both at one origin, as the edge does.
const api = process.env.API ?? "http://127.0.0.1:8000";
const pages = /^\/($|index\.html|src\/|node_modules\/|@|favicon\.svg|manifest\.webmanifest)/;

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // Everything is a file of its own: the policy of the page allows nothing inline.
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  server: { proxy: { "/": { target: api, bypass: (request) => (pages.test(request.url ?? "") ? request.url : undefined) } } },
});
