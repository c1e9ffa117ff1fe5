// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from "preact";
import { App } from "./app.jsx";
import { begin } from "./state.js";

render(<App />, /** @type {HTMLElement} */ (document.getElementById("page")));
void begin();
