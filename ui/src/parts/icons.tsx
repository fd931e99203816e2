const PATHS = {
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  stop: "M7 7h10v10H7z",
  plus: "M12 5v14M5 12h14",
  clip: "M8.5 12.5l5.6-5.6a2.5 2.5 0 0 1 3.5 3.5l-7.4 7.4a4.5 4.5 0 0 1-6.4-6.4l7-7",
  menu: "M4 7h16M4 12h16M4 17h10",
  close: "M6 6l12 12M18 6 6 18",
  history: "M4 12a8 8 0 1 0 2.5-5.8M4 4.5V8h3.5M12 8v4.5l3 1.8",
  globe: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17",
  down: "M12 5v14M6 13l6 6 6-6",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3 20 20",
  pin: "M9 4h6M10 4v6l-3 4h10l-3-4V4M12 14v6",
  people: "M9 5a3.2 3.2 0 1 0 0 6.4A3.2 3.2 0 0 0 9 5zM3 19c0-3.3 2.6-5.2 6-5.2s6 1.9 6 5.2M15.5 5.4a3 3 0 0 1 0 5.6M17.5 14.2c2.2.6 3.5 2.3 3.5 4.8",
  sun: "M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  moon: "M20 14.5A8.2 8.2 0 0 1 9.5 4a8.2 8.2 0 1 0 10.5 10.5z",
  auto: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 4v16M12 8h5.5M12 12h8M12 16h5.5",
} as const;

/** A drawn sign; its button carries the words. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: one line that goes on through the dots of three channels. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M4.5 16c3.8-9 7.7-9 11.5 0s7.7 9 11.5 0" />
      <circle cx="10.2" cy="9.3" r="2.9" class="mark-a" />
      <circle cx="16" cy="16" r="2.9" class="mark-b" />
      <circle cx="21.8" cy="22.7" r="2.9" class="mark-c" />
    </svg>
  );
}
