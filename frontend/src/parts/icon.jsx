// SPDX-License-Identifier: GPL-3.0-or-later
// Signs beside words, never in their place.

const PATHS = {
  echo: "M6 4v16M11 8a5.7 5.7 0 0 1 0 8M15.5 4.8a10.2 10.2 0 0 1 0 14.4",
  diary: "M6 4h11a1.5 1.5 0 0 1 1.5 1.5v13A1.5 1.5 0 0 1 17 20H6zM9.5 4v16M12.5 8.5h3M12.5 12h3",
  pen: "M4.5 19.5l1-4.2L16 4.8a1.8 1.8 0 0 1 2.6 0l.6.6a1.8 1.8 0 0 1 0 2.6L8.7 18.5zM14 7l3 3",
  chart: "M4.5 4v15.5H20M8 15l3.5-4.5 3 2.5L19 7",
  person: "M12 11.5a3.6 3.6 0 1 0 0-7.2 3.6 3.6 0 0 0 0 7.2M5 20c.6-3.8 3.2-5.6 7-5.6s6.4 1.8 7 5.6",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.3 15.3 20 20",
};

/** @param {{name: keyof typeof PATHS, size?: number}} props */
export function Icon({ name, size = 20 }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
