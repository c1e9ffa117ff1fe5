// SPDX-License-Identifier: GPL-3.0-or-later
// Which view belongs to where one is, and to who one is.

import { useEffect } from "preact/hooks";
import { OUTSIDE } from "./logic/router.js";
import { useStore } from "./logic/store.js";
import { Failed, Waiting } from "./parts/base.jsx";
import { Frame } from "./parts/frame.jsx";
import { begin, place, replace, session } from "./state.js";
import { AccountView } from "./views/account.jsx";
import { Forgotten, Reset, SignIn, SignUp, Verify } from "./views/doors.jsx";
import { EditEntry, NewEntry } from "./views/editor.jsx";
import { EntryView } from "./views/entry.jsx";
import { List } from "./views/list.jsx";
import { StatisticsView } from "./views/statistics.jsx";

/** @typedef {import("./logic/router.js").Place} Place */
/** @type {Record<string, (place: Place) => import("preact").JSX.Element>} */
const INSIDE = {
  list: ({ q, month }) => <List q={q} month={month} />,
  new: () => <NewEntry />,
  entry: ({ id }) => <EntryView key={id} id={Number(id)} />,
  edit: ({ id }) => <EditEntry key={id} id={Number(id)} />,
  statistics: () => <StatisticsView />,
  account: () => <AccountView />,
};
/** @type {Record<string, (place: Place) => import("preact").JSX.Element>} */
const DOORS = {
  "sign-up": () => <SignUp />,
  forgotten: () => <Forgotten />,
  verify: ({ id }) => <Verify key={id} token={id} />,
  reset: ({ id }) => <Reset key={id} token={id} />,
};
const WITH_TOKEN = ["verify", "reset"];

export function App() {
  return (
    <Frame>
      <View />
    </Frame>
  );
}

function View() {
  const { status } = useStore(session);
  const where = useStore(place);
  const elsewhere = status === "in" && OUTSIDE.includes(where.view) && !WITH_TOKEN.includes(where.view);
  useEffect(() => {
    if (elsewhere) replace("#/");
  }, [elsewhere]);
  useEffect(() => {
    if (where.view !== "list") scrollTo(0, 0);
  }, [where.view, where.id]);
  if (WITH_TOKEN.includes(where.view)) return DOORS[where.view](where);
  if (status === "asking") return <Waiting />;
  if (status === "failed") return <Failed error={null} again={begin} />;
  if (status === "out") return (DOORS[where.view] ?? (() => <SignIn />))(where);
  return (INSIDE[where.view] ?? INSIDE.list)(where);
}
