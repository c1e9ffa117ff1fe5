// SPDX-License-Identifier: GPL-3.0-or-later
// How it goes: figures, mood by day, entries by month.

import { useEffect, useRef, useState } from "preact/hooks";
import { monthBars, moodHeight, moodLine } from "../logic/chart.js";
import * as dates from "../logic/dates.js";
import { MOODS } from "../logic/shapes.js";
import { Failed, Heading, useAnswer, useWords, Waiting } from "../parts/base.jsx";
import { Face } from "../parts/mood.jsx";
import { api } from "../state.js";

/** @typedef {import("../logic/shapes.js").Day} Day */
/** @typedef {import("../logic/shapes.js").Month} Month */
/** @typedef {import("../logic/shapes.js").Mood} Mood */
/** @typedef {import("../logic/shapes.js").Statistics} Statistics */

export function StatisticsView() {
  const t = useWords();
  const { value, error, again } = useAnswer(
    () => /** @type {Promise<[Statistics, Month[]]>} */ (Promise.all([api("GET", "/statistics"), api("GET", "/entries/months")])),
    [],
  );
  return (
    <section class="statistics">
      <Heading>{t.statistics}</Heading>
      {error ? <Failed error={error} again={again} /> : value ? <Figures statistics={value[0]} months={value[1]} /> : <Waiting lines={4} />}
    </section>
  );
}

/** @param {{statistics: Statistics, months: Month[]}} props */
function Figures({ statistics, months }) {
  const t = useWords();
  const [usual] = MOODS.filter((mood) => statistics.moods[mood])
    .reverse()
    .sort((one, other) => statistics.moods[other] - statistics.moods[one]);
  return (
    <>
      <dl class="figures">
        <div>
          <dt>{t.total}</dt>
          <dd>{statistics.entries.toLocaleString(t.language)}</dd>
        </div>
        <div>
          <dt>{t.characters}</dt>
          <dd>{statistics.characters.toLocaleString(t.language)}</dd>
        </div>
        <div>
          <dt>{t.usual}</dt>
          <dd>{usual ? <><Face mood={usual} size={30} /> {t.moods[usual]}</> : "–"}</dd>
        </div>
      </dl>
      <Moods days={statistics.days ?? []} />
      <Months months={months} />
    </>
  );
}

/** @param {{days: Day[]}} props */
function Moods({ days }) {
  const t = useWords();
  const [frame, width] = useWidth();
  const box = { left: width < 480 ? 40 : 84, right: width - 16, top: 18, bottom: 196 };
  const { points, lines, ticks } = moodLine(days, box);
  const mean = points.reduce((sum, point) => sum + (point.mood ?? 0), 0) / Math.max(1, points.length);
  const word = (/** @type {number} */ mood) => t.moods[MOODS[Math.round(mood) - 1]];
  return (
    <figure class="chart" ref={frame}>
      <figcaption>
        <h2>{t.moodChart}</h2>
        <p>{points.length ? t.moodSummary(points.length, word(mean)) : t.noMoods}</p>
      </figcaption>
      {points.length ? (
        <svg width={width} height="232" role="img" aria-label={`${t.moodChart}. ${t.moodSummary(points.length, word(mean))}`}>
          {MOODS.map((mood, n) => {
            const y = moodHeight(n + 1, box);
            return (
              <g key={mood}>
                <line class="grid" x1={box.left} x2={box.right} y1={y} y2={y} />
                {width < 480 ? null : (
                  <text class="label" x={box.left - 38} y={y + 4} text-anchor="end">
                    {t.moods[mood]}
                  </text>
                )}
                <g transform={`translate(${box.left - 32} ${y - 10})`}>
                  <Face mood={mood} size={20} />
                </g>
              </g>
            );
          })}
          {lines.map((line) => (
            <polyline key={line} class="line" points={line} />
          ))}
          {points.map((point) => (
            <circle key={point.day} class="point" cx={point.x} cy={point.y} r="4">
              <title>{`${dates.dayName(t.language, point.day)}: ${word(point.mood ?? 0)}`}</title>
            </circle>
          ))}
          {ticks.map((tick, n) => (
            <text key={tick.day} class="label" x={tick.x} y="224" text-anchor={n === 0 ? "start" : n === ticks.length - 1 ? "end" : "middle"}>
              {dates.dayName(t.language, tick.day)}
            </text>
          ))}
        </svg>
      ) : null}
      {points.length ? (
        <Table head={[t.day, t.mood, t.total]} rows={[...points].reverse().map((point) => [dates.dayName(t.language, point.day), word(point.mood ?? 0), String(point.entries)])} />
      ) : null}
    </figure>
  );
}

/** @param {{months: Month[]}} props */
function Months({ months }) {
  const t = useWords();
  const [frame, width] = useWidth();
  const box = { left: 34, right: width - 6, top: 18, bottom: 176 };
  const { bars, ticks } = monthBars(months, box, width < 480 ? 6 : 12);
  const said = t.monthSummary(months.length, months.reduce((sum, month) => sum + month.entries, 0));
  return (
    <figure class="chart" ref={frame}>
      <figcaption>
        <h2>{t.monthChart}</h2>
        <p>{bars.length ? said : t.noEntries}</p>
      </figcaption>
      {bars.length ? (
        <svg width={width} height="206" role="img" aria-label={`${t.monthChart}. ${said}`}>
          {ticks.map((tick) => (
            <g key={tick.entries}>
              <line class="grid" x1={box.left} x2={box.right} y1={tick.y} y2={tick.y} />
              <text class="label" x={box.left - 8} y={tick.y + 4} text-anchor="end">
                {tick.entries}
              </text>
            </g>
          ))}
          {bars.map((bar) => (
            <g key={bar.month}>
              <rect class="bar" x={bar.x} y={bar.y} width={bar.width} height={bar.height} rx={Math.min(5, bar.height / 2)}>
                <title>{`${dates.monthName(t.language, bar.month)}: ${t.entries(bar.entries)}`}</title>
              </rect>
              {bar.entries ? (
                <text class="value" x={bar.middle} y={bar.y - 6} text-anchor="middle">
                  {bar.entries}
                </text>
              ) : null}
              <text class="label" x={bar.middle} y="198" text-anchor="middle">
                {dates.monthName(t.language, bar.month, "short")}
              </text>
            </g>
          ))}
        </svg>
      ) : null}
      {bars.length ? <Table head={[t.month, t.total]} rows={months.map((month) => [dates.monthName(t.language, month.month), String(month.entries)])} /> : null}
    </figure>
  );
}

/** @param {{head: string[], rows: string[][]}} props */
function Table({ head, rows }) {
  const t = useWords();
  return (
    <details>
      <summary>{t.asTable}</summary>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            <tr key={n}>
              {row.map((cell, place) => (
                <td key={place}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/**
 * Labels keep their size on every screen, so a chart is drawn as wide as it is shown.
 * @returns {[import("preact").RefObject<HTMLElement | null>, number]}
 */
function useWidth() {
  const frame = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(Math.min(640, innerWidth - 72));
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const { paddingLeft, paddingRight } = getComputedStyle(element);
      setWidth(Math.max(200, Math.floor(element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight))));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [frame, width];
}
