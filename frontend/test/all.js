// SPDX-License-Identifier: GPL-3.0-or-later
// All of them in one process: starting one for each file takes longer than the tests.
import { readdirSync } from "node:fs";

for (const name of readdirSync(import.meta.dirname).filter((file) => file.endsWith(".test.js"))) await import(`./${name}`);
