// Counts clocks and relative times on, between two answers of the server; those inside of [data-still] have a time of their own.
const MINUTE = 60_000;

export function startClocks() {
  tick();
  setInterval(tick, 20_000);
  addEventListener("htmx:afterSettle", tick);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
}

const words = {
  en: { now: "just now", overdue: "Overdue", soon: "Due soon", on_time: "On time", d: " d", h: " h", m: " m", minutes: " m" },
  "zh-CN": { now: "刚刚", overdue: "已逾期", soon: "即将到期", on_time: "按时", d: " 天", h: " 小时", m: " 分", minutes: " 分钟" },
};

function tick() {
  const lang = document.body.dataset.lang;
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-when=relative]:not([data-still] *)")) {
    setText(time, relative(Date.parse(time.dateTime) - now, lang));
  }
  for (const clock of document.querySelectorAll("[data-due]:not([data-still] *)")) count(clock, now, lang);
}

function count(clock, now, lang) {
  const due = Date.parse(clock.dataset.due);
  const kind = now >= due ? "overdue" : now >= Date.parse(clock.dataset.soon) ? "soon" : "on_time";
  const word = clock.querySelector("[data-clock-word]");
  if (!clock.classList.contains(`clock-${kind}`)) {
    clock.classList.remove("clock-on_time", "clock-soon", "clock-overdue");
    clock.classList.add(`clock-${kind}`);
    word.textContent = words[lang][kind];
    word.classList.toggle("sr", kind === "on_time");
    const use = clock.querySelector("use");
    const sign = { overdue: "alert-triangle", soon: "clock-exclamation", on_time: "clock" }[kind];
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${sign}`));
  }
  setText(clock.querySelector("[data-clock-span]"), span(Math.abs(due - now), words[lang]));
}

function span(length, unit) {
  const all = Math.max(1, Math.floor(length / MINUTE));
  const [days, hours, minutes] = [Math.floor(all / 1440), Math.floor((all % 1440) / 60), all % 60];
  if (days) return `${days}${unit.d} ${hours}${unit.h}`;
  return hours ? `${hours}${unit.h} ${minutes}${unit.m}` : `${minutes}${unit.minutes}`;
}

function relative(away, lang) {
  const steps = [["day", 86_400_000], ["hour", 3_600_000], ["minute", MINUTE]];
  const format = new Intl.RelativeTimeFormat(lang);
  for (const [unit, length] of steps) {
    if (Math.abs(away) >= length * 0.95) return format.format(Math.round(away / length), unit);
  }
  return words[lang].now;
}

function setText(element, text) {
  const first = element?.firstChild;
  if (first && first.nodeValue !== text) first.nodeValue = text;
}
